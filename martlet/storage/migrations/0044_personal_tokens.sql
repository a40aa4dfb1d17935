-- Tokens that people make for their own programs: each has an app of its own, and may end by itself.
ALTER TABLE app ADD COLUMN is_personal INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN expires_at INTEGER;
