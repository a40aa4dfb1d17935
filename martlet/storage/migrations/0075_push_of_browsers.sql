-- Browsers in which somebody is signed in are told, too: a subscription belongs to an app's token or to a session.
CREATE TABLE push_subscription_anew (
    id           INTEGER PRIMARY KEY,
    token_id     INTEGER UNIQUE REFERENCES token (id) ON DELETE CASCADE,
    session_id   INTEGER UNIQUE REFERENCES session (id) ON DELETE CASCADE,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    endpoint     TEXT NOT NULL,
    p256dh       TEXT NOT NULL,
    auth         TEXT NOT NULL,
    is_standard  INTEGER NOT NULL,                 -- RFC 8291; 0: the older draft that some apps still read
    alerts       TEXT NOT NULL,                    -- JSON: [kind of notification]
    policy       TEXT NOT NULL,                    -- all, followed, follower, none
    token        BLOB NOT NULL,                    -- encrypted: apps are told with which account they are concerned; browsers: empty
    refusals     INTEGER NOT NULL DEFAULT 0,       -- in a row
    created_at   INTEGER NOT NULL,
    CHECK ((token_id IS NULL) <> (session_id IS NULL))
) STRICT;

INSERT INTO push_subscription_anew
      (id, token_id, account_id, endpoint, p256dh, auth, is_standard, alerts, policy, token, refusals, created_at)
SELECT id, token_id, account_id, endpoint, p256dh, auth, is_standard, alerts, policy, token, refusals, created_at
  FROM push_subscription;

DROP TABLE push_subscription;

ALTER TABLE push_subscription_anew RENAME TO push_subscription;

CREATE INDEX push_subscription_account ON push_subscription (account_id);
