-- Roles that the owner made, and those of the first four that were changed; as they come they stand in
-- `model/roles.py`. `users.role` has the key of one.
CREATE TABLE role (
    key               TEXT PRIMARY KEY,
    id                INTEGER NOT NULL UNIQUE,
    name              TEXT NOT NULL,
    color             TEXT NOT NULL DEFAULT '',      -- #rrggbb, or none
    position          INTEGER NOT NULL,              -- nobody acts upon somebody of the same or a higher one
    permissions       INTEGER NOT NULL,              -- bits, see `Permission`
    is_highlighted    INTEGER NOT NULL DEFAULT 0,    -- shown on profiles
    collection_limit  INTEGER NOT NULL DEFAULT 10
) STRICT;
