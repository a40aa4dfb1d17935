-- The keys of accounts here, made when they are first needed.
CREATE TABLE account_key (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,                     -- rsa, ed25519
    private     BLOB NOT NULL,                     -- encrypted
    public      TEXT NOT NULL,                     -- as the actor document shows it: PEM, multibase
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind)
) STRICT, WITHOUT ROWID;

-- What we need to know of an account elsewhere besides what is shown of it.
CREATE TABLE remote_account (
    account_id    INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    inbox         TEXT NOT NULL,
    shared_inbox  TEXT NOT NULL,                   -- its own inbox where the server has no shared one
    outbox        TEXT NOT NULL DEFAULT '',
    followers     TEXT NOT NULL DEFAULT '',        -- the collection's uri, which stands in `to` and `cc`
    featured      TEXT NOT NULL DEFAULT '',
    aliases       TEXT NOT NULL DEFAULT '[]',      -- JSON: [uri]
    fetched_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE remote_key (
    uri         TEXT PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,                     -- rsa, ed25519
    public      TEXT NOT NULL                      -- PEM, multibase
) STRICT;
CREATE INDEX remote_key_account ON remote_key (account_id);

-- Other servers.
CREATE TABLE peer (
    host           TEXT PRIMARY KEY,
    signature      TEXT NOT NULL DEFAULT '',       -- the scheme it last accepted; empty: not known yet
    failures       INTEGER NOT NULL DEFAULT 0,     -- in a row
    failing_since  INTEGER,
    next_try_at    INTEGER NOT NULL DEFAULT 0,
    is_sending     INTEGER NOT NULL DEFAULT 0,     -- a job that delivers to it is there
    limited_at     INTEGER,
    suspended_at   INTEGER,
    created_at     INTEGER NOT NULL
) STRICT;

-- Signed documents, byte for byte, as delivery and fetches hand them out.
CREATE TABLE document (
    uri         TEXT PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    version     INTEGER NOT NULL,                  -- of the post or the account it was made from
    body        BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX document_account ON document (account_id);

-- Activities on their way to other servers.
CREATE TABLE outgoing (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,   -- who signs the request
    body        BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX outgoing_account ON outgoing (account_id);

CREATE TABLE delivery (
    host         TEXT NOT NULL,
    outgoing_id  INTEGER NOT NULL REFERENCES outgoing (id) ON DELETE CASCADE,
    inbox        TEXT NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (host, outgoing_id, inbox)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_outgoing ON delivery (outgoing_id);

-- Activities from other servers, kept a while so that what comes twice is worked off once.
CREATE TABLE incoming (
    id           INTEGER PRIMARY KEY,
    signer       TEXT NOT NULL,                    -- the actor whose key signed the request
    uri          TEXT NOT NULL,
    body         BLOB,                             -- NULL once it is worked off
    received_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incoming_once ON incoming (signer, uri);
CREATE INDEX incoming_age ON incoming (received_at);

ALTER TABLE follow ADD COLUMN uri TEXT;            -- of the request, where one of the two is elsewhere
ALTER TABLE mark ADD COLUMN like_uri TEXT;         -- of a like that came from elsewhere
CREATE INDEX follow_uri ON follow (uri) WHERE uri IS NOT NULL;
CREATE INDEX mark_like_uri ON mark (like_uri) WHERE like_uri IS NOT NULL;
ALTER TABLE job ADD COLUMN taken_by INTEGER;       -- the slot of the process that has it
