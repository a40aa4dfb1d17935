-- A quote of which one side is elsewhere: what other servers call the things around it.
CREATE TABLE remote_quote (
    post_id     INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,   -- the post that quotes
    quoted_uri  TEXT NOT NULL,                     -- the quoted post, whether we know it or not
    is_legacy   INTEGER NOT NULL,                  -- said as software does that knows no consent
    request     TEXT,                              -- the request for consent, ours or theirs
    consent     TEXT                               -- the authorization, if another server gave it
) STRICT;
CREATE INDEX remote_quote_request ON remote_quote (request) WHERE request IS NOT NULL;
CREATE INDEX remote_quote_consent ON remote_quote (consent) WHERE consent IS NOT NULL;

-- Documents of posts made before they said who may quote them; each is made anew when somebody asks for it.
DELETE FROM document WHERE uri IN (SELECT uri FROM post);
