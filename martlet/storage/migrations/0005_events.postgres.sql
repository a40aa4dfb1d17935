-- What happened, to be reacted to, oldest first. A row goes in the transaction in which its reactions are done.
CREATE TABLE event (
    id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL
);

-- Work to be done at its time, retried until it is; `parked_at`: set aside after too many tries.
CREATE TABLE job (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       TEXT NOT NULL,
    body       TEXT NOT NULL,
    key        TEXT UNIQUE,                        -- at most one job of a key waits
    run_at     BIGINT NOT NULL,
    tries      BIGINT NOT NULL DEFAULT 0,
    taken_till BIGINT,                            -- a worker has it until then
    parked_at  BIGINT,
    error      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX job_due ON job (run_at) WHERE parked_at IS NULL;
