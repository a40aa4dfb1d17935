-- What accounts here are also known as: accounts that may move here.
CREATE TABLE account_alias (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    uri         TEXT NOT NULL,
    id          INTEGER NOT NULL,                  -- when, and the order of the list
    PRIMARY KEY (account_id, uri)
) STRICT, WITHOUT ROWID;

-- The last move of an account, here or elsewhere. It stays when the move is taken back: the next one has to wait.
CREATE TABLE move (
    account_id  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    target_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    moved_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX move_target ON move (target_id);

-- What somebody brings from another server: a list of theirs as CSV, or an archive of posts.
CREATE TABLE bulk_import (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,                   -- follows, blocks, mutes, domain_blocks, lists, bookmarks, posts
    is_overwrite  INTEGER NOT NULL DEFAULT 0,
    state         TEXT NOT NULL,                   -- working, done, refused
    stage         TEXT NOT NULL,                   -- clearing, rows; of an archive: unpacking, posts
    position      INTEGER NOT NULL DEFAULT 0,      -- of an archive: how many bytes of its posts are done
    total         INTEGER NOT NULL DEFAULT 0,
    taken         INTEGER NOT NULL DEFAULT 0,
    known         INTEGER NOT NULL DEFAULT 0,      -- was here already
    failed        INTEGER NOT NULL DEFAULT 0,
    error         TEXT NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    finished_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX bulk_import_once ON bulk_import (account_id) WHERE state = 'working';
CREATE INDEX bulk_import_account ON bulk_import (account_id, id);
CREATE INDEX bulk_import_age ON bulk_import (created_at);

-- Its rows: those that wait, and those that failed. What is done goes.
CREATE TABLE bulk_import_row (
    import_id  INTEGER NOT NULL REFERENCES bulk_import (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    state      TEXT NOT NULL,                      -- waiting, again (was not to be had once), failed
    name       TEXT NOT NULL,                      -- whom or what it is about, folded
    body       TEXT NOT NULL,                      -- JSON
    reason     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_import_row_state ON bulk_import_row (import_id, state, position);
CREATE INDEX bulk_import_row_name ON bulk_import_row (import_id, name);

-- Posts that came with an archive, by what they were called before. A row outlives its post, so that it does not come again.
CREATE TABLE imported_post (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    uri         TEXT NOT NULL,
    post_id     INTEGER NOT NULL,
    PRIMARY KEY (account_id, uri)
) STRICT, WITHOUT ROWID;

-- What somebody takes along: their own posts and media in one file.
CREATE TABLE archive (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state        TEXT NOT NULL,                    -- working, ready, failed
    stage        TEXT NOT NULL,                    -- posts, files
    position     INTEGER NOT NULL DEFAULT 0,       -- the last post or file that is in it
    written      INTEGER NOT NULL DEFAULT 0,       -- bytes of its posts that are surely on disk
    posts        INTEGER NOT NULL DEFAULT 0,
    bytes        INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    ready_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX archive_once ON archive (account_id) WHERE state = 'working';
CREATE INDEX archive_account ON archive (account_id, id);
CREATE INDEX archive_age ON archive (created_at);
