ALTER TABLE card ADD COLUMN html TEXT NOT NULL DEFAULT '';         -- a frame of ours for the page's player
ALTER TABLE card ADD COLUMN embed_url TEXT NOT NULL DEFAULT '';
ALTER TABLE card ADD COLUMN source_name TEXT NOT NULL DEFAULT '';  -- where the report comes from
ALTER TABLE card ADD COLUMN source_url TEXT NOT NULL DEFAULT '';
ALTER TABLE card ADD COLUMN image_bytes INTEGER NOT NULL DEFAULT 0;
CREATE INDEX card_author ON card (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX post_card_card ON post_card (card_id, post_id);

-- An address that posts link to, in one spelling. Several may lead to one card.
CREATE TABLE link (
    id        INTEGER PRIMARY KEY,
    url       TEXT NOT NULL UNIQUE,
    site      TEXT NOT NULL,                       -- the end of its host, for counting
    card_id   INTEGER REFERENCES card (id) ON DELETE CASCADE,
    asked_at  INTEGER,                             -- when its page was last asked for
    due_at    INTEGER,                             -- when it will be; null: it will not
    failures  INTEGER NOT NULL DEFAULT 0           -- in a row
) STRICT;
CREATE INDEX link_card ON link (card_id) WHERE card_id IS NOT NULL;
CREATE INDEX link_due ON link (site) WHERE due_at IS NOT NULL;
CREATE INDEX link_failed ON link (asked_at) WHERE card_id IS NULL AND due_at IS NULL;

-- Posts that are shown without a card until their link's page has been asked for.
CREATE TABLE awaited_card (
    link_id  INTEGER NOT NULL REFERENCES link (id) ON DELETE CASCADE,
    post_id  INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    PRIMARY KEY (link_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_card_post ON awaited_card (post_id);

-- Cards that a post has let go of: if it was the last, they can go.
CREATE TABLE loose_card (
    card_id  INTEGER PRIMARY KEY REFERENCES card (id) ON DELETE CASCADE
) STRICT;

-- How often a card was shared in public on a day, for its history.
CREATE TABLE card_day (
    card_id   INTEGER NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    day       INTEGER NOT NULL,                    -- days since 1970
    uses      INTEGER NOT NULL,
    accounts  INTEGER NOT NULL,
    PRIMARY KEY (card_id, day)
) STRICT, WITHOUT ROWID;
