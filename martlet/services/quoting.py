"""Quoting: who may quote a post, and taking the consent back. With other servers: `services.consenting`."""

from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.events import QuoteChanged, QuotePolicyChanged, QuoteRevoked
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.quoting import FOLLOWERS, NOBODY, Answer, QuotePolicy, State
from martlet.model.visibility import Visibility
from martlet.storage import accounts, posts, quotes
from martlet.storage.database import Reader, Writer
from martlet.storage.quotes import RemoteQuote

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
    return rule if visibility.is_open else NOBODY


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
    """Whether somebody who sees the post may quote it, or at least ask to."""
    return answer_to(db, post, account) != "denied"


def answer_to(db: Reader, post: Post, account: AccountId) -> Answer:
    """What somebody who sees the post may expect if they quote it. What is not for all only its author quotes."""
    if post.visibility == Visibility.MENTIONED:
        return "denied"
    if post.author_id == account:
        return "automatic"
    if not Visibility(post.visibility).is_open:
        return "denied"
    policy = QuotePolicy.from_text(post.quoting)
    is_follower = FOLLOWERS in (*policy.automatic, *policy.manual) and bool(
        quotes.followed_among(db, account, {post.author_id})
    )
    return policy.answer_to(is_follower=is_follower)


def first_state(quoted: Post, author: AccountId) -> State:
    """That of a new quote written here: elsewhere somebody has to be asked."""
    return "accepted" if quoted.is_local or quoted.author_id == author else "pending"


def prepare_request(db: Writer, post: Post) -> None:
    """Write down what the request for consent will be called, by which it is answered."""
    quoted = None if post.quote_of_id is None else posts.find_unfiltered(db, post.quote_of_id)
    author = accounts.get(db, post.author_id)
    if quoted is not None:
        request = Uri(f"{author.uri}#quote_requests/{post.id}")
        quotes.put_remote(db, RemoteQuote(post.id, quoted.uri, request=request))


def become(db: Writer, post: Post, state: State | None) -> None:
    """Have a quote be in another state, and count where it counts."""
    if post.quote_state == state:
        return
    posts.update(db, post.id, quote_state=state)
    if post.quote_of_id is not None and "accepted" in (post.quote_state, state):
        posts.count(db, post.quote_of_id, quotes=1 if state == "accepted" else -1)
    db.emit(QuoteChanged(post.id))


def consent_uri(author: Account, quote: PostId) -> Uri:
    """What the consent of somebody here to a quote is called."""
    return Uri(f"{author.uri}/quote_authorizations/{quote}")


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
    posts.lock(db, quoting)
    quote = posts.get(db, quoting, author)
    if quote.quote_of_id != post.id:
        raise NotFound
    if post.author_id != author:
        raise NotAllowed("This action is not allowed")
    if quote.quote_state == "accepted":
        become(db, quote, "revoked")
        db.emit(QuoteRevoked(quote.id))


def change_rule(db: Writer, author: AccountId, id: PostId, rule: str | None) -> None:
    """Say anew who may quote one's post; quotes there are stay. Raises `NotFound`."""
    post = posts.get_own(db, id, author)
    check_rule(rule)
    wanted = post.quoting if rule is None else rule_for(Visibility(post.visibility), rule)
    if wanted != post.quoting:
        posts.update(db, post.id, quoting=wanted)
        db.emit(QuotePolicyChanged(post.id))
