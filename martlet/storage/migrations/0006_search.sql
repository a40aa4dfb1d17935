-- Folded words of posts and accounts (see `text.terms`), joined by blanks; rowid is the id.
CREATE VIRTUAL TABLE post_search USING fts5 (words, tokenize = "ascii");
CREATE VIRTUAL TABLE account_search USING fts5 (words, tokenize = "ascii");
-- Going from the newest post down, FTS5 turns each page of a word's posts round: small ones cost a third.
INSERT INTO post_search (post_search, rank) VALUES ('pgsz', 1000);
-- Every word of `post_search`, so that a word's beginning is looked for as the few words that begin so.
CREATE TABLE post_search_word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
