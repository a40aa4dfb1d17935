-- A post in further languages. `post.variants` says in how many, so that nobody looks for those of a post that has none.
ALTER TABLE post ADD COLUMN variants INTEGER NOT NULL DEFAULT 0;
CREATE TABLE post_variant (
    post_id   INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    language  TEXT NOT NULL,
    position  INTEGER NOT NULL,
    text      TEXT NOT NULL DEFAULT '',                -- as typed; '': of another server
    html      TEXT NOT NULL,
    warning   TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (post_id, language)
) STRICT, WITHOUT ROWID;
ALTER TABLE post_edit ADD COLUMN variants TEXT NOT NULL DEFAULT '[]';   -- JSON: [[language, text, html, warning]]
