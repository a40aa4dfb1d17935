"""Following hashtags: their public posts stand in the home timeline."""

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import timelines
from martlet.storage import followed_tags, tags
from martlet.storage.database import Writer
from martlet.text.hashtags import hashtag_key, is_hashtag

FOLLOWED = 500


class TooManyTags(InvalidInput):
    code = "too_many_tags"

    def __init__(self) -> None:
        super().__init__(f"Validation failed: You cannot follow more than {FOLLOWED} hashtags")


def key_of(name: str) -> str:
    """The folded name. Raises `NotFound` for what is no hashtag."""
    if not is_hashtag(name):
        raise NotFound
    return hashtag_key(name)


def follow(db: Writer, account: AccountId, name: str, here: Server) -> None:
    """Done twice it is done once. Raises `NotFound` for what is no hashtag, `TooManyTags`."""
    tag = tags.put(db, here.next_id(), key_of(name), name)
    if not followed_tags.follow(db, account, tag, here.next_id()):
        return
    if followed_tags.count(db, account) > FOLLOWED:
        raise TooManyTags
    timelines.fill_home_with(db, account, tag)


def unfollow(db: Writer, account: AccountId, name: str) -> None:
    """What stood in the home timeline for its sake only goes. Raises `NotFound` for what is no hashtag."""
    tag = tags.find_id(db, key_of(name))
    if tag is not None and followed_tags.unfollow(db, account, tag):
        followed_tags.take_out(db, account, tag)
