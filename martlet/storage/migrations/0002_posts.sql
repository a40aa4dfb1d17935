-- A boost is a post of its own whose boost_of_id names the boosted one.
CREATE TABLE post (
    id                   INTEGER PRIMARY KEY,
    uri                  TEXT NOT NULL UNIQUE,
    url                  TEXT NOT NULL,
    author_id            INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    visibility           INTEGER NOT NULL,
    boost_of_id          INTEGER REFERENCES post (id) ON DELETE CASCADE,
    reply_to_id          INTEGER,                  -- stays when the parent is deleted, so that a gap shows
    reply_to_account_id  INTEGER,
    thread_id            INTEGER NOT NULL,         -- the thread's first post
    is_local             INTEGER NOT NULL,         -- written here
    is_sensitive         INTEGER NOT NULL DEFAULT 0,
    language             TEXT,
    has_media            INTEGER NOT NULL DEFAULT 0,
    poll_id              INTEGER,
    quote_of_id          INTEGER,
    quote_state          TEXT,                     -- pending, accepted, rejected, revoked, deleted
    quoting              TEXT NOT NULL DEFAULT 'public',  -- who may quote it: public, followers, nobody
    app_id               INTEGER,
    created_at           INTEGER NOT NULL,
    edited_at            INTEGER,
    replies_count        INTEGER NOT NULL DEFAULT 0,
    boosts_count         INTEGER NOT NULL DEFAULT 0,
    likes_count          INTEGER NOT NULL DEFAULT 0,
    quotes_count         INTEGER NOT NULL DEFAULT 0,
    version              INTEGER NOT NULL DEFAULT 1, -- grows with every change of what clients are shown, counts and votes aside
    revision             INTEGER NOT NULL DEFAULT 1, -- grows with every such change, counts and votes as well
    -- Long texts stand last: what is asked for with every page is read without them.
    text                 TEXT NOT NULL DEFAULT '', -- as typed
    html                 TEXT NOT NULL DEFAULT '',
    warning              TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX post_author ON post (author_id, id);
CREATE INDEX post_author_own ON post (author_id, id) WHERE reply_to_id IS NULL OR reply_to_account_id = author_id;
CREATE INDEX post_author_media ON post (author_id, id) WHERE has_media = 1;
CREATE INDEX post_thread ON post (thread_id, id);
CREATE INDEX post_reply ON post (reply_to_id, id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX post_quotes ON post (quote_of_id, id) WHERE quote_of_id IS NOT NULL;
CREATE UNIQUE INDEX post_boost ON post (boost_of_id, author_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX post_boost_order ON post (boost_of_id, id) WHERE boost_of_id IS NOT NULL;
-- What public timelines show; a thread of one's own counts as no answer. The words have to be those of `listings`.
CREATE INDEX post_public ON post (id) WHERE visibility = 4 AND boost_of_id IS NULL
    AND (reply_to_id IS NULL OR reply_to_account_id = author_id);
CREATE INDEX post_local ON post (id) WHERE visibility = 4 AND boost_of_id IS NULL
    AND (reply_to_id IS NULL OR reply_to_account_id = author_id) AND is_local = 1;
CREATE INDEX post_elsewhere ON post (id) WHERE visibility = 4 AND boost_of_id IS NULL
    AND (reply_to_id IS NULL OR reply_to_account_id = author_id) AND is_local = 0;
CREATE INDEX post_public_media ON post (id) WHERE visibility = 4 AND boost_of_id IS NULL
    AND (reply_to_id IS NULL OR reply_to_account_id = author_id) AND has_media = 1;

-- A post as clients are shown it, but for its counts and what differs from viewer to viewer.
CREATE TABLE rendered_post (
    post_id  INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    version  INTEGER NOT NULL,                     -- of the post, and of the way it is rendered
    body     BLOB NOT NULL
) STRICT;

CREATE TABLE post_edit (
    post_id       INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    position      INTEGER NOT NULL,                -- 0: as first published
    author_id     INTEGER NOT NULL,
    text          TEXT NOT NULL,
    html          TEXT NOT NULL,
    warning       TEXT NOT NULL,
    is_sensitive  INTEGER NOT NULL,
    media         TEXT NOT NULL,                   -- JSON: [{id, description}]
    poll          TEXT NOT NULL,                   -- JSON: [option]
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE mention (
    post_id     INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    is_silent   INTEGER NOT NULL DEFAULT 0,        -- may read it, but is not named in the text
    PRIMARY KEY (post_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_account ON mention (account_id, post_id);

CREATE TABLE tag (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,                  -- folded
    shown   TEXT NOT NULL                          -- as first written
) STRICT;

CREATE TABLE post_tag (
    tag_id   INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    post_id  INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    PRIMARY KEY (tag_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_tag_post ON post_tag (post_id, tag_id);

-- How often a tag was used on a day, for its history.
CREATE TABLE tag_day (
    tag_id    INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    day       INTEGER NOT NULL,                    -- days since 1970
    uses      INTEGER NOT NULL,
    accounts  INTEGER NOT NULL,
    PRIMARY KEY (tag_id, day)
) STRICT, WITHOUT ROWID;

-- Posts that wait for their moment. One that could not be published then stays, and says why.
CREATE TABLE scheduled_post (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    publish_at  INTEGER NOT NULL,
    draft       TEXT NOT NULL,                     -- JSON
    failure     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX scheduled_post_account ON scheduled_post (account_id, id);

CREATE TABLE media (
    id            INTEGER PRIMARY KEY,
    owner_id      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    post_id       INTEGER REFERENCES post (id) ON DELETE SET NULL,
    position      INTEGER NOT NULL DEFAULT 0,      -- -1: taken off by an edit, kept for the history
    state         TEXT NOT NULL DEFAULT 'ready',   -- processing, ready, failed
    kind          TEXT NOT NULL,                   -- image, gifv, video, audio, unknown
    content_type  TEXT NOT NULL DEFAULT '',
    file          TEXT NOT NULL DEFAULT '',        -- media key
    preview       TEXT NOT NULL DEFAULT '',
    bytes         INTEGER NOT NULL DEFAULT 0,
    remote_url    TEXT,
    description   TEXT NOT NULL DEFAULT '',
    focus_x       REAL NOT NULL DEFAULT 0,
    focus_y       REAL NOT NULL DEFAULT 0,
    blurhash      TEXT,
    meta          TEXT NOT NULL DEFAULT '{}',      -- JSON: original and small sizes and so on
    error         TEXT NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    scheduled_id  INTEGER REFERENCES scheduled_post (id) ON DELETE SET NULL   -- kept for it until it is published
) STRICT;
CREATE INDEX media_post ON media (post_id, position) WHERE post_id IS NOT NULL;
CREATE INDEX media_unused ON media (created_at) WHERE post_id IS NULL AND scheduled_id IS NULL;
CREATE INDEX media_scheduled ON media (scheduled_id) WHERE scheduled_id IS NOT NULL;
CREATE INDEX media_owner ON media (owner_id, id);

CREATE TABLE poll (
    id            INTEGER PRIMARY KEY,
    post_id       INTEGER NOT NULL UNIQUE REFERENCES post (id) ON DELETE CASCADE,
    expires_at    INTEGER,
    closed_at     INTEGER,                         -- everyone has been told
    is_multiple   INTEGER NOT NULL,
    hides_totals  INTEGER NOT NULL,
    voters_count  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE poll_option (
    poll_id      INTEGER NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    title        TEXT NOT NULL,
    votes_count  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (poll_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE poll_vote (
    poll_id     INTEGER NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    PRIMARY KEY (poll_id, account_id, position)
) STRICT, WITHOUT ROWID;

-- What one account did with one post. The ids tell when, and order its lists.
CREATE TABLE mark (
    account_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    post_id        INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    liked_id       INTEGER,
    bookmarked_id  INTEGER,
    boost_id       INTEGER,                        -- the boost, a post
    PRIMARY KEY (account_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_likes ON mark (account_id, liked_id) WHERE liked_id IS NOT NULL;
CREATE INDEX mark_bookmarks ON mark (account_id, bookmarked_id) WHERE bookmarked_id IS NOT NULL;
CREATE INDEX mark_liked_by ON mark (post_id, liked_id) WHERE liked_id IS NOT NULL;
CREATE INDEX mark_post ON mark (post_id, account_id);

CREATE TABLE pin (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    post_id     INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    id          INTEGER NOT NULL,                  -- when
    PRIMARY KEY (account_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pin_post ON pin (post_id);

CREATE TABLE thread_mute (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    thread_id   INTEGER NOT NULL,
    PRIMARY KEY (account_id, thread_id)
) STRICT, WITHOUT ROWID;

-- A post sent twice with one key is one post.
CREATE TABLE idempotency (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    post_id     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What was deleted stays deleted.
CREATE TABLE tombstone (
    uri         TEXT PRIMARY KEY,
    post_id     INTEGER,
    author_id   INTEGER,
    deleted_at  INTEGER NOT NULL
) STRICT;

-- The picture and words that stand for a link.
CREATE TABLE card (
    id             INTEGER PRIMARY KEY,
    url            TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL DEFAULT 'link',   -- link, photo, video, rich
    title          TEXT NOT NULL DEFAULT '',
    description    TEXT NOT NULL DEFAULT '',
    language       TEXT,
    author_name    TEXT NOT NULL DEFAULT '',
    author_url     TEXT NOT NULL DEFAULT '',
    author_id      INTEGER,                        -- where the author has an account we know
    provider_name  TEXT NOT NULL DEFAULT '',
    provider_url   TEXT NOT NULL DEFAULT '',
    image          TEXT NOT NULL DEFAULT '',       -- media key
    image_text     TEXT NOT NULL DEFAULT '',
    blurhash       TEXT,
    width          INTEGER NOT NULL DEFAULT 0,
    height         INTEGER NOT NULL DEFAULT 0,
    published_at   INTEGER,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE post_card (
    post_id  INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    card_id  INTEGER NOT NULL REFERENCES card (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE emoji (
    id           INTEGER PRIMARY KEY,
    shortcode    TEXT NOT NULL,
    host         TEXT NOT NULL DEFAULT '',
    file         TEXT NOT NULL,                    -- media key
    file_static  TEXT NOT NULL,
    category     TEXT,
    is_listed    INTEGER NOT NULL DEFAULT 1,
    disabled_at  INTEGER,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX emoji_shortcode ON emoji (host, shortcode);
