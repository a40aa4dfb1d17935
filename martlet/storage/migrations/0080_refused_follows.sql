-- Follows of people here that somebody elsewhere refused or ended, for as long as that may be taken back.
CREATE TABLE refused_follow (
    follower_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    followed_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    uri          TEXT NOT NULL,                    -- what the refusal is called
    shows_boosts INTEGER NOT NULL,
    notifies     INTEGER NOT NULL,
    languages    TEXT,
    refused_at   INTEGER NOT NULL,
    PRIMARY KEY (follower_id, followed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_follow_followed ON refused_follow (followed_id, uri);
CREATE INDEX refused_follow_refused_at ON refused_follow (refused_at);
