-- A page of notifications reads who each is from and what it is about off the index, and no row beside it.
DROP INDEX notification_listed;
CREATE INDEX notification_listed ON notification (account_id, is_filtered, id, from_id, post_id);
