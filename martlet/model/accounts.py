"""Accounts: public identities, here or elsewhere."""

import msgspec

from martlet.model.names import AccountId, Uri


class Account(msgspec.Struct, frozen=True):
    """One row of `account`; moments are milliseconds since 1970, empty `host` means here."""

    id: AccountId
    username: str
    host: str
    uri: Uri
    url: str
    kind: str
    display_name: str
    note_text: str
    note_html: str
    fields: str
    """JSON: [{name, text, html, verified_at}]"""
    avatar: str
    avatar_static: str
    avatar_text: str
    header: str
    header_static: str
    header_text: str
    is_locked: int
    is_discoverable: int
    is_indexable: int
    hides_follows: int
    is_noindex: int
    attribution: str
    created_at: int
    limited_at: int | None
    suspended_at: int | None
    deletes_at: int | None
    deleted_at: int | None
    moved_to_id: AccountId | None
    posts_count: int
    followers_count: int
    following_count: int
    last_post_at: int | None
    version: int
    sensitized_at: int | None
    """Since when all that it posts is shown as sensitive."""
    feature_policy: str = ""
    """Of accounts elsewhere: see `model.packs.policy_of`."""
    mails_posts: int = 0
    """Whether its public posts can be had by e-mail: its owner wants it, and their role allows it."""
    left_at: int | None = None
    """Of accounts elsewhere: since when nothing that their server says of them counts (`model.continuity`)."""
    suspended_there: int = 0
    """Of accounts elsewhere: their own server has suspended them."""
    is_memorial: int = 0
    """Of accounts elsewhere: their own server says that their owner has died."""

    @property
    def is_here(self) -> bool:
        return not self.host

    @property
    def handle(self) -> str:
        """`ada` here, `ada@host` elsewhere."""
        return f"{self.username}@{self.host}" if self.host else self.username

    @property
    def is_gone(self) -> bool:
        """Suspended, or deleted, or about to be."""
        return self.suspended_at is not None or self.deletes_at is not None or self.deleted_at is not None
