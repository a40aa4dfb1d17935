-- The signed statements of what an author's log held, by when they came here.
CREATE INDEX carried_document_checkpoint ON carried_document (author, carried_at) WHERE kind = 'checkpoint';
