-- Files of other servers that were looked at here: kept for a while, or why they could not be had.
-- `used_for` and `subject_id` name the row with the file's address: media, account, emoji, card.
CREATE TABLE remote_file (
    used_for    TEXT NOT NULL,                     -- media, preview, avatar, header, emoji, card
    subject_id  INTEGER NOT NULL,
    host        TEXT NOT NULL,                     -- the server whose people show it
    url         TEXT NOT NULL,                     -- from where it came
    file        TEXT NOT NULL DEFAULT '',          -- keys in the cache; empty: not there
    small       TEXT NOT NULL DEFAULT '',
    bytes       INTEGER NOT NULL DEFAULT 0,        -- of both
    used_at     INTEGER NOT NULL DEFAULT 0,        -- to some hours
    taken_till  INTEGER NOT NULL DEFAULT 0,        -- until then a process is fetching it
    failures    INTEGER NOT NULL DEFAULT 0,        -- in a row
    retry_at    INTEGER NOT NULL DEFAULT 0,
    failure     TEXT NOT NULL DEFAULT '',          -- missing, refused, unreachable
    PRIMARY KEY (used_for, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_file_used ON remote_file (used_at) WHERE bytes > 0;
CREATE INDEX remote_file_failed ON remote_file (retry_at) WHERE bytes = 0;
CREATE INDEX remote_file_host ON remote_file (host);

-- How much of each server's is kept, and under no name how much in all. Changed together with the rows above.
CREATE TABLE remote_space (
    host   TEXT PRIMARY KEY,
    files  INTEGER NOT NULL,
    bytes  INTEGER NOT NULL
) STRICT;
