-- The letters that whoever joins has had so far, found by their address.
CREATE INDEX subscriber_digest ON subscriber (digest) WHERE confirmed_at IS NOT NULL;
-- The same as account_peer.
DROP INDEX account_of_host;
