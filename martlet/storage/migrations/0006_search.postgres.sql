-- Folded words of posts and accounts (see `text.terms`) as ready vectors. Those of posts begin with the mark of the
-- part in which the post is (see `storage.search_parts`). What were to wait for the index would be read with each part.
CREATE TABLE post_search (
    rowid  BIGINT PRIMARY KEY,
    words  TSVECTOR NOT NULL
);
CREATE INDEX post_search_words ON post_search USING gin (words) WITH (fastupdate = off);
CREATE TABLE post_search_part (
    first_id  BIGINT PRIMARY KEY,
    mark      TEXT NOT NULL UNIQUE
);
CREATE TABLE account_search (
    rowid  BIGINT PRIMARY KEY,
    words  TSVECTOR NOT NULL
);
CREATE INDEX account_search_words ON account_search USING gin (words);
-- By bytes, so that the beginning of a name is a range of them, whatever the database's language.
CREATE INDEX tag_name_bytes ON tag (name COLLATE "C");
