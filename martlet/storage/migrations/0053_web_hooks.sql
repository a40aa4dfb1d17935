-- Programs elsewhere that are told of what happens here, and what each was told lately.
CREATE TABLE web_hook (
    id             INTEGER PRIMARY KEY,
    url            TEXT NOT NULL UNIQUE,
    events         TEXT NOT NULL,                      -- JSON: ["account.created", …]
    secret         BLOB NOT NULL,                      -- encrypted
    template       TEXT NOT NULL DEFAULT '',
    is_enabled     INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL,
    is_sending     INTEGER NOT NULL DEFAULT 0,         -- a job is there for it
    failing_since  INTEGER,
    failures       INTEGER NOT NULL DEFAULT 0,         -- in a row
    stopped_at     INTEGER,                            -- the server itself disabled it
    stopped_for    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX web_hook_enabled ON web_hook (is_enabled, id);

CREATE TABLE web_hook_delivery (
    id           INTEGER PRIMARY KEY,
    hook_id      INTEGER NOT NULL REFERENCES web_hook (id) ON DELETE CASCADE,
    event        TEXT NOT NULL,
    about        INTEGER NOT NULL,                     -- the id of the account, report or post
    created_at   INTEGER NOT NULL,
    state        TEXT NOT NULL DEFAULT 'waiting',      -- waiting, sent, failed, dropped
    tries        INTEGER NOT NULL DEFAULT 0,
    status       INTEGER,                              -- of the last answer
    error        TEXT NOT NULL DEFAULT '',
    finished_at  INTEGER
) STRICT;
CREATE INDEX web_hook_delivery_of ON web_hook_delivery (hook_id, id);
CREATE INDEX web_hook_delivery_waiting ON web_hook_delivery (hook_id, id) WHERE state = 'waiting';
CREATE INDEX web_hook_delivery_finished ON web_hook_delivery (finished_at) WHERE finished_at IS NOT NULL;
