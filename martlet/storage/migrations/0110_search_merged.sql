-- Of the parts of SQLite's search indexes, two are enough to be made one (storage/search_merging.py).
INSERT INTO post_search (post_search, rank) VALUES ('usermerge', 2);
INSERT INTO account_search (account_search, rank) VALUES ('usermerge', 2);
