-- Boosts that came in a file or were read at a mirror, by the name of the post that they are of, until that is here.
CREATE TABLE waiting_boost (
    uri      TEXT PRIMARY KEY,                     -- of the boost, a carried document
    target   TEXT NOT NULL,
    came_at  INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0            -- to fetch the post
) STRICT;
CREATE INDEX waiting_boost_target ON waiting_boost (target);
CREATE INDEX waiting_boost_untried ON waiting_boost (came_at) WHERE tries < 3;
CREATE INDEX waiting_boost_age ON waiting_boost (came_at);
