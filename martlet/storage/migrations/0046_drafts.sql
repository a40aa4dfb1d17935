-- Posts that their authors have not finished.
CREATE TABLE draft (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    body        TEXT NOT NULL,                     -- JSON, as of a scheduled post
    changed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_account ON draft (account_id, changed_at);

-- Files of drafts wait with them.
ALTER TABLE media ADD COLUMN draft_id INTEGER REFERENCES draft (id) ON DELETE SET NULL;
CREATE INDEX media_draft ON media (draft_id) WHERE draft_id IS NOT NULL;

-- For so many seconds a post can be taken back before it goes out; 0: it goes at once.
ALTER TABLE users ADD COLUMN undo_seconds INTEGER NOT NULL DEFAULT 10;
