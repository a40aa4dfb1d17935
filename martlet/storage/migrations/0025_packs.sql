-- Packs: accounts that somebody recommends to others (FEP-7aa9's FeaturedCollection).
CREATE TABLE pack (
    id               INTEGER PRIMARY KEY,
    account_id       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    uri              TEXT NOT NULL UNIQUE,
    url              TEXT NOT NULL DEFAULT '',
    name             TEXT NOT NULL,
    description      TEXT NOT NULL DEFAULT '',         -- plain text
    language         TEXT,
    tag              TEXT NOT NULL DEFAULT '',         -- as it was written, without its sign
    is_sensitive     INTEGER NOT NULL DEFAULT 0,
    is_discoverable  INTEGER NOT NULL DEFAULT 1,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX pack_account ON pack (account_id, id);

-- Who is in them. Who was taken out by themselves stays as a row, so that nobody puts them in again.
CREATE TABLE pack_member (
    id           INTEGER PRIMARY KEY,
    pack_id      INTEGER NOT NULL REFERENCES pack (id) ON DELETE CASCADE,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state        TEXT NOT NULL,                        -- pending, accepted, rejected, revoked
    uri          TEXT NOT NULL DEFAULT '',             -- of the item, in a pack of another server
    request_uri  TEXT NOT NULL DEFAULT '',             -- what asked for their consent, where one of the two is elsewhere
    consent_uri  TEXT NOT NULL DEFAULT '',             -- their consent, where they are elsewhere
    created_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pack_member_once ON pack_member (pack_id, account_id);
CREATE INDEX pack_member_account ON pack_member (account_id, id);
CREATE INDEX pack_member_request ON pack_member (request_uri) WHERE request_uri <> '';
CREATE INDEX pack_member_consent ON pack_member (consent_uri) WHERE consent_uri <> '';

-- Whom another server's account lets put it into packs: `public;followers` (at once; with its approval). Empty: not said.
ALTER TABLE account ADD COLUMN feature_policy TEXT NOT NULL DEFAULT '';

-- Notifications about a pack.
ALTER TABLE notification ADD COLUMN pack_id INTEGER REFERENCES pack (id) ON DELETE CASCADE;
CREATE INDEX notification_pack ON notification (pack_id) WHERE pack_id IS NOT NULL;
DROP INDEX notification_once;
CREATE UNIQUE INDEX notification_once ON notification (
    account_id, kind, from_id, coalesce(post_id, 0), coalesce(report_id, 0), emoji, coalesce(pack_id, 0));
-- Made anew after the other, because SQLite takes the newer one where it thinks both as good.
DROP INDEX notification_asking;
CREATE INDEX notification_asking ON notification (account_id, from_id, id)
    WHERE is_filtered = 1 AND kind IN ('mention', 'quote');
