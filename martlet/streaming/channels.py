"""What one can listen to."""

from typing import Literal, NamedTuple

What = Literal["home", "list", "public", "tag", "notifications", "conversations", "news", "answers", "link"]
"""`news`: what is neither a post nor for one list of things: changed filters, announcements. `answers`: below a post; `link`: about a page."""
Where = Literal["all", "here", "elsewhere"]


class Channel(NamedTuple):
    """`id` is the account's, the list's, the post's or the card's, `tag` a hashtag's folded name; the rest narrows public posts."""

    what: What
    id: int = 0
    tag: str = ""
    where: Where = "all"
    only_media: bool = False
