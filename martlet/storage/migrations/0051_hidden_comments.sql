-- What somebody has hidden of the answers to their posts where other sites show those as comments.
CREATE TABLE hidden_comment (
    author_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,   -- of the post that is commented on
    post_id    INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    hidden_at  INTEGER NOT NULL,
    PRIMARY KEY (author_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_comment_post ON hidden_comment (post_id);
