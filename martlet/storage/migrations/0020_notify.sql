-- What becomes of notifications from people whom somebody does not know: accept, filter (kept aside) or drop.
CREATE TABLE notification_policy (
    account_id        INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    not_following     TEXT NOT NULL,
    not_followers     TEXT NOT NULL,
    new_accounts      TEXT NOT NULL,
    private_mentions  TEXT NOT NULL,
    limited_accounts  TEXT NOT NULL,
    bots              TEXT NOT NULL
) STRICT;

-- Whom somebody let through, whatever the policy says.
CREATE TABLE notification_permission (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    from_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    is_merged   INTEGER NOT NULL,                  -- 0: what was kept aside of them is still on its way into the list
    PRIMARY KEY (account_id, from_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_permission_from ON notification_permission (from_id);
CREATE INDEX notification_merging ON notification_permission (account_id) WHERE is_merged = 0;

-- Whose mentions and quotes are kept aside until somebody decides about them.
CREATE TABLE notification_request (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    from_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX notification_request_once ON notification_request (account_id, from_id);
CREATE INDEX notification_request_order ON notification_request (account_id, id);
CREATE INDEX notification_request_from ON notification_request (from_id);

ALTER TABLE notification ADD COLUMN is_filtered INTEGER NOT NULL DEFAULT 0;   -- kept aside
DROP INDEX notification_account;
CREATE INDEX notification_listed ON notification (account_id, is_filtered, id);
CREATE INDEX notification_kind ON notification (account_id, is_filtered, kind, id);   -- of a few kinds only
DROP INDEX notification_from;
CREATE INDEX notification_from ON notification (from_id, account_id, id);
CREATE INDEX notification_group ON notification (account_id, group_key, id);
-- The words have to be those of `storage/notification_requests`.
CREATE INDEX notification_asking ON notification (account_id, from_id, id)
    WHERE is_filtered = 1 AND kind IN ('mention', 'quote');
