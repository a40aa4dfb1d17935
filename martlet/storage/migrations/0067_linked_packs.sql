-- Posts tell of packs that they link to, by the address of the pack's page.
CREATE INDEX pack_url ON pack (url);

-- Packs that a report names.
ALTER TABLE report ADD COLUMN pack_ids TEXT NOT NULL DEFAULT '[]';   -- JSON: [pack]
