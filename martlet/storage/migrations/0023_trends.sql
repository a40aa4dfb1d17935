-- Who spoke for a subject lately: of a hashtag (kind 1) or a link (2) whoever wrote a post with it, of a post (3)
-- whoever likes or boosts it. One row for each person, however often they do.
CREATE TABLE trend_voice (
    kind        INTEGER NOT NULL,
    subject_id  INTEGER NOT NULL,                  -- of tag, card or post
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    post_id     INTEGER NOT NULL,                  -- by which they did; it is asked again when it is counted
    at          INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trend_voice_newest ON trend_voice (kind, subject_id, at);
CREATE INDEX trend_voice_age ON trend_voice (at);
CREATE INDEX trend_voice_account ON trend_voice (account_id);

-- Subjects that somebody spoke for lately. Those with a score trend.
CREATE TABLE trend (
    kind          INTEGER NOT NULL,
    subject_id    INTEGER NOT NULL,
    heat          REAL NOT NULL,                   -- comparable at all times, see model/trends.py
    score         REAL NOT NULL DEFAULT 0,
    people        INTEGER NOT NULL DEFAULT 0,
    hours         INTEGER NOT NULL DEFAULT 0,
    usual         REAL NOT NULL DEFAULT 0,
    language      TEXT,
    publisher_id  INTEGER,                         -- of a link
    is_allowed    INTEGER,                         -- what was decided about it; NULL: nothing
    PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trend_heat ON trend (kind, heat);
CREATE INDEX trend_score ON trend (kind, score) WHERE score > 0;
CREATE INDEX trend_publisher ON trend (publisher_id) WHERE publisher_id IS NOT NULL;

-- What those who run the server decided about hashtags, links, posts and publishers (4).
CREATE TABLE trend_review (
    kind         INTEGER NOT NULL,
    subject_id   INTEGER NOT NULL,
    is_allowed   INTEGER,                          -- NULL: looked at, and left to the rule
    reviewed_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE publisher (
    id    INTEGER PRIMARY KEY,
    host  TEXT NOT NULL UNIQUE
) STRICT;

-- Hashtags that not everybody may use or find. Others have no row.
CREATE TABLE tag_rule (
    tag_id     INTEGER PRIMARY KEY REFERENCES tag (id) ON DELETE CASCADE,
    is_usable  INTEGER NOT NULL DEFAULT 1,         -- may stand in new posts written here
    is_listed  INTEGER NOT NULL DEFAULT 1          -- is found by search, and may trend
) STRICT;

CREATE INDEX tag_rule_unusable ON tag_rule (tag_id) WHERE is_usable = 0;

-- Accounts that somebody does not want to have suggested again.
CREATE TABLE dismissed_suggestion (
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    dismissed_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at            INTEGER NOT NULL,
    PRIMARY KEY (account_id, dismissed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dismissed_suggestion_dismissed ON dismissed_suggestion (dismissed_id);
CREATE INDEX dismissed_suggestion_order ON dismissed_suggestion (account_id, at);

-- Accounts that the server itself suggests to everybody here: chosen, or found once a day.
CREATE TABLE suggested_account (
    source      TEXT NOT NULL,                     -- featured, most_followed, most_interactions
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    place       INTEGER NOT NULL,
    reason      INTEGER NOT NULL DEFAULT 0,        -- the number that put it there
    PRIMARY KEY (source, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX suggested_account_account ON suggested_account (account_id);

-- Translated posts, as long as their revision holds.
CREATE TABLE translation (
    post_id   INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    language  TEXT NOT NULL,
    version   INTEGER NOT NULL,                    -- of the post
    body      TEXT NOT NULL,                       -- JSON
    made_at   INTEGER NOT NULL,
    PRIMARY KEY (post_id, language)
) STRICT, WITHOUT ROWID;
CREATE INDEX translation_age ON translation (made_at);
