-- Who follows an account from another server: of many followers here, delivery need not look at each.
CREATE INDEX follow_elsewhere ON follow (followed_id, follower_id, is_accepted) WHERE uri IS NOT NULL;
