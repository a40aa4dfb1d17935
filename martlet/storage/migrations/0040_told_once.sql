-- Of strikes and severances each one is told once, too.
DROP INDEX notification_once;
CREATE UNIQUE INDEX notification_once ON notification (
    account_id, kind, from_id, coalesce(post_id, 0), coalesce(report_id, 0), emoji, coalesce(pack_id, 0), about_id);
