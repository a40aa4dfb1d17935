"""Words in, safe HTML out: mentions, hashtags, links, sanitising, search terms."""
