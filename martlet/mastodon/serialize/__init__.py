"""From the house's values to Mastodon's JSON."""
