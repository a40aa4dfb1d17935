-- Folded words of posts and accounts (see `text.terms`) as ready vectors.
CREATE TABLE post_search (
    rowid  BIGINT PRIMARY KEY,
    words  TSVECTOR NOT NULL
);
CREATE INDEX post_search_words ON post_search USING gin (words);
CREATE TABLE account_search (
    rowid  BIGINT PRIMARY KEY,
    words  TSVECTOR NOT NULL
);
CREATE INDEX account_search_words ON account_search USING gin (words);
-- By bytes, so that the beginning of a name is a range of them, whatever the database's language.
CREATE INDEX tag_name_bytes ON tag (name COLLATE "C");
