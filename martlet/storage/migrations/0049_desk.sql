-- Servers that do not answer, for those who look after this one.
CREATE INDEX peer_failing ON peer (failing_since, host) WHERE failing_since IS NOT NULL;
