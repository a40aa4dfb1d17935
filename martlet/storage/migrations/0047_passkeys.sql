-- Passkeys: what somebody signs in with instead of a password, or as the second step.
CREATE TABLE passkey (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential  BLOB NOT NULL UNIQUE,           -- the name that its device gave it
    public_key  BLOB NOT NULL,                  -- COSE
    sign_count  INTEGER NOT NULL,               -- how often it was used, as far as its device tells
    name        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;
CREATE INDEX passkey_user ON passkey (user_id, id);
