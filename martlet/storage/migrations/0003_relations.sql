CREATE TABLE follow (
    follower_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    followed_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id            INTEGER NOT NULL,                -- when, and the order of lists
    is_accepted   INTEGER NOT NULL,                -- 0: asked, not yet answered
    shows_boosts  INTEGER NOT NULL DEFAULT 1,
    notifies      INTEGER NOT NULL DEFAULT 0,      -- of each new post
    languages     TEXT,                            -- JSON: only posts in these; NULL: all
    PRIMARY KEY (follower_id, followed_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX follow_followers ON follow (followed_id, follower_id, is_accepted);
CREATE INDEX follow_followers_order ON follow (followed_id, is_accepted, id);
CREATE INDEX follow_notified ON follow (followed_id) WHERE notifies = 1;
CREATE INDEX follow_following_order ON follow (follower_id, is_accepted, id);

CREATE TABLE block (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    blocked_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id          INTEGER NOT NULL,
    PRIMARY KEY (account_id, blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_order ON block (account_id, id);
CREATE INDEX block_blocked ON block (blocked_id);

CREATE TABLE mute (
    account_id           INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    muted_id             INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id                   INTEGER NOT NULL,
    hides_notifications  INTEGER NOT NULL DEFAULT 1,
    expires_at           INTEGER,
    PRIMARY KEY (account_id, muted_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mute_order ON mute (account_id, id);
CREATE INDEX mute_muted ON mute (muted_id);
CREATE INDEX mute_expiry ON mute (expires_at) WHERE expires_at IS NOT NULL;

-- Blocks both ways and mutes in one place: whose posts a viewer is not shown, so that a
-- timeline asks once. Written only together with `block` and `mute`.
CREATE TABLE hidden (
    viewer_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    author_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    is_barred  INTEGER NOT NULL,                   -- the author blocks the viewer: not even by its address
    until      INTEGER,                            -- NULL: for good
    PRIMARY KEY (viewer_id, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_author ON hidden (author_id, viewer_id);

-- Servers of whose people somebody wants to see no more. Asked where posts are shown, of authors elsewhere only.
CREATE TABLE domain_block (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    host        TEXT NOT NULL,
    id          INTEGER NOT NULL,                  -- when, and the order of the list
    PRIMARY KEY (account_id, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX domain_block_order ON domain_block (account_id, id);

CREATE TABLE account_note (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    about_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    text        TEXT NOT NULL,
    PRIMARY KEY (account_id, about_id)
) STRICT, WITHOUT ROWID;

-- Followed accounts that somebody shows on their own profile.
CREATE TABLE endorsement (
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    endorsed_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id           INTEGER NOT NULL,
    PRIMARY KEY (account_id, endorsed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX endorsement_order ON endorsement (account_id, id);
CREATE INDEX endorsement_endorsed ON endorsement (endorsed_id);

CREATE TABLE list (
    id            INTEGER PRIMARY KEY,
    owner_id      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    title         TEXT NOT NULL,
    replies       TEXT NOT NULL DEFAULT 'list',    -- whose answers are shown: followed, list, none
    is_exclusive  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX list_owner ON list (owner_id, id);

CREATE TABLE list_member (
    list_id     INTEGER NOT NULL REFERENCES list (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id          INTEGER NOT NULL,
    PRIMARY KEY (list_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_member_account ON list_member (account_id, list_id);

-- Timelines written ahead: an account's id names its home timeline, a list's id the list's.
-- Entries of deleted posts stay until they are trimmed; nobody is shown them. An index by post
-- would double what a post to many followers costs.
CREATE TABLE timeline_entry (
    timeline_id  INTEGER NOT NULL,
    post_id      INTEGER NOT NULL,
    PRIMARY KEY (timeline_id, post_id)
) STRICT, WITHOUT ROWID;

-- Who was here lately, and so has a home timeline that is kept. Others' are rebuilt when they come back.
CREATE TABLE home (
    account_id  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    built_at    INTEGER NOT NULL
) STRICT;

-- Hashtags whose public posts stand in somebody's home timeline.
CREATE TABLE followed_tag (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tag_id      INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    id          INTEGER NOT NULL,                  -- when, and the order of the list
    PRIMARY KEY (account_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX followed_tag_order ON followed_tag (account_id, id);
CREATE INDEX followed_tag_tag ON followed_tag (tag_id, account_id);

-- Hashtags that somebody shows on their own profile, with their use in posts for all.
CREATE TABLE featured_tag (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tag_id        INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    shown         TEXT NOT NULL,                   -- as written for it
    posts_count   INTEGER NOT NULL,
    last_post_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX featured_tag_once ON featured_tag (account_id, tag_id);

CREATE TABLE filter (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    title       TEXT NOT NULL,
    contexts    TEXT NOT NULL,                     -- JSON: home, notifications, public, thread, account
    action      TEXT NOT NULL,                     -- warn, hide, blur
    expires_at  INTEGER,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX filter_account ON filter (account_id, id);

CREATE TABLE filter_keyword (
    id          INTEGER PRIMARY KEY,
    filter_id   INTEGER NOT NULL REFERENCES filter (id) ON DELETE CASCADE,
    keyword     TEXT NOT NULL,
    whole_word  INTEGER NOT NULL
) STRICT;
CREATE INDEX filter_keyword_filter ON filter_keyword (filter_id, id);

CREATE TABLE filter_post (
    id         INTEGER PRIMARY KEY,
    filter_id  INTEGER NOT NULL REFERENCES filter (id) ON DELETE CASCADE,
    post_id    INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX filter_post_once ON filter_post (filter_id, post_id);
CREATE INDEX filter_post_post ON filter_post (post_id);

CREATE TABLE report (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    about_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    category     TEXT NOT NULL,
    comment      TEXT NOT NULL,
    is_forwarded INTEGER NOT NULL,
    post_ids     TEXT NOT NULL,                    -- JSON
    rule_ids     TEXT NOT NULL,                    -- JSON
    created_at   INTEGER NOT NULL,
    resolved_at  INTEGER
) STRICT;
CREATE INDEX report_about ON report (about_id);
CREATE INDEX report_account ON report (account_id);
