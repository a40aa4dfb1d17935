-- Files that documents of mirrored accounts name, byte for byte.
CREATE TABLE mirrored_medium (
    account_id  INTEGER NOT NULL REFERENCES mirrored (account_id) ON DELETE CASCADE,
    digest      BLOB NOT NULL,                      -- SHA-256
    uri         TEXT NOT NULL,                      -- of the post that shows it
    said_at     INTEGER NOT NULL,                   -- when that was written
    file        TEXT NOT NULL DEFAULT '',           -- its key; empty: not here
    bytes       INTEGER NOT NULL DEFAULT 0,
    tries       INTEGER NOT NULL DEFAULT 0,         -- in vain
    is_dropped  INTEGER NOT NULL DEFAULT 0,         -- the file is about to be removed
    PRIMARY KEY (account_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirrored_medium_digest ON mirrored_medium (digest);
CREATE INDEX mirrored_medium_uri ON mirrored_medium (uri);
CREATE INDEX mirrored_medium_wanted ON mirrored_medium (account_id, said_at) WHERE file = '';
CREATE INDEX mirrored_medium_kept ON mirrored_medium (account_id, said_at) WHERE file <> '';
CREATE INDEX mirrored_medium_dropped ON mirrored_medium (account_id) WHERE is_dropped = 1;
