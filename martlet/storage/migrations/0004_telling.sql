CREATE TABLE notification (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,                     -- mention, boost, like, follow, follow_request, post, poll, edit, sign_up, report
    from_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    post_id     INTEGER REFERENCES post (id) ON DELETE CASCADE,
    report_id   INTEGER REFERENCES report (id) ON DELETE CASCADE,
    group_key   TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_account ON notification (account_id, id);
CREATE INDEX notification_from ON notification (from_id);
CREATE INDEX notification_post ON notification (post_id) WHERE post_id IS NOT NULL;
-- The same thing is told once, however often a reaction is run.
CREATE UNIQUE INDEX notification_once ON notification (account_id, kind, from_id, coalesce(post_id, 0), coalesce(report_id, 0));

CREATE TABLE marker (
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    timeline      TEXT NOT NULL,                   -- home, notifications
    last_read_id  INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (account_id, timeline)
) STRICT, WITHOUT ROWID;

-- Threads of posts for mentioned people only, as an inbox.
CREATE TABLE conversation (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    thread_id     INTEGER NOT NULL,
    participants  TEXT NOT NULL,                   -- JSON: sorted account ids, the owner's own left out
    last_post_id  INTEGER NOT NULL,
    is_unread     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversation_once ON conversation (account_id, thread_id, participants);
CREATE INDEX conversation_order ON conversation (account_id, last_post_id);

CREATE TABLE push_subscription (
    id           INTEGER PRIMARY KEY,
    token_id     INTEGER NOT NULL UNIQUE REFERENCES token (id) ON DELETE CASCADE,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    endpoint     TEXT NOT NULL,
    p256dh       TEXT NOT NULL,
    auth         TEXT NOT NULL,
    is_standard  INTEGER NOT NULL,                 -- RFC 8291; 0: the older draft that some apps still read
    alerts       TEXT NOT NULL,                    -- JSON: [kind of notification]
    policy       TEXT NOT NULL,                    -- all, followed, follower, none
    token        BLOB NOT NULL,                    -- encrypted: apps are told with which account they are concerned
    refusals     INTEGER NOT NULL DEFAULT 0,       -- in a row
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX push_subscription_account ON push_subscription (account_id);
