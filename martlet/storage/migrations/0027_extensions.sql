-- Posts for people of this server only; who writes them by default.
ALTER TABLE post ADD COLUMN is_local_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN default_local_only INTEGER NOT NULL DEFAULT 0;
