-- What the authors of posts elsewhere have approved of others elsewhere, as their own servers say.
CREATE TABLE reply_approval (
    uri     TEXT PRIMARY KEY,                          -- what the authorization is called
    reply   TEXT NOT NULL,
    target  TEXT NOT NULL,
    author  TEXT NOT NULL                              -- of the target
) STRICT;
CREATE INDEX reply_approval_of ON reply_approval (reply, target);
