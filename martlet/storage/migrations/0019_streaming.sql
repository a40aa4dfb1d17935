-- What all processes with open streams are told, in the order of commits; the last few thousand are kept.
-- PostgreSQL has NOTIFY for this, and leaves the table empty.
CREATE TABLE broadcast (
    id    INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL
) STRICT;

-- Processes with open streams, by their slot. While there are none, nothing is told.
CREATE TABLE stream_listener (
    slot  INTEGER PRIMARY KEY
) STRICT;
