-- When a mirror was asked to bring an activity to an inbox that its author's server does not reach.
ALTER TABLE delivery ADD COLUMN pushed_at INTEGER;
