-- Who may answer a post, where not everybody may. No row: everybody who sees it.
CREATE TABLE reply_policy (
    post_id  INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    policy   TEXT NOT NULL                         -- as `model.replying` writes it
) STRICT;
ALTER TABLE users ADD COLUMN default_replying TEXT NOT NULL DEFAULT '{}';   -- JSON: policies by visibility

-- Answers for which the answered author's approval is needed or was given. Until then, and once it is refused, the
-- answer is a post for its author and the one who is asked.
CREATE TABLE reply_request (
    post_id        INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,   -- the answer
    id             INTEGER NOT NULL,               -- when, and the order of the list
    asked_id       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    visibility     INTEGER NOT NULL,               -- for whom it was written
    named          TEXT NOT NULL,                  -- JSON: whom it names, while it is withheld from them
    state          TEXT NOT NULL,                  -- pending, approved, rejected, revoked
    request        TEXT,                           -- what the request was called, where one side is elsewhere
    consent        TEXT,                           -- the authorization, if another server gave it
    decided_at     INTEGER
) STRICT;
CREATE INDEX reply_request_asked ON reply_request (asked_id, state, id);
CREATE UNIQUE INDEX reply_request_id ON reply_request (id);
CREATE INDEX reply_request_uri ON reply_request (request) WHERE request IS NOT NULL;
CREATE INDEX reply_request_consent ON reply_request (consent) WHERE consent IS NOT NULL;

-- People to write to.
CREATE TABLE circle (
    id        INTEGER PRIMARY KEY,
    owner_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    title     TEXT NOT NULL
) STRICT;
CREATE INDEX circle_owner ON circle (owner_id, id);

CREATE TABLE circle_member (
    circle_id   INTEGER NOT NULL REFERENCES circle (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id          INTEGER NOT NULL,                  -- when, and the order of the list
    PRIMARY KEY (circle_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX circle_member_order ON circle_member (circle_id, id);
CREATE INDEX circle_member_account ON circle_member (account_id);

-- Posts that are deleted at a moment.
CREATE TABLE expiring_post (
    post_id     INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT;
ALTER TABLE users ADD COLUMN default_lifetime INTEGER;                      -- seconds; NULL: posts stay

-- Whose old posts are deleted, and which of them are not.
CREATE TABLE post_cleanup (
    account_id      INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    min_age         INTEGER NOT NULL,              -- seconds
    keeps_direct    INTEGER NOT NULL,
    keeps_pinned    INTEGER NOT NULL,
    keeps_polls     INTEGER NOT NULL,
    keeps_media     INTEGER NOT NULL,
    keeps_liked     INTEGER NOT NULL,              -- by their author
    keeps_bookmarked INTEGER NOT NULL,
    min_likes       INTEGER,                       -- with so many it is kept
    min_boosts      INTEGER,
    position        INTEGER NOT NULL DEFAULT 0     -- posts up to this id have been looked at
) STRICT;
