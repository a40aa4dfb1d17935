-- Emoji of other servers: what they are called there, and when their picture changed last.
ALTER TABLE emoji ADD COLUMN uri TEXT NOT NULL DEFAULT '';
ALTER TABLE emoji ADD COLUMN updated_at INTEGER;

-- An emoji that somebody chose for a post: a character (then the host is empty), or the shortcode of one of ours or of
-- the host's. Somebody may choose several.
CREATE TABLE reaction (
    post_id     INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    host        TEXT NOT NULL,
    id          INTEGER NOT NULL,                  -- when, and the order of lists
    uri         TEXT,                              -- of one that came from elsewhere
    PRIMARY KEY (post_id, account_id, name, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX reaction_who ON reaction (post_id, name, host, id);
CREATE INDEX reaction_account ON reaction (account_id);
CREATE INDEX reaction_uri ON reaction (uri) WHERE uri IS NOT NULL;

-- How often each was chosen: pages of posts show it, so nothing is counted there.
CREATE TABLE reaction_count (
    post_id  INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    host     TEXT NOT NULL,
    id       INTEGER NOT NULL,                     -- of the first, for the order
    count    INTEGER NOT NULL,
    PRIMARY KEY (post_id, name, host)
) STRICT, WITHOUT ROWID;

ALTER TABLE notification ADD COLUMN emoji TEXT NOT NULL DEFAULT '';   -- which was chosen: a character, name or name@host
DROP INDEX notification_once;
CREATE UNIQUE INDEX notification_once
    ON notification (account_id, kind, from_id, coalesce(post_id, 0), coalesce(report_id, 0), emoji);
