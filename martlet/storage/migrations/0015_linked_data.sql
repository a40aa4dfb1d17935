-- Whether an activity that waits has all its signatures: one for old servers is made when it is first sent.
ALTER TABLE outgoing ADD COLUMN is_finished INTEGER NOT NULL DEFAULT 0;
