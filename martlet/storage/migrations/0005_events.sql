-- What happened, to be reacted to, oldest first. A row goes in the transaction in which its reactions are done.
CREATE TABLE event (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL
) STRICT;

-- Work to be done at its time, retried until it is; `parked_at`: set aside after too many tries.
CREATE TABLE job (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    body       TEXT NOT NULL,
    key        TEXT UNIQUE,                        -- at most one job of a key waits
    run_at     INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    taken_till INTEGER,                            -- a worker has it until then
    parked_at  INTEGER,
    error      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_due ON job (run_at) WHERE parked_at IS NULL;
