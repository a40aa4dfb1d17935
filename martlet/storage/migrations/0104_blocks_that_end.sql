-- Whom somebody blocks for a time only.
ALTER TABLE block ADD COLUMN expires_at INTEGER;
CREATE INDEX block_expiry ON block (expires_at) WHERE expires_at IS NOT NULL;
