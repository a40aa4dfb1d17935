-- What the server of a post elsewhere said of it when it was last asked.
CREATE TABLE remote_post (
    post_id        INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    context        TEXT NOT NULL DEFAULT '',       -- the collection of its thread
    replies_total  INTEGER,                        -- direct replies, as its server counts them
    visited_at     INTEGER NOT NULL                -- when its document was last read
) STRICT;

-- What a post answers that is not known here.
CREATE TABLE missing_parent (
    post_id  INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    uri      TEXT NOT NULL
) STRICT;
CREATE INDEX missing_parent_uri ON missing_parent (uri);

-- When a thread with posts from elsewhere was last fetched; both moments 0: never yet.
CREATE TABLE thread_fetch (
    id           INTEGER PRIMARY KEY,
    thread_id    INTEGER NOT NULL,
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    found        INTEGER NOT NULL DEFAULT 0,       -- posts that were not known before
    silent       INTEGER NOT NULL DEFAULT 0,       -- servers that did not answer
    total        INTEGER                           -- posts of the thread, as its collection counts them
) STRICT;
CREATE INDEX thread_fetch_thread ON thread_fetch (thread_id, id);

ALTER TABLE remote_account ADD COLUMN following TEXT NOT NULL DEFAULT '';   -- the collection's uri
ALTER TABLE remote_account ADD COLUMN filled_at INTEGER;                    -- when its last posts were brought

CREATE INDEX thread_mute_thread ON thread_mute (thread_id);
