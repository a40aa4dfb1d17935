-- Jobs are taken by their names: however many wait of one, another is found at once.
CREATE INDEX job_named ON job (name, run_at) WHERE parked_at IS NULL;
DROP INDEX job_due;
