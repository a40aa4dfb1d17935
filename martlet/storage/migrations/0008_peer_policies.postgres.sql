-- What was decided about other servers. A domain stands for those below it too.
CREATE TABLE peer_policy (
    host             TEXT NOT NULL,
    list_id          BIGINT NOT NULL,              -- the block list that says so; 0: the operator
    severity         TEXT NOT NULL,                 -- none, limit, suspend
    is_allowed       BIGINT NOT NULL DEFAULT 0,    -- spoken with whatever lists say, and where only such are spoken with
    refuses_media    BIGINT NOT NULL DEFAULT 0,
    refuses_reports  BIGINT NOT NULL DEFAULT 0,
    comment          TEXT NOT NULL DEFAULT '',      -- for everybody
    note             TEXT NOT NULL DEFAULT '',      -- for those who run the server
    is_obfuscated    BIGINT NOT NULL DEFAULT 0,    -- its name is shown in part only
    id               BIGINT NOT NULL,              -- when, and the order of lists
    PRIMARY KEY (host, list_id)
);
CREATE INDEX peer_policy_list ON peer_policy (list_id, id);

-- Block lists at an https address, fetched once a day.
CREATE TABLE block_list (
    id             BIGINT PRIMARY KEY,
    url            TEXT NOT NULL UNIQUE,
    etag           TEXT NOT NULL DEFAULT '',
    modified       TEXT NOT NULL DEFAULT '',        -- Last-Modified, as it was sent
    domains        BIGINT NOT NULL DEFAULT 0,
    fetched_at     BIGINT,                         -- when it was last there, changed or not
    failure        TEXT NOT NULL DEFAULT '',        -- why nothing came of the last attempt
    failing_since  BIGINT,
    created_at     BIGINT NOT NULL
);

-- How far what was decided is in force on what we have of a server's people.
ALTER TABLE peer ADD COLUMN refused_media_at BIGINT;
ALTER TABLE account ADD COLUMN limited_by_peer BIGINT NOT NULL DEFAULT 0;    -- limited_at is its server's, not its own
ALTER TABLE account ADD COLUMN suspended_by_peer BIGINT NOT NULL DEFAULT 0;  -- the same of suspended_at
CREATE INDEX account_peer ON account (host, id) WHERE host <> '';
-- The server that an account's uri names, which may be another than its handle's.
ALTER TABLE remote_account ADD COLUMN host TEXT NOT NULL DEFAULT '';
UPDATE remote_account SET host = split_part(account.uri, '/', 3) FROM account WHERE account.id = remote_account.account_id;
CREATE INDEX remote_account_host ON remote_account (host, account_id);
ALTER TABLE media ADD COLUMN is_refused BIGINT NOT NULL DEFAULT 0;           -- its server's media are not shown
ALTER TABLE report ADD COLUMN host TEXT NOT NULL DEFAULT '';                  -- the server that sent it; empty: from here
CREATE INDEX report_open ON report (host) WHERE host <> '' AND resolved_at IS NULL;
