-- What stands before an account is made: e-mail domains, single addresses, networks, user names.
CREATE TABLE email_domain_block (
    id      INTEGER PRIMARY KEY,
    domain  TEXT NOT NULL UNIQUE                       -- it stands for those below it
) STRICT;

CREATE TABLE ip_block (
    id          INTEGER PRIMARY KEY,
    network     TEXT NOT NULL UNIQUE,                  -- 192.0.2.0/24, 2001:db8::/32: shortest spelling
    severity    TEXT NOT NULL,                         -- sign_up_requires_approval, sign_up_block, no_access
    comment     TEXT NOT NULL DEFAULT '',
    expires_at  INTEGER
) STRICT;
CREATE INDEX ip_block_expiring ON ip_block (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE canonical_email_block (
    id      INTEGER PRIMARY KEY,
    digest  TEXT NOT NULL UNIQUE                       -- SHA-256 of the canonical address, in hexadecimal digits
) STRICT;

CREATE TABLE username_block (
    id        INTEGER PRIMARY KEY,
    word      TEXT NOT NULL UNIQUE,                    -- in lower case
    is_exact  INTEGER NOT NULL                         -- 0: names that contain it, too
) STRICT;
