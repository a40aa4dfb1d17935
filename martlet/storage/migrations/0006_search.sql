-- Folded words of posts and accounts (see `text.terms`), joined by blanks; rowid is the id.
CREATE VIRTUAL TABLE post_search USING fts5 (words, tokenize = "ascii");
CREATE VIRTUAL TABLE account_search USING fts5 (words, tokenize = "ascii");
