-- Who else features a hashtag.
CREATE INDEX featured_tag_tag ON featured_tag (tag_id, account_id);
