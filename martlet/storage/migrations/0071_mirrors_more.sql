ALTER TABLE mirror ADD COLUMN error TEXT NOT NULL DEFAULT '';          -- why it was not reached last
ALTER TABLE mirror ADD COLUMN inbox TEXT NOT NULL DEFAULT '';          -- of the account that signs for it
CREATE INDEX mirrored_document_digest ON mirrored_document (digest);
ALTER TABLE mirror ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;     -- in a row
ALTER TABLE mirror ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;      -- when it is next asked for what waits there
ALTER TABLE mirrored ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;    -- when its log is next read
CREATE INDEX mirror_queue_order ON mirror_queue (account_id, id);
CREATE INDEX mirror_due ON mirror (next_at) WHERE state = 'accepted';
DROP INDEX mirrored_due;
CREATE INDEX mirrored_due ON mirrored (next_at) WHERE state = 'accepted';
