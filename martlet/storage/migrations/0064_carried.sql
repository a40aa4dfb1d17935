-- Keys that were first seen in a bundle: nobody but the bundle says whose they are.
CREATE TABLE carried_key (
    uri            TEXT PRIMARY KEY,
    owner          TEXT NOT NULL,
    public         TEXT NOT NULL,                  -- multibase
    first_seen_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX carried_key_owner ON carried_key (owner);

-- Signed documents of people elsewhere that came in a bundle, byte for byte: the best version of each name.
CREATE TABLE carried_document (
    uri         TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,                     -- actor, post, tombstone, act, checkpoint
    author      TEXT NOT NULL,
    key_uri     TEXT NOT NULL,
    trust       INTEGER NOT NULL,                  -- 1 unconfirmed, 2 consistent, 3 confirmed
    digest      BLOB NOT NULL,                     -- SHA-256 of body
    body        BLOB NOT NULL,
    said_at     INTEGER NOT NULL,                  -- when it was written, changed or deleted, by its own account
    signed_at   INTEGER NOT NULL,
    has_rival   INTEGER NOT NULL DEFAULT 0,        -- its author has signed another version of the same moment
    carried_at  INTEGER NOT NULL                   -- when it came here
) STRICT;
CREATE INDEX carried_document_author ON carried_document (author, trust);
CREATE INDEX carried_document_aside ON carried_document (carried_at) WHERE trust < 3;
