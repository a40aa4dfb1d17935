-- The log of each account here: what it has written for everybody, in the order in which it changed.
-- A name stands in it once, at its last change; a name without a post is a tombstone.
CREATE TABLE account_log (
    account_id     INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    last_sequence  INTEGER NOT NULL
) STRICT;

CREATE TABLE log_entry (
    account_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    uri         TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    digest      BLOB,                              -- SHA-256 of its signed document, once that was made
    month       TEXT NOT NULL DEFAULT '',          -- 2026-11, of that document
    PRIMARY KEY (account_id, uri)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX log_entry_order ON log_entry (account_id, sequence);

-- The newest signed statement of what an account's log holds.
CREATE TABLE log_checkpoint (
    account_id  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    sequence    INTEGER NOT NULL,
    body        BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

INSERT INTO log_entry (account_id, uri, sequence, changed_at)
SELECT post.author_id, post.uri, ROW_NUMBER() OVER (PARTITION BY post.author_id ORDER BY post.id), post.created_at
  FROM post JOIN account ON account.id = post.author_id
 WHERE account.host = '' AND post.is_local = 1 AND post.visibility >= 3 AND post.is_local_only = 0
   AND post.boost_of_id IS NULL;

INSERT INTO account_log (account_id, last_sequence)
SELECT account_id, MAX(sequence) FROM log_entry GROUP BY account_id;
