-- Posts that nobody but their author sees until a moderator has looked at them. The post itself is kept as one to a
-- circle of nobody; for whom it is meant, and whom it names, stands here.
CREATE TABLE held_post (
    post_id      INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    id           INTEGER NOT NULL UNIQUE,              -- when, and the order of the list
    visibility   INTEGER NOT NULL,
    named        TEXT NOT NULL,                        -- JSON: [account]
    silent       TEXT NOT NULL,                        -- JSON: [account], addressed without being named
    reasons      TEXT NOT NULL,                        -- JSON: ["links", …]
    verdict      TEXT NOT NULL,                        -- what becomes of it as an answer
    request      TEXT,                                 -- what a request to answer was called
    is_news      INTEGER NOT NULL,
    state        TEXT NOT NULL DEFAULT 'held',         -- held, refused
    decided_at   INTEGER
) STRICT;
CREATE INDEX held_post_state ON held_post (state, id);

-- Who was named by somebody whom they do not follow, lately: only where the setting asks for it.
CREATE TABLE stranger_mention (
    sender_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at          INTEGER NOT NULL,
    PRIMARY KEY (sender_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stranger_mention_account ON stranger_mention (account_id);
CREATE INDEX stranger_mention_at ON stranger_mention (at);

-- What posts look like that a moderator called spam: no words, only digests.
CREATE TABLE spam_mark (
    id           INTEGER PRIMARY KEY,
    post_id      INTEGER NOT NULL,                     -- it may be gone
    url          TEXT NOT NULL,
    text_digest  TEXT NOT NULL,                        -- '': it had too few words
    band_0       INTEGER,                              -- numbers of which posts alike share most; NULL: too short
    band_1       INTEGER,
    band_2       INTEGER,
    band_3       INTEGER,
    expires_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX spam_mark_text ON spam_mark (text_digest);
CREATE INDEX spam_mark_0 ON spam_mark (band_0);
CREATE INDEX spam_mark_1 ON spam_mark (band_1);
CREATE INDEX spam_mark_2 ON spam_mark (band_2);
CREATE INDEX spam_mark_3 ON spam_mark (band_3);
CREATE INDEX spam_mark_expiring ON spam_mark (expires_at);

CREATE TABLE spam_picture (
    mark_id  INTEGER NOT NULL REFERENCES spam_mark (id) ON DELETE CASCADE,
    digest   TEXT NOT NULL,
    PRIMARY KEY (mark_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX spam_picture_digest ON spam_picture (digest);
