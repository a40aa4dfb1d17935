-- Whoever reads somebody's public posts by e-mail, without an account. The address is readable only with the server's secret.
CREATE TABLE subscriber (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,   -- whose posts
    digest        BLOB NOT NULL,                        -- of the address, keyed: the same one is known again
    email         BLOB NOT NULL,                        -- encrypted
    locale        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    confirmed_at  INTEGER,
    UNIQUE (account_id, digest)
) STRICT;
CREATE INDEX subscriber_confirmed ON subscriber (account_id, id) WHERE confirmed_at IS NOT NULL;
CREATE INDEX subscriber_unconfirmed ON subscriber (created_at) WHERE confirmed_at IS NULL;

-- Posts that go to subscribers with the next letters.
CREATE TABLE unmailed_post (
    post_id     INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX unmailed_post_account ON unmailed_post (account_id, post_id);

-- Whether an account's public posts can be had by e-mail: its owner wants it, and their role allows it.
ALTER TABLE account ADD COLUMN mails_posts INTEGER NOT NULL DEFAULT 0;
