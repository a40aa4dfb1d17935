-- Nobody who writes a post merges parts of the search index with it: the job alone does (storage/search_merging.py).
INSERT INTO post_search (post_search, rank) VALUES ('automerge', 0);
