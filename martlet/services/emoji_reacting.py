"""
Emoji that people choose for a post, several if they like.

No like follows from one, and no reaction from a like: see decision 10. What
may be chosen is any emoji character, and custom ones of this server and of
others as far as they are known here.
"""

from martlet.activitypub.things import Like
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput
from martlet.model.events import PostReacted, PostUnreacted
from martlet.model.names import AccountId, PostId, Uri, host_of
from martlet.model.posts import Post
from martlet.model.reactions import Choice
from martlet.model.server import Server
from martlet.services import acquainting, reacting
from martlet.storage import emojis, posts, reactions
from martlet.storage.database import Reader, Writer
from martlet.text.emoji import SHORTCODE, one_emoji
from martlet.text.names import InvalidHost, normalise_host

MOST_OF_ONE = 8
"""Emoji that one person may choose for a post."""
MOST_KINDS = 50
"""Different emoji of a post; once there are so many, only these can still be chosen."""


class CannotReact(InvalidInput):
    code = "cannot_react"


def choice_of(db: Reader, text: str, here: Server) -> Choice:
    """`🎉`, `blobcat`, `:blobcat:` or `blobcat@peer.example`, as apps say it. Raises `CannotReact`."""
    emoji = one_emoji(text)
    if emoji is not None:
        return Choice(emoji)
    name, _, host = text.strip().strip(":").partition("@")
    try:
        host = normalise_host(host) if host not in ("", ".") else ""
    except InvalidHost:
        raise CannotReact("Validation failed: Name is not a recognized emoji") from None
    choice = Choice(name, "" if here.is_here(host) else host)
    if SHORTCODE.fullmatch(name) and emojis.named(db, [name], choice.host):
        return choice
    raise CannotReact("Validation failed: Name is not a recognized emoji")


def react(db: Writer, account: AccountId, id: PostId, choice: Choice, here: Server) -> None:
    """Choose an emoji for a post; a second time changes nothing. Raises `NotFound`, `CannotReact`."""
    put(db, account, reacting.meant(db, id, account), choice, here)


def put(
    db: Writer, account: AccountId, post: Post, choice: Choice, here: Server, uri: Uri | None = None
) -> None:
    """The same for a post that the account may see. Raises `CannotReact`."""
    posts.lock(db, post.id)
    if reactions.find(db, post.id, account, choice) is not None:
        return
    if len(reactions.own(db, [post.id], account)) >= MOST_OF_ONE:
        raise CannotReact("Validation failed: You cannot react to a post more often")
    if reactions.other_kinds(db, post.id, choice) >= MOST_KINDS:
        raise CannotReact("Validation failed: Limit of different reactions reached")
    if reactions.insert(db, post.id, account, choice, here.next_id(), uri):
        db.emit(PostReacted(post.id, account, choice.name, choice.host))


def unreact(db: Writer, account: AccountId, id: PostId, choice: Choice) -> None:
    """Raises `NotFound`."""
    post = posts.find_unfiltered(db, id)
    boosted = post.boost_of_id if post is not None else None
    take_back(db, account, boosted or id, choice)


def take_back(db: Writer, account: AccountId, post: PostId, choice: Choice) -> bool:
    """Whether there was anything to take back."""
    reaction = reactions.find(db, post, account, choice)
    if reaction is None or not reactions.delete(db, post, account, choice):
        return False
    db.emit(PostUnreacted(post, account, choice.name, choice.host, reaction))
    return True


# -- what comes from elsewhere -------------------------------------------


def received(db: Writer, act: Like, actor: Account, here: Server) -> Choice | None:
    """What somebody elsewhere chose; None for a mere like, and for what is no emoji or has no picture."""
    emoji = one_emoji(act.reaction)
    if emoji is not None:
        return Choice(emoji)
    name = act.reaction.strip(":").partition("@")[0]
    if not act.reaction or not SHORTCODE.fullmatch(name):
        return None
    said = act.emoji
    if said is None:
        return Choice(name, actor.host) if emojis.named(db, [name], actor.host) else None
    owner = host_of(Uri(said.uri)) if said.uri else actor.host
    if owner != actor.host:  # of a third server: believed where we know the very same from there
        host = "" if here.is_here(owner) else owner
        known = emojis.named(db, [name], host)
        if known and said.url == (known[0].file if host else here.media_url(known[0].file)):
            return Choice(name, host)
    acquainting.keep_emojis(db, [said], actor.host, here)
    return Choice(name, actor.host) if emojis.named(db, [name], actor.host) else None
