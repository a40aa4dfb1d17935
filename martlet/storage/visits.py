"""When people and their apps were last here, to the day."""

from martlet.model.names import TokenId, UserId
from martlet.storage.database import Writer


def note(db: Writer, user: UserId, token: TokenId, day: int) -> None:
    """`day`: its first millisecond."""
    db.run(
        "UPDATE users SET seen_at = :day WHERE id = :user AND (seen_at IS NULL OR seen_at < :day)",
        user=user,
        day=day,
    )
    db.run(
        "UPDATE token SET seen_at = :day WHERE id = :token AND (seen_at IS NULL OR seen_at < :day)",
        token=token,
        day=day,
    )
