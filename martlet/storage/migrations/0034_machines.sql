-- What machines ask for: jobs that were set aside are counted by the metrics.
CREATE INDEX job_parked ON job (parked_at) WHERE parked_at IS NOT NULL;
