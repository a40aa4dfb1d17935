-- SHA-256 of a file: of ours as it is served, of one elsewhere as its author's server or signed document says.
ALTER TABLE media ADD COLUMN digest BLOB;
CREATE INDEX media_digest ON media (digest) WHERE digest IS NOT NULL;
CREATE INDEX media_undigested ON media (id)
 WHERE digest IS NULL AND remote_url IS NULL AND state = 'ready' AND file <> '';
