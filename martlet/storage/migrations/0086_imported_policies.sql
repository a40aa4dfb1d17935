-- What a block list that somebody brought in decided, so that it can be taken back.
CREATE TABLE imported_policy (
    entry_id INTEGER NOT NULL,                     -- of the audit log: the import
    host     TEXT NOT NULL,
    was      TEXT,                                 -- JSON: what was decided before; NULL: nothing
    is_now   TEXT NOT NULL,                        -- JSON: what the import decided
    PRIMARY KEY (entry_id, host)
) STRICT, WITHOUT ROWID;
