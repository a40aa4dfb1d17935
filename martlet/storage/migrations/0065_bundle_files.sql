ALTER TABLE carried_document ADD COLUMN votes INTEGER NOT NULL DEFAULT 0;      -- in a poll, by its own account

-- Bundles that somebody makes or brings in the browser, and what came of them.
CREATE TABLE bundle_file (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,                    -- made, brought
    wanted       TEXT NOT NULL,                    -- JSON: what is to be made
    state        TEXT NOT NULL,                    -- working, done, refused
    error        TEXT NOT NULL DEFAULT '',         -- why it was refused
    tries        INTEGER NOT NULL DEFAULT 0,
    done         INTEGER NOT NULL DEFAULT 0,       -- documents so far
    total        INTEGER NOT NULL DEFAULT 0,
    found        TEXT NOT NULL DEFAULT '{}',       -- JSON: what was in it, and what became of it
    created_at   INTEGER NOT NULL,
    finished_at  INTEGER
) STRICT;
CREATE INDEX bundle_file_account ON bundle_file (account_id, id);
CREATE UNIQUE INDEX bundle_file_working ON bundle_file (account_id) WHERE state = 'working';
CREATE INDEX bundle_file_age ON bundle_file (created_at);
