-- Keys in browsers of people here, which sign for them without the server. In force once a statement names them.
CREATE TABLE device_key (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    public      TEXT NOT NULL,                     -- multibase
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT;
CREATE INDEX device_key_account ON device_key (account_id);

-- A root key as its owner's browser has encrypted it with a passphrase that the server does not know.
CREATE TABLE root_copy (
    account_id  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    body        TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- The newest backup of an account, encrypted to its root key: a file beside the database.
CREATE TABLE account_backup (
    account_id  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    file        TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    made_at     INTEGER NOT NULL
) STRICT;

-- Accounts here that go on as ones elsewhere had begun: brought back from a backup, with the keys of the old name.
CREATE TABLE adoption (
    account_id      INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    old_account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    root            TEXT NOT NULL,
    inboxes         TEXT NOT NULL,                 -- JSON: where the old name's followers are told
    adopted_at      INTEGER NOT NULL,
    told_at         INTEGER                        -- when they were
) STRICT;
CREATE INDEX adoption_old ON adoption (old_account_id);
