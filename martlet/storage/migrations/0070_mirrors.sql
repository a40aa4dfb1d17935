-- Mirrors that people here have asked to keep copies of what they write for everybody.
CREATE TABLE mirror (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    base         TEXT NOT NULL,                     -- https://mirror.example
    server       TEXT NOT NULL,                     -- uri of the account that signs for it
    offer        TEXT NOT NULL,                     -- uri of the Offer
    state        TEXT NOT NULL,                     -- asked, accepted, refused, ended
    may_push     INTEGER NOT NULL DEFAULT 0,        -- it may bring posts to servers that do not know of mirrors
    max_bytes    INTEGER NOT NULL,
    asked_at     INTEGER NOT NULL,
    answered_at  INTEGER,
    until_at     INTEGER NOT NULL,
    looked_at    INTEGER NOT NULL DEFAULT 0,        -- when it was last asked how far it is
    heard_at     INTEGER NOT NULL DEFAULT 0,        -- when it last answered
    kept_sequence INTEGER NOT NULL DEFAULT 0,       -- how much of the log it has, by the checkpoint it shows
    UNIQUE (account_id, base)
) STRICT;
CREATE UNIQUE INDEX mirror_offer ON mirror (offer);

-- Accounts elsewhere that this server is asked to be a mirror of, and is.
CREATE TABLE mirrored (
    account_id     INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    uri            TEXT NOT NULL UNIQUE,
    offer          TEXT NOT NULL,
    state          TEXT NOT NULL,                   -- asked, accepted, refused, ended
    may_push       INTEGER NOT NULL DEFAULT 0,
    max_bytes      INTEGER NOT NULL,
    used_bytes     INTEGER NOT NULL DEFAULT 0,      -- of documents
    media_bytes    INTEGER NOT NULL DEFAULT 0,
    since_at       INTEGER NOT NULL DEFAULT 0,
    asked_at       INTEGER NOT NULL,
    answered_at    INTEGER,
    until_at       INTEGER NOT NULL,
    cursor         TEXT NOT NULL DEFAULT '',        -- where the reading of its log goes on
    etag           TEXT NOT NULL DEFAULT '',
    tried_at       INTEGER NOT NULL DEFAULT 0,
    contact_at     INTEGER NOT NULL DEFAULT 0,      -- when its server last answered or brought something
    failures       INTEGER NOT NULL DEFAULT 0,      -- in a row
    last_sequence  INTEGER NOT NULL DEFAULT 0,      -- of the documents below
    missing        INTEGER NOT NULL DEFAULT 0,      -- documents that the checkpoint counts and that are not here
    checkpoint     BLOB,
    checkpoint_sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mirrored_due ON mirrored (tried_at) WHERE state = 'accepted';

-- Which of the carried documents are kept for an account that is mirrored, in the order in which they changed here.
CREATE TABLE mirrored_document (
    account_id  INTEGER NOT NULL REFERENCES mirrored (account_id) ON DELETE CASCADE,
    uri         TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    said_at     INTEGER NOT NULL,
    kind        TEXT NOT NULL,                      -- post, tombstone, act
    digest      BLOB NOT NULL,
    month       TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    PRIMARY KEY (account_id, uri)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mirrored_document_order ON mirrored_document (account_id, sequence);
CREATE INDEX mirrored_document_said ON mirrored_document (account_id, said_at, uri);
CREATE INDEX mirrored_document_uri ON mirrored_document (uri);

-- What others have left here for an account that is mirrored, until its server fetches it.
CREATE TABLE mirror_queue (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES mirrored (account_id) ON DELETE CASCADE,
    host         TEXT NOT NULL,                     -- the server that brought it
    digest       BLOB NOT NULL,
    body         BLOB NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX mirror_queue_once ON mirror_queue (account_id, digest);
CREATE INDEX mirror_queue_host ON mirror_queue (account_id, host);
CREATE INDEX mirror_queue_age ON mirror_queue (received_at);

-- Documents and files that may not be handed on from here, by their SHA-256.
CREATE TABLE taken_down (
    digest      BLOB PRIMARY KEY,
    name        TEXT NOT NULL,                      -- what it called itself
    reason      TEXT NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX log_entry_changed ON log_entry (account_id, changed_at);
CREATE INDEX log_entry_unmade ON log_entry (account_id) WHERE digest IS NULL;
