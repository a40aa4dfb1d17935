"""Showing hashtags on one's own profile."""

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage import featured_tags, tags
from martlet.storage.database import AlreadyThere, Writer
from martlet.storage.featured_tags import FeaturedTag
from martlet.text.hashtags import hashtag_key, is_hashtag

FEATURED = 10


class AlreadyFeatured(InvalidInput):
    code = "already_featured"

    def __init__(self) -> None:
        super().__init__("Validation failed: Name has already been taken", "name")


class TooManyFeatured(InvalidInput):
    code = "too_many_featured"

    def __init__(self) -> None:
        super().__init__("Validation failed: You have already featured the maximum number of hashtags")


def feature(db: Writer, account: AccountId, name: str, here: Server) -> FeaturedTag:
    """Raises `InvalidInput` for what is no hashtag, `AlreadyFeatured`, `TooManyFeatured`."""
    shown = name.strip().removeprefix("#")
    if not is_hashtag(shown):
        raise InvalidInput("Validation failed: Tag is invalid", "name")
    tag = tags.put(db, here.next_id(), hashtag_key(shown), shown)
    if len(featured_tags.of_account(db, account)) >= FEATURED and not featured_tags.find(db, account, tag):
        raise TooManyFeatured
    id = here.next_id()
    try:
        with db.part():
            featured_tags.insert(db, id, account, tag, shown)
    except AlreadyThere:
        raise AlreadyFeatured from None
    return featured_tags.get(db, id, account)


def drop(db: Writer, account: AccountId, id: int) -> None:
    """Raises `NotFound`."""
    featured_tags.delete(db, featured_tags.get(db, id, account).id)


def drop_named(db: Writer, account: AccountId, name: str) -> None:
    """Nothing happens where it was not featured."""
    tag = tags.find_id(db, hashtag_key(name))
    found = None if tag is None else featured_tags.find(db, account, tag)
    if found is not None:
        featured_tags.delete(db, found.id)
