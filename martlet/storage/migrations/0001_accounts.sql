-- Moments are milliseconds since 1970. Flags are 0 or 1. An empty host means: here.

CREATE TABLE account (
    id               INTEGER PRIMARY KEY,
    username         TEXT NOT NULL,
    username_folded  TEXT NOT NULL,                -- lower case, for looking up
    host             TEXT NOT NULL DEFAULT '',
    uri              TEXT NOT NULL UNIQUE,
    url              TEXT NOT NULL,
    kind             TEXT NOT NULL DEFAULT 'person',   -- person, service (a bot), group, organization, application
    display_name     TEXT NOT NULL DEFAULT '',
    avatar           TEXT NOT NULL DEFAULT '',     -- media keys; empty: the default picture
    avatar_static    TEXT NOT NULL DEFAULT '',
    header           TEXT NOT NULL DEFAULT '',
    header_static    TEXT NOT NULL DEFAULT '',
    is_locked        INTEGER NOT NULL DEFAULT 0,
    is_discoverable  INTEGER NOT NULL DEFAULT 0,
    is_indexable     INTEGER NOT NULL DEFAULT 0,   -- public posts may be found by anyone
    hides_follows    INTEGER NOT NULL DEFAULT 0,
    is_noindex       INTEGER NOT NULL DEFAULT 0,   -- search engines are asked to stay away
    created_at       INTEGER NOT NULL,
    limited_at       INTEGER,
    suspended_at     INTEGER,
    deletes_at       INTEGER,                      -- asked to be deleted; done for good from here on
    deleted_at       INTEGER,
    moved_to_id      INTEGER,
    posts_count      INTEGER NOT NULL DEFAULT 0,
    followers_count  INTEGER NOT NULL DEFAULT 0,
    following_count  INTEGER NOT NULL DEFAULT 0,
    last_post_at     INTEGER,
    version          INTEGER NOT NULL DEFAULT 1,   -- grows with every change of what clients are shown
    -- Long texts stand last: what is asked for with every page is read without them.
    note_text        TEXT NOT NULL DEFAULT '',     -- as typed
    note_html        TEXT NOT NULL DEFAULT '',
    fields           TEXT NOT NULL DEFAULT '[]',   -- JSON: [{name, text, html, verified_at}]
    avatar_text      TEXT NOT NULL DEFAULT '',
    header_text      TEXT NOT NULL DEFAULT '',
    attribution      TEXT NOT NULL DEFAULT '[]'    -- JSON: hosts that may name this account as author
) STRICT;
CREATE UNIQUE INDEX account_handle ON account (username_folded, host);

CREATE TABLE invitation (
    id          INTEGER PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,
    made_by     INTEGER REFERENCES account (id) ON DELETE CASCADE,   -- NULL: by the operator
    uses        INTEGER NOT NULL DEFAULT 0,
    max_uses    INTEGER,
    expires_at  INTEGER,
    revoked_at  INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX invitation_maker ON invitation (made_by, id);

-- `user` is a reserved word in SQL.
CREATE TABLE users (
    id                  INTEGER PRIMARY KEY,
    account_id          INTEGER NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
    email               TEXT NOT NULL,
    email_folded        TEXT NOT NULL UNIQUE,
    unconfirmed_email   TEXT,
    password_hash       TEXT NOT NULL,
    role                TEXT NOT NULL DEFAULT 'user',   -- user, moderator, admin, owner
    locale              TEXT NOT NULL DEFAULT 'en',
    created_at          INTEGER NOT NULL,
    confirmed_at        INTEGER,
    approved_at         INTEGER,
    disabled_at         INTEGER,
    seen_at             INTEGER,                        -- to the day
    reason              TEXT NOT NULL DEFAULT '',       -- why they want to join
    invitation_id       INTEGER REFERENCES invitation (id) ON DELETE SET NULL,
    totp_secret         BLOB,                           -- encrypted; only in force once totp_enabled_at is set
    totp_enabled_at     INTEGER,
    totp_last_step      INTEGER NOT NULL DEFAULT 0,
    default_visibility  INTEGER NOT NULL DEFAULT 4,
    default_sensitive   INTEGER NOT NULL DEFAULT 0,
    default_language    TEXT,
    default_quoting     TEXT NOT NULL DEFAULT 'public',
    show_media          TEXT NOT NULL DEFAULT 'default',
    open_warnings       INTEGER NOT NULL DEFAULT 0,
    play_gifs           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX users_seen ON users (seen_at);
CREATE INDEX users_staff ON users (id, account_id, role) WHERE role <> 'user';

CREATE TABLE recovery_code (
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest   BLOB NOT NULL,
    used_at  INTEGER,
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id          INTEGER PRIMARY KEY,
    digest      BLOB NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address     TEXT NOT NULL,
    user_agent  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of_user ON session (user_id, id);

CREATE TABLE app (
    id             INTEGER PRIMARY KEY,
    client_id      TEXT NOT NULL UNIQUE,
    secret_digest  BLOB NOT NULL,
    name           TEXT NOT NULL,
    website        TEXT,
    redirect_uris  TEXT NOT NULL,                  -- JSON: [uri]
    scopes         TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE token (
    id          INTEGER PRIMARY KEY,
    digest      BLOB NOT NULL UNIQUE,
    app_id      INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    user_id     INTEGER REFERENCES users (id) ON DELETE CASCADE,     -- NULL: the app's own
    account_id  INTEGER REFERENCES account (id) ON DELETE CASCADE,
    scopes      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER
) STRICT;
CREATE INDEX token_of_user ON token (user_id, id);
CREATE INDEX token_app ON token (app_id);

CREATE TABLE authorization_code (
    digest        BLOB PRIMARY KEY,
    app_id        INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    redirect_uri  TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    challenge     TEXT,                            -- PKCE, S256
    expires_at    INTEGER NOT NULL,
    token_id      INTEGER                          -- once used: what came of it, revoked if it is used again
) STRICT;
CREATE INDEX authorization_code_expiry ON authorization_code (expires_at);

-- Counted attempts (sign-in, mail, reset …), by what is counted and the window's start.
CREATE TABLE attempt (
    name       TEXT NOT NULL,
    window_at  INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    PRIMARY KEY (name, window_at)
) STRICT, WITHOUT ROWID;

-- What the owner changes while the server runs, and what the server makes once (keys, encrypted).
CREATE TABLE server_value (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT;

CREATE TABLE server_rule (
    id        INTEGER PRIMARY KEY,
    position  INTEGER NOT NULL,
    text      TEXT NOT NULL,
    hint      TEXT NOT NULL DEFAULT ''
) STRICT;
