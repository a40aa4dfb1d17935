-- Which device of a mirrored account has left something at this mirror; empty: another server has, something else.
ALTER TABLE mirror_queue ADD COLUMN device TEXT NOT NULL DEFAULT '';
CREATE INDEX mirror_queue_device ON mirror_queue (account_id, device);

-- What devices of people here have left at mirrors: which numbers have come, and what is waited for before them.
CREATE TABLE sealed_post (
    device_id  INTEGER NOT NULL REFERENCES device_key (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    is_done    INTEGER NOT NULL DEFAULT 0,           -- posted, or refused for good
    PRIMARY KEY (device_id, number)
) STRICT, WITHOUT ROWID;
