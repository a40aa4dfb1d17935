CREATE INDEX mirror_until ON mirror (until_at) WHERE state IN ('looking', 'asked', 'accepted');
CREATE INDEX mirror_unanswered ON mirror (asked_at) WHERE state IN ('looking', 'asked');
CREATE INDEX mirrored_until ON mirrored (until_at) WHERE state IN ('asked', 'accepted');
CREATE INDEX mirrored_unanswered ON mirrored (asked_at) WHERE state = 'asked';
CREATE INDEX mirrored_document_changed ON mirrored_document (account_id, changed_at);
