-- JSON, in order: the inboxes of an activity that are still to be written down as deliveries.
ALTER TABLE outgoing ADD COLUMN rest TEXT;
CREATE INDEX outgoing_rest ON outgoing (account_id, id) WHERE rest IS NOT NULL;
