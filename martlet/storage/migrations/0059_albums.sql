-- Named albums of people here. A picture in one is a row of `media` of its own: where it was shown by a post before,
-- both rows name one file.
CREATE TABLE album (
    id             INTEGER PRIMARY KEY,
    author_id      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    title          TEXT NOT NULL,
    description    TEXT NOT NULL,
    visibility     INTEGER NOT NULL,               -- as a post's
    is_local_only  INTEGER NOT NULL,
    is_sensitive   INTEGER NOT NULL,
    cover_id       INTEGER,                        -- a picture in it; one that is not there counts as none
    pictures       INTEGER NOT NULL,               -- how many
    post_id        INTEGER REFERENCES post (id) ON DELETE SET NULL,   -- that shows it to followers
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    deleted_at     INTEGER                         -- it can be brought back for a while
) STRICT;
CREATE INDEX album_author ON album (author_id, id);
CREATE UNIQUE INDEX album_post ON album (post_id) WHERE post_id IS NOT NULL;

ALTER TABLE media ADD COLUMN album_id INTEGER REFERENCES album (id) ON DELETE SET NULL;
CREATE INDEX media_album ON media (album_id, position) WHERE album_id IS NOT NULL;
DROP INDEX media_unused;
CREATE INDEX media_unused ON media (created_at)
    WHERE post_id IS NULL AND scheduled_id IS NULL AND album_id IS NULL AND draft_id IS NULL;
-- Whether another row names a file that is about to be removed.
CREATE INDEX media_file ON media (file) WHERE remote_url IS NULL AND file <> '';
CREATE INDEX media_preview ON media (preview) WHERE remote_url IS NULL AND preview <> '';
