-- What its own server says of an account elsewhere: that it has suspended it (beside what we have decided ourselves,
-- `suspended_at` is set for that too and `suspended_by_peer` with it), and that its owner has died.
ALTER TABLE account ADD COLUMN suspended_there INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN is_memorial INTEGER NOT NULL DEFAULT 0;
