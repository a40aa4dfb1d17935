-- What an event or job was begun by: the id of a request, for the lines of the log.
ALTER TABLE event ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN cause TEXT NOT NULL DEFAULT '';
