-- Which mirror or file has brought a document, for those who look after the server.
ALTER TABLE carried_document ADD COLUMN carrier TEXT NOT NULL DEFAULT '';
