-- What the owner writes about the server in Markdown, with the HTML made of it. Names: about, privacy.
CREATE TABLE server_text (
    name        TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    html        TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

-- Terms of service, each version by the day from which it holds (2026-12-01).
CREATE TABLE server_terms (
    effective_on  TEXT PRIMARY KEY,
    source        TEXT NOT NULL,
    html          TEXT NOT NULL,
    published_at  INTEGER NOT NULL
) STRICT;

-- Posts written here, people who were here, and people who joined, by week; a week is named by its first millisecond.
CREATE TABLE weekly_activity (
    week           INTEGER PRIMARY KEY,
    posts          INTEGER NOT NULL DEFAULT 0,
    people         INTEGER NOT NULL DEFAULT 0,
    registrations  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The profile directory: who wants to be found and has written something, with the day of their last post (days since 1970).
-- Apart from `account`, so that a post changes none of that table's indexes.
CREATE TABLE directory_entry (
    account_id  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    is_here     INTEGER NOT NULL,
    day         INTEGER NOT NULL
) STRICT;
CREATE INDEX directory_entry_active ON directory_entry (day, account_id);
CREATE INDEX directory_entry_active_here ON directory_entry (day, account_id) WHERE is_here = 1;
CREATE INDEX directory_entry_new_here ON directory_entry (account_id) WHERE is_here = 1;

-- What those who run the server announce to everybody here.
CREATE TABLE announcement (
    id            INTEGER PRIMARY KEY,
    text          TEXT NOT NULL,                    -- as it was written
    html          TEXT NOT NULL,
    mentions      TEXT NOT NULL DEFAULT '[]',       -- JSON: ids of accounts
    posts         TEXT NOT NULL DEFAULT '[]',       -- JSON: ids of posts that it links to
    tags          TEXT NOT NULL DEFAULT '[]',       -- JSON: names of hashtags
    starts_at     INTEGER,
    ends_at       INTEGER,
    is_all_day    INTEGER NOT NULL DEFAULT 0,       -- days are told, no times
    publish_at    INTEGER,                          -- waits for this moment
    published_at  INTEGER,                          -- NULL: nobody is shown it
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX announcement_published ON announcement (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE announcement_read (
    account_id       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    announcement_id  INTEGER NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, announcement_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX announcement_read_of ON announcement_read (announcement_id);

CREATE TABLE announcement_reaction (
    announcement_id  INTEGER NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
    account_id       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name             TEXT NOT NULL,                 -- a character, or the shortcode of an emoji of ours
    PRIMARY KEY (announcement_id, account_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX announcement_reaction_account ON announcement_reaction (account_id);

-- How often each was chosen; `id` is that of the first choice, for the order.
CREATE TABLE announcement_reaction_count (
    announcement_id  INTEGER NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
    name             TEXT NOT NULL,
    id               INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    PRIMARY KEY (announcement_id, name)
) STRICT, WITHOUT ROWID;
