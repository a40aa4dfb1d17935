"""Telling people: reactions that turn what happened into notifications, each thing once."""

from collections.abc import Sequence

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import (
    AccountRegistered,
    AccountReported,
    Followed,
    FollowRequested,
    FollowsSevered,
    HoldDecided,
    Notified,
    PackChanged,
    PackMemberAdded,
    PollClosed,
    PostEdited,
    PostLiked,
    PostPublished,
    PostReacted,
    PostUnreacted,
    QuoteChanged,
    ReplyRequested,
    StrikeGiven,
    Unfollowed,
)
from martlet.model.ids import id_from
from martlet.model.names import AccountId, NotificationId, PostId
from martlet.model.notification_policy import Treatment
from martlet.model.notifications import UNGROUPED, Notification, NotificationKind, group_keys, ungrouped
from martlet.model.packs import MemberState
from martlet.model.posts import Post
from martlet.model.reactions import Choice
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import screening
from martlet.storage import (
    attached,
    follows,
    holds,
    notification_requests,
    notifications,
    packs,
    posts,
    reactions,
    replies,
    roles,
    severances,
    strikes,
    telling,
)
from martlet.storage.database import Writer

MOST_AT_ONCE = 1000
"""Notifications forgotten with one call."""


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """Those who are named in a post, whose post was boosted or quoted, and those who want to hear of every post."""
    post = posts.find_unfiltered(db, event.post)
    if post is None or not event.is_news:
        return
    if post.boost_of_id is not None:
        boosted = posts.find_unfiltered(db, post.boost_of_id)
        if boosted is not None:
            tell(db, boosted.author_id, NotificationKind.BOOST, post.author_id, boosted.id, here)
        return
    named = _told(db, post)
    quoted = _of_quote(db, post, here)
    for account in named:
        if account != quoted or any(
            one.account_id == account for one in attached.mentions(db, [post.id])[post.id]
        ):
            tell(db, account, NotificationKind.MENTION, post.author_id, post.id, here)
    _of_every_post(db, post, frozenset(named), here)


def _told(db: Writer, post: Post) -> list[AccountId]:
    """Everybody who is named, and of posts to named people those as well who are so silently; not all of a circle."""
    if post.visibility != Visibility.CIRCLE:
        return attached.mentioned_ids(db, post.id)
    return [one.account_id for one in attached.mentions(db, [post.id])[post.id]]


def of_quote(db: Writer, event: QuoteChanged, here: Server) -> None:
    """A post that was quoted, once its author has consented: automatically, so far."""
    post = posts.find_unfiltered(db, event.quote)
    if post is not None:
        _of_quote(db, post, here)


def _of_quote(db: Writer, post: Post, here: Server) -> AccountId | None:
    """Returns whose post is quoted: they can read the quote, though they may not be named in it."""
    if post.quote_of_id is None or post.quote_state != "accepted":
        return None
    quoted = posts.find_unfiltered(db, post.quote_of_id)
    if quoted is None:
        return None
    tell(db, quoted.author_id, NotificationKind.QUOTE, post.author_id, post.id, here)
    return quoted.author_id


def _of_every_post(db: Writer, post: Post, named: frozenset[AccountId], here: Server) -> None:
    """Not of answers to others, and not of what is for named people only."""
    is_answer_to_another = post.reply_to_id is not None and post.reply_to_account_id != post.author_id
    if is_answer_to_another or post.visibility < Visibility.FOLLOWERS:
        return
    for follower in notifications.who_wants_every_post(db, post.author_id):
        if follower not in named:
            tell(db, follower, NotificationKind.POST, post.author_id, post.id, here)


def of_reply_request(db: Writer, event: ReplyRequested, here: Server) -> None:
    """Whoever is asked whether an answer to their post may be there."""
    request, post = replies.find(db, event.post), posts.find_unfiltered(db, event.post)
    if request is not None and post is not None and request.state == "pending":
        tell(db, request.asked_id, NotificationKind.PENDING_REPLY, post.author_id, post.id, here)


def of_like(db: Writer, event: PostLiked, here: Server) -> None:
    post = posts.find_unfiltered(db, event.post)
    if post is not None and telling.is_liked(db, event.post, event.by):
        tell(db, post.author_id, NotificationKind.LIKE, event.by, post.id, here)


def of_reaction(db: Writer, event: PostReacted, here: Server) -> None:
    post, choice = posts.find_unfiltered(db, event.post), Choice(event.name, event.host)
    if post is not None and reactions.find(db, post.id, event.by, choice) is not None:
        tell(db, post.author_id, NotificationKind.REACTION, event.by, post.id, here, choice.key)


def of_reaction_taken_back(db: Writer, event: PostUnreacted, here: Server) -> None:
    del here
    post, choice = posts.find_unfiltered(db, event.post), Choice(event.name, event.host)
    if post is not None and reactions.find(db, post.id, event.by, choice) is None:
        kind = NotificationKind.REACTION
        notifications.take_back(db, post.author_id, kind, event.by, post.id, choice.key)


def of_follow(db: Writer, event: Followed, here: Server) -> None:
    """A request that was accepted is told as a follow, no longer as a request."""
    notifications.take_back(db, event.followed, NotificationKind.FOLLOW_REQUEST, event.follower)
    if follows.find(db, event.follower, event.followed) is not None:
        tell(db, event.followed, NotificationKind.FOLLOW, event.follower, None, here)


def of_end(db: Writer, event: Unfollowed, here: Server) -> None:
    """Who follows no more is no longer told of, and is told of again should they come back."""
    del here
    if follows.find(db, event.follower, event.followed) is None:
        notifications.take_back(db, event.followed, NotificationKind.FOLLOW, event.follower)


def of_follow_request(db: Writer, event: FollowRequested, here: Server) -> None:
    there = follows.find(db, event.follower, event.followed)
    if there is not None and not there.is_accepted:
        tell(db, event.followed, NotificationKind.FOLLOW_REQUEST, event.follower, None, here)


def of_edit(db: Writer, event: PostEdited, here: Server) -> None:
    """Those who boosted a post, those who quoted it, and those whom the edit names for the first time."""
    post = posts.find_unfiltered(db, event.post)
    if post is None:
        return
    for account in _told(db, post):
        tell(db, account, NotificationKind.MENTION, post.author_id, post.id, here)
    for booster in telling.boosters_here(db, post.id):
        tell(db, booster, NotificationKind.EDIT, post.author_id, post.id, here)
    for quoter, quote in telling.quoters_here(db, post.id):
        tell(db, quoter, NotificationKind.QUOTED_EDIT, post.author_id, quote, here)


def of_poll(db: Writer, event: PollClosed, here: Server) -> None:
    """The poll's author and those who voted."""
    post = posts.find_unfiltered(db, event.post)
    if post is None:
        return
    _tell_at_all(db, post.author_id, NotificationKind.POLL, post.author_id, post.id, here)
    for voter in telling.voters_here(db, post.id):
        tell(db, voter, NotificationKind.POLL, post.author_id, post.id, here)


def of_newcomer(db: Writer, event: AccountRegistered, here: Server) -> None:
    for moderator in roles.holders(db, Permission.MANAGE_USERS):
        tell(db, moderator, NotificationKind.SIGN_UP, event.account, None, here)


def of_report(db: Writer, event: AccountReported, here: Server) -> None:
    reporter = telling.reporter(db, event.report)
    if reporter is None:
        return
    for moderator in roles.holders(db, Permission.MANAGE_REPORTS):
        _tell_at_all(db, moderator, NotificationKind.REPORT, reporter, None, here, report=event.report)


def of_pack_member(db: Writer, event: PackMemberAdded, here: Server) -> None:
    """Whoever was put into a pack; people elsewhere were asked."""
    member = packs.find_member_by_id(db, event.member)
    pack = packs.find_unfiltered(db, member.pack_id) if member is not None else None
    if member is not None and pack is not None and member.state is MemberState.ACCEPTED:
        tell(db, member.account_id, NotificationKind.PACKED, pack.account_id, None, here, pack=pack.id)


def of_pack_change(db: Writer, event: PackChanged, here: Server) -> None:
    """Those in a pack that says something else of itself; what they were told of it before is over."""
    pack = packs.find_unfiltered(db, event.pack)
    if pack is None or not event.is_told:
        return
    notifications.forget_pack(db, pack.id, NotificationKind.PACK_CHANGED)
    for member in packs.members_here(db, pack.id):
        tell(db, member, NotificationKind.PACK_CHANGED, pack.account_id, None, here, pack=pack.id)


def of_strike(db: Writer, event: StrikeGiven, here: Server) -> None:
    strike = strikes.find(db, event.strike)
    if strike is not None:
        _tell_of_own(db, strike.account_id, NotificationKind.STRIKE, strike.id, here)


def of_hold_decision(db: Writer, event: HoldDecided, here: Server) -> None:
    """Whoever is here and wrote a post that is not let through; that it waits again is told by the post alone."""
    hold, post = holds.find(db, event.post), posts.find_unfiltered(db, event.post)
    if post is None:
        return
    notifications.take_back(db, post.author_id, NotificationKind.REFUSED, post.author_id, post.id)
    if hold is not None and hold.state == "refused":
        _tell_of_own(db, post.author_id, NotificationKind.REFUSED, 0, here, post.id)


def of_severance(db: Writer, event: FollowsSevered, here: Server) -> None:
    severance = severances.find(db, event.severance)
    if severance is not None:
        _tell_of_own(db, severance.account_id, NotificationKind.SEVERED, severance.id, here)


def _tell_of_own(
    db: Writer,
    account: AccountId,
    kind: NotificationKind,
    about: int,
    here: Server,
    post: PostId | None = None,
) -> None:
    """Of what comes from nobody in particular: apps are shown one's own account beside it."""
    if not notifications.is_here(db, account):
        return
    id, now = NotificationId(here.next_id()), here.now_ms()
    told = Notification(id, account, kind, account, post, None, ungrouped(id), now, about_id=about)
    if notifications.insert(db, told):
        db.emit(Notified(id))


def tell(
    db: Writer,
    account: AccountId,
    kind: NotificationKind,
    sender: AccountId,
    post: PostId | None,
    here: Server,
    emoji: str = "",
    pack: int | None = None,
) -> None:
    """Tell somebody who is here, is somebody else, may see the post, and wants to hear of it, as their policy says."""
    listener = notifications.listener(db, account) if account != sender else None
    if listener is None or listener == sender:
        return
    account = listener
    if not notifications.may_tell(db, account, sender, post, here.now_ms()):
        return
    if post is not None and posts.find(db, post, viewer=account) is None:
        return
    treatment = screening.treatment(db, account, kind, sender, post, here)
    is_mention = kind == NotificationKind.MENTION and treatment == Treatment.ACCEPT
    if is_mention and screening.is_mass_mention(db, account, sender, here):
        treatment = Treatment.FILTER
    if treatment == Treatment.FILTER:
        _keep_aside(db, account, kind, sender, post, here, emoji=emoji, pack=pack)
    elif treatment == Treatment.ACCEPT:
        _tell_at_all(db, account, kind, sender, post, here, emoji=emoji, pack=pack)


def _keep_aside(
    db: Writer,
    account: AccountId,
    kind: NotificationKind,
    sender: AccountId,
    post: PostId | None,
    here: Server,
    *,
    emoji: str,
    pack: int | None,
) -> None:
    """Nobody is told, until the account lets the sender through."""
    id, now = NotificationId(here.next_id()), here.now_ms()
    key = ungrouped(id)
    kept = Notification(id, account, kind, sender, post, None, key, now, emoji, is_filtered=1, pack_id=pack)
    if notifications.insert(db, kept) and kind in notification_requests.ASKING:
        notification_requests.put(db, here.next_id(), account, sender)


def _tell_at_all(
    db: Writer,
    account: AccountId,
    kind: NotificationKind,
    sender: AccountId,
    post: PostId | None,
    here: Server,
    report: int | None = None,
    emoji: str = "",
    pack: int | None = None,
) -> None:
    id, now = NotificationId(here.next_id()), here.now_ms()
    keys = group_keys(kind, post, now, emoji)
    key = (notifications.joined(db, account, keys) or keys[0]) if keys else ungrouped(id)
    told = Notification(id, account, kind, sender, post, report, key, now, emoji, pack_id=pack)
    if notifications.insert(db, told):
        db.emit(Notified(id))


def dismiss(db: Writer, account: AccountId, id: NotificationId) -> None:
    """Forget one of the account's notifications. Raises `NotFound`."""
    if notifications.find(db, id, account) is None:
        raise NotFound
    notifications.delete(db, id, account)


def dismiss_many(db: Writer, account: AccountId, ids: Sequence[int]) -> None:
    """Forget those of them that are the account's. Raises `InvalidInput` for too many."""
    if len(ids) > MOST_AT_ONCE:
        raise InvalidInput(f"Validation failed: no more than {MOST_AT_ONCE} at once", "ids")
    notifications.delete_many(db, ids, account)


def dismiss_group(db: Writer, account: AccountId, key: str) -> None:
    """Forget all that share a key. Raises `NotFound`."""
    alone = id_from(key.removeprefix(UNGROUPED)) if key.startswith(UNGROUPED) else None
    if alone is None:
        gone = notifications.delete_group(db, key, account)
    else:
        gone = notifications.delete_many(db, [alone], account)
    if not gone:
        raise NotFound


def dismiss_all(db: Writer, account: AccountId) -> None:
    """What is kept aside goes as well."""
    notifications.delete_all(db, account)
    notification_requests.delete_all(db, account)
