-- Where an account's signed documents can be had besides its own server, by its own word. Read while that server is away.
CREATE TABLE gateway (
    actor       TEXT NOT NULL,                     -- its uri
    address     TEXT NOT NULL,                     -- https://mirror.example, without a path
    host        TEXT NOT NULL,                     -- the actor's server
    place       INTEGER NOT NULL,                  -- in the newest list, from 0
    is_listed   INTEGER NOT NULL,                  -- 0: a newer list leaves it out
    sequence    INTEGER NOT NULL,                  -- of the continuity statement that decided so; 0: an actor document did
    learned_at  INTEGER NOT NULL,
    cursor      TEXT NOT NULL DEFAULT '',          -- how far the actor's log was read there
    etag        TEXT NOT NULL DEFAULT '',          -- of the page that was read last
    PRIMARY KEY (actor, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX gateway_host ON gateway (host, actor);
CREATE INDEX gateway_learned ON gateway (learned_at);

-- Other names under which a server answers, domains and an onion address, as it has said itself at its own.
CREATE TABLE peer_address (
    host        TEXT NOT NULL,
    address     TEXT NOT NULL,                     -- https://other.example or http://….onion, without a path
    place       INTEGER NOT NULL,
    learned_at  INTEGER NOT NULL,
    PRIMARY KEY (host, address)
) STRICT, WITHOUT ROWID;

-- Servers that cannot be reached directly just now. No row: as far as is known, it can.
CREATE TABLE circuit (
    host        TEXT PRIMARY KEY,
    opened_at   INTEGER NOT NULL,
    failures    INTEGER NOT NULL,                  -- in a row, since it opened
    probe_at    INTEGER NOT NULL,                  -- when one request tries the direct road again
    why         TEXT NOT NULL
) STRICT;

-- When an activity that waits for a server that is away was left at a mirror of whom it is for.
ALTER TABLE delivery ADD COLUMN carried_at INTEGER;
