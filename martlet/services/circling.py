"""Circles: people to write to, and who reads what is written to them."""

from collections.abc import Collection

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId, CircleId, PostId
from martlet.model.paging import Page
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.storage import attached, circles, posts, replies
from martlet.storage.circles import Circle
from martlet.storage.database import Reader, Writer

CIRCLES = 100
"""Of one account."""
MEMBERS = 200
"""Of one circle: each gets a message of their own."""
TITLE_LENGTH = 256


def create(db: Writer, owner: AccountId, title: str, here: Server) -> Circle:
    """Raises `InvalidInput`."""
    if len(circles.of_owner(db, owner)) >= CIRCLES:
        raise InvalidInput(f"You have reached the maximum number of circles ({CIRCLES})")
    one = Circle(CircleId(here.next_id()), owner, _title(title))
    circles.put(db, one)
    return one


def rename(db: Writer, id: CircleId, owner: AccountId, title: str) -> Circle:
    """Raises `NotFound` and `InvalidInput`."""
    one = circles.get(db, id, owner)._replace(title=_title(title))
    circles.put(db, one)
    return one


def delete(db: Writer, id: CircleId, owner: AccountId) -> None:
    """Raises `NotFound`."""
    circles.delete(db, circles.get(db, id, owner).id)


def add(db: Writer, id: CircleId, owner: AccountId, members: Collection[AccountId], here: Server) -> None:
    """
    Put followers into a circle; they are not told.

    Raises `NotFound` for circles of others and for people who do not follow
    the owner: nobody is written to who does not want to read.
    """
    one = circles.get(db, id, owner)
    if circles.count(db, id) + len(members) > MEMBERS:
        raise InvalidInput(f"A circle holds at most {MEMBERS} accounts")
    for member in members:
        if member == owner or not replies.is_follower(db, owner, member):
            raise NotFound
        circles.add(db, one.id, member, here.next_id())


def remove(db: Writer, id: CircleId, owner: AccountId, members: Collection[AccountId]) -> None:
    """Whoever leaves still reads what was written to them before. Raises `NotFound` for circles of others."""
    one = circles.get(db, id, owner)
    for member in members:
        circles.remove(db, one.id, member)


# -- who reads -----------------------------------------------------------


def readers(db: Reader, id: CircleId, author: AccountId) -> list[AccountId]:
    """Who is in a circle now. Raises `NotFound`, and `InvalidInput` for one in which nobody is."""
    try:
        one = circles.get(db, id, author)
    except NotFound:
        raise NotFound("The circle that you write to does not appear to exist.") from None
    found = [account for _, account in circles.members(db, one, Page(limit=MEMBERS))]
    if not found:
        raise InvalidInput("Validation failed: Circle has nobody in it", "circle_id")
    return found


def readers_of_answer(db: Reader, parent: Post, author: AccountId) -> list[AccountId]:
    """Who reads an answer to what was written to a circle: whoever reads that, as far as it is known here."""
    everybody = {parent.author_id, *attached.mentioned_ids(db, parent.id)}
    return sorted(everybody - {author})


def of_post(db: Reader, author: AccountId, id: PostId) -> list[AccountId]:
    """Who reads one's own post that was written to few, beside those whom it names. Raises `NotFound`."""
    post = posts.get_own(db, id, author)
    if post.visibility != Visibility.CIRCLE:
        raise NotFound
    return attached.mentioned_ids(db, post.id)


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise InvalidInput("Validation failed: Title can't be blank", "title")
    if len(title) > TITLE_LENGTH:
        raise InvalidInput(
            f"Validation failed: Title is too long (maximum is {TITLE_LENGTH} characters)", "title"
        )
    return title
