-- Why something was decided, for those who look after the server.
ALTER TABLE audit_entry ADD COLUMN reason TEXT NOT NULL DEFAULT '';
