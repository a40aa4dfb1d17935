"""What one can listen to."""

from typing import Literal, NamedTuple

What = Literal["home", "list", "public", "tag", "notifications", "conversations", "news", "answers"]
"""`news`: what is neither a post nor for one list of things: changed filters, announcements. `answers`: below a post."""
Where = Literal["all", "here", "elsewhere"]


class Channel(NamedTuple):
    """`id` is the account's, the list's or the post's, `tag` a hashtag's folded name; the rest narrows public posts."""

    what: What
    id: int = 0
    tag: str = ""
    where: Where = "all"
    only_media: bool = False
