"""What an account leaves in the tables, to be removed when it goes for good."""

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer

OWNED = (
    ("mark", "account_id"),
    ("pin", "account_id"),
    ("thread_mute", "account_id"),
    ("poll_vote", "account_id"),
    ("scheduled_post", "account_id"),
    ("draft", "account_id"),
    ("idempotency", "account_id"),
    ("block", "account_id"),
    ("block", "blocked_id"),
    ("mute", "account_id"),
    ("mute", "muted_id"),
    ("hidden", "viewer_id"),
    ("hidden", "author_id"),
    ("domain_block", "account_id"),
    ("account_note", "account_id"),
    ("account_note", "about_id"),
    ("endorsement", "account_id"),
    ("endorsement", "endorsed_id"),
    ("list_member", "account_id"),
    ("list", "owner_id"),
    ("home", "account_id"),
    ("followed_tag", "account_id"),
    ("featured_tag", "account_id"),
    ("filter", "account_id"),
    ("notification", "account_id"),
    ("notification", "from_id"),
    ("marker", "account_id"),
    ("conversation", "account_id"),
    ("push_subscription", "account_id"),
    ("media", "owner_id"),
    ("album", "author_id"),
    ("token", "account_id"),
    ("invitation", "made_by"),
    ("users", "account_id"),
    ("account_alias", "account_id"),
    ("move", "account_id"),
    ("move", "target_id"),
    ("bulk_import", "account_id"),
    ("imported_post", "account_id"),
    ("archive", "account_id"),
    ("document", "account_id"),
    ("dismissed_suggestion", "account_id"),
    ("dismissed_suggestion", "dismissed_id"),
    ("suggested_account", "account_id"),
    ("trend_voice", "account_id"),
    ("circle_member", "account_id"),
    ("circle", "owner_id"),
    ("post_cleanup", "account_id"),
    ("reply_request", "asked_id"),
    ("severance", "account_id"),
    ("severed_follow", "other_id"),
    ("remote_account", "account_id"),
    ("remote_key", "account_id"),
    ("directory_entry", "account_id"),
    ("announcement_read", "account_id"),
    ("announcement_reaction", "account_id"),
    ("bookmark_folder", "account_id"),
    ("notification_permission", "account_id"),
    ("notification_permission", "from_id"),
    ("notification_policy", "account_id"),
    ("notification_request", "account_id"),
    ("notification_request", "from_id"),
    ("pack", "account_id"),
    ("pack_member", "account_id"),
    ("stranger_mention", "account_id"),
    ("stranger_mention", "sender_id"),
    ("hidden_comment", "author_id"),
    ("bundle_file", "account_id"),
    ("mirror", "account_id"),
    ("mirrored", "account_id"),
    ("refused_follow", "follower_id"),
    ("refused_follow", "followed_id"),
    ("root_copy", "account_id"),
    ("device_key", "account_id"),
    ("account_backup", "account_id"),
    ("adoption", "account_id"),
    ("adoption", "old_account_id"),
    ("subscriber", "account_id"),
    ("unmailed_post", "account_id"),
)
"""Rows that go with their account; a vote stays in its poll's counts, a choice in its announcement's."""
KEPT = (
    ("mention", "account_id"),
    ("report", "account_id"),
    ("report", "about_id"),
    ("strike", "account_id"),
    ("appeal", "account_id"),
    ("account_key", "account_id"),
    ("retired_key", "account_id"),
    ("outgoing", "account_id"),
    ("account_log", "account_id"),
    ("log_entry", "account_id"),
    ("log_checkpoint", "account_id"),
)
"""
Rows that stay: others' posts go on naming the account, moderators go on knowing what was reported, and other
servers are still told, signed, that it is gone. What the log says of a deleted post keeps copies from coming back.
"""
ONE_BY_ONE = (
    ("post", "author_id"),
    ("follow", "follower_id"),
    ("follow", "followed_id"),
    ("reaction", "account_id"),
)
"""Rows that something else counts, and that are removed by use cases of their own."""


def post_ids(db: Reader, author: AccountId, limit: int) -> list[PostId]:
    """Some posts and boosts, the newest first."""
    rows = db.rows(
        "SELECT id FROM post WHERE author_id = :author ORDER BY id DESC LIMIT :limit",
        author=author,
        limit=limit,
    )
    return [row[0] for row in rows]


def liked_ids(db: Reader, account: AccountId, limit: int) -> list[PostId]:
    """Some posts that the account likes."""
    rows = db.rows(
        "SELECT post_id FROM mark WHERE account_id = :account AND liked_id IS NOT NULL LIMIT :limit",
        account=account,
        limit=limit,
    )
    return [row[0] for row in rows]


def delete_owned(db: Writer, account: AccountId) -> None:
    for table, column in OWNED:
        db.run(f"DELETE FROM {table} WHERE {column} = :account", account=account)
