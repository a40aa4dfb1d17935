"""Quoting: who may quote a post, and taking the consent back."""

from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.visibility import Visibility
from martlet.storage import posts, quotes
from martlet.storage.database import Reader, Writer

RULES = frozenset({"public", "followers", "nobody"})


class CannotQuote(NotAllowed):
    code = "cannot_quote"

    def __init__(self) -> None:
        super().__init__("The author of this post does not let it be quoted.")


def check_rule(rule: str | None) -> None:
    """Raises `InvalidInput`."""
    if rule is not None and rule not in RULES:
        raise InvalidInput("Validation failed: Quote approval policy is not included in the list")


def rule_for(visibility: Visibility, rule: str) -> str:
    """What was not written for all may be quoted by nobody but its author."""
    return rule if visibility.is_open else "nobody"


def quotable(db: Reader, id: PostId, author: AccountId) -> Post:
    """
    The post that an id stands for, if `author` may quote it.

    A boost is seen through first, so that nobody gets round the rules of the
    boosted post by boosting it. Raises `NotFound` or `CannotQuote`.
    """
    try:
        post = posts.get(db, id, author)
        if post.boost_of_id is not None:
            post = posts.get(db, post.boost_of_id, author)
    except NotFound:
        raise NotFound("The post you are trying to quote does not appear to exist.") from None
    if not may_quote(db, post, author):
        raise CannotQuote
    return post


def may_quote(db: Reader, post: Post, account: AccountId) -> bool:
    """Whether somebody who sees the post may quote it."""
    if post.visibility == Visibility.MENTIONED:
        return False
    if post.author_id == account:
        return True
    if post.quoting == "followers":
        return bool(quotes.followed_among(db, account, {post.author_id}))
    return post.quoting == "public" and Visibility(post.visibility).is_open


def narrowed(visibility: Visibility, quoted: Post | None) -> Visibility:
    """The visibility of a quote: a post that was not for all is not shown to all by quoting it."""
    if quoted is None or Visibility(quoted.visibility).is_open:
        return visibility
    return min(visibility, Visibility.FOLLOWERS)


def check_mentioned(
    visibility: Visibility, quoted: Post | None, author: AccountId, named: set[AccountId]
) -> None:
    """A post for mentioned people quotes nobody behind their back. Raises `InvalidInput`."""
    if quoted is None or visibility > Visibility.MENTIONED or quoted.author_id in {author, *named}:
        return
    raise InvalidInput("Validation failed: The author of the quoted post has to be mentioned")


def revoke(db: Writer, author: AccountId, quoted: PostId, quoting: PostId) -> None:
    """
    Take one's own post out of somebody's quote.

    Raises `NotFound`, or `NotAllowed` where the quoted post is not one's own.
    """
    post = posts.get(db, quoted, author)
    quote = posts.get(db, quoting, author)
    if quote.quote_of_id != post.id:
        raise NotFound
    if post.author_id != author:
        raise NotAllowed("This action is not allowed")
    if quote.quote_state == "accepted":
        posts.update(db, quote.id, quote_state="revoked")
        posts.count(db, post.id, quotes=-1)


def change_rule(db: Writer, author: AccountId, id: PostId, rule: str | None) -> None:
    """Say anew who may quote one's post; quotes there are stay. Raises `NotFound`."""
    post = posts.get_own(db, id, author)
    check_rule(rule)
    if rule is not None:
        posts.update(db, post.id, quoting=rule_for(Visibility(post.visibility), rule))
