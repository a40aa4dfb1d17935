-- Folders that people sort their bookmarks into.
CREATE TABLE bookmark_folder (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    emoji       TEXT NOT NULL                      -- a character, or the shortcode of one of ours; may be empty
) STRICT;
CREATE UNIQUE INDEX bookmark_folder_name ON bookmark_folder (account_id, name);

ALTER TABLE mark ADD COLUMN folder_id INTEGER;     -- one that is not there any more counts as none
CREATE INDEX mark_folder ON mark (account_id, folder_id, bookmarked_id) WHERE folder_id IS NOT NULL;

-- Requests are read by `notification_from`.
DROP INDEX notification_asking;
