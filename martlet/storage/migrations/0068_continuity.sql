-- Which root key an account has, by its name on the network: said by its own server, by a file, or compared by hand.
CREATE TABLE root_pin (
    actor       TEXT PRIMARY KEY,
    root        TEXT NOT NULL,                     -- did:key:…
    trust       INTEGER NOT NULL,                  -- 1 unconfirmed, 3 confirmed
    pinned_at   INTEGER NOT NULL,
    other_root  TEXT NOT NULL DEFAULT ''           -- another that was named since, and is not believed
) STRICT;
CREATE INDEX root_pin_root ON root_pin (root);

-- What root keys have signed about their accounts: all that may matter for which statement stands.
CREATE TABLE continuity_statement (
    root           TEXT NOT NULL,
    sequence       INTEGER NOT NULL,
    digest         BLOB NOT NULL,                  -- SHA-256 of the statement without its proof
    body           BLOB NOT NULL,
    first_seen_at  INTEGER NOT NULL,
    PRIMARY KEY (root, sequence, digest)
) STRICT, WITHOUT ROWID;

-- Since when nothing counts that the account's server says: by its root key it goes on under another name.
ALTER TABLE account ADD COLUMN left_at INTEGER;
