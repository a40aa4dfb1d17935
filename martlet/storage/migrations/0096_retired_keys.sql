-- Keys of accounts here can be changed for others. Each Ed25519 key has a name of its own behind the account's; empty: the first one's.
ALTER TABLE account_key ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- Public halves of keys that do not sign any more: what they signed after that moment is not their account's.
CREATE TABLE retired_key (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,                     -- rsa, ed25519
    public      TEXT NOT NULL,                     -- multibase
    name        TEXT NOT NULL,                     -- behind the account's uri: #main-key
    after       INTEGER NOT NULL,
    retired_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, public)
) STRICT, WITHOUT ROWID;
