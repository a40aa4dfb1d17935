-- What was decided against an account, for its owner to read and to appeal against.
CREATE TABLE strike (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    by_id         INTEGER NOT NULL,                -- who decided; 0: the operator
    measure       TEXT NOT NULL,                   -- warn, freeze, mark_posts, delete_posts, sensitize, limit, suspend
    text          TEXT NOT NULL,                   -- what the owner is told
    report_id     INTEGER REFERENCES report (id) ON DELETE SET NULL,
    post_ids      TEXT NOT NULL,                   -- JSON: [id]
    entry_id      INTEGER NOT NULL,                -- what the audit log says of it
    overruled_at  INTEGER,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX strike_account ON strike (account_id, id);
CREATE INDEX strike_report ON strike (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX strike_entry ON strike (entry_id);

CREATE TABLE appeal (
    strike_id    INTEGER PRIMARY KEY REFERENCES strike (id) ON DELETE CASCADE,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    text         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    is_approved  INTEGER,                          -- NULL: nobody has decided yet
    decided_by   INTEGER,
    decided_at   INTEGER
) STRICT;
CREATE INDEX appeal_account ON appeal (account_id);
CREATE INDEX appeal_waiting ON appeal (strike_id) WHERE is_approved IS NULL;

-- What those who look after the server did. Rows are only added.
CREATE TABLE audit_entry (
    id           INTEGER PRIMARY KEY,              -- it says when
    actor_id     INTEGER NOT NULL,                 -- 0: the operator, by a command
    act          TEXT NOT NULL,
    target_kind  TEXT NOT NULL,                    -- account, report, post, role, rule, peer, …
    target_id    INTEGER NOT NULL,
    target_name  TEXT NOT NULL,                    -- what it was called then
    report_id    INTEGER,
    state_before TEXT NOT NULL,                    -- JSON: {name: value}
    state_after  TEXT NOT NULL,                    -- JSON: {name: value}
    undoes_id    INTEGER
) STRICT;
CREATE UNIQUE INDEX audit_entry_undone ON audit_entry (undoes_id) WHERE undoes_id IS NOT NULL;
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, id);
CREATE INDEX audit_entry_target ON audit_entry (target_kind, target_id, id);
CREATE INDEX audit_entry_report ON audit_entry (report_id, id) WHERE report_id IS NOT NULL;

ALTER TABLE report ADD COLUMN assigned_id INTEGER;
ALTER TABLE report ADD COLUMN resolved_by INTEGER;
ALTER TABLE report ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX report_unresolved ON report (id) WHERE resolved_at IS NULL;

-- What those who work on a report tell each other.
CREATE TABLE report_note (
    id          INTEGER PRIMARY KEY,
    report_id   INTEGER NOT NULL REFERENCES report (id) ON DELETE CASCADE,
    author_id   INTEGER NOT NULL,
    text        TEXT NOT NULL
) STRICT;
CREATE INDEX report_note_report ON report_note (report_id, id);

-- Texts that are written again and again.
CREATE TABLE warning_preset (
    id     INTEGER PRIMARY KEY,
    title  TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT;

ALTER TABLE account ADD COLUMN sensitized_at INTEGER;      -- all that it posts is shown as sensitive
CREATE INDEX account_here ON account (id) WHERE host = '';
CREATE INDEX account_suspended ON account (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX account_limited ON account (id) WHERE limited_at IS NOT NULL;
CREATE INDEX account_sensitized ON account (id) WHERE sensitized_at IS NOT NULL;
CREATE INDEX users_pending ON users (account_id) WHERE approved_at IS NULL;
CREATE INDEX users_frozen ON users (account_id) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_invitation ON users (invitation_id) WHERE invitation_id IS NOT NULL;
CREATE INDEX session_address ON session (address);

-- Follows that ended because somebody else decided so, told to those who lost them.
CREATE TABLE severance (
    id               INTEGER PRIMARY KEY,
    account_id       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL,                -- domain_block, user_domain_block, account_suspension
    target           TEXT NOT NULL,                -- a domain or a handle
    followers_count  INTEGER NOT NULL DEFAULT 0,
    following_count  INTEGER NOT NULL DEFAULT 0,
    told_at          INTEGER                       -- NULL: more are still to come
) STRICT;
CREATE INDEX severance_account ON severance (account_id, id);
CREATE UNIQUE INDEX severance_untold ON severance (kind, target, account_id) WHERE told_at IS NULL;

CREATE TABLE severed_follow (
    severance_id  INTEGER NOT NULL REFERENCES severance (id) ON DELETE CASCADE,
    is_follower   INTEGER NOT NULL,                -- 1: the other one followed
    other_id      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    shows_boosts  INTEGER NOT NULL,
    notifies      INTEGER NOT NULL,
    languages     TEXT,
    PRIMARY KEY (severance_id, is_follower, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX severed_follow_other ON severed_follow (other_id);

-- What else a notification is about: a strike, or a severance.
ALTER TABLE notification ADD COLUMN about_id INTEGER NOT NULL DEFAULT 0;

ALTER TABLE server_rule ADD COLUMN translations TEXT NOT NULL DEFAULT '{}';   -- JSON: {language: {text, hint}}
ALTER TABLE server_rule ADD COLUMN deleted_at INTEGER;                        -- reports go on naming it
