"""
Whom something reaches, of those who listen: a few queries for all of them together.

The home timelines and lists that a post was written into say who is to hear of
it, `listings.standing` in which public pages it stands; and of everybody who
would hear of it is asked once more, right now, whether they may see it and
want to (`storage/visibility.py`), and whether they may still come in.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from martlet.model.broadcasts import PostDelivered, PostGone
from martlet.model.names import NOBODY, AccountId, ListId, NotificationId, PostId, TokenId
from martlet.model.visibility import Visibility
from martlet.services import signing_in
from martlet.services.signing_in import Viewer
from martlet.storage import attached, audiences, conversations, listings, notifications, threads
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing
from martlet.storage.notifications import Told
from martlet.streaming.channels import Channel
from martlet.streaming.listeners import Heard, Listener
from martlet.streaming.places import Seats, each

Seat = tuple[Channel, Listener]


class Reached(NamedTuple):
    """Who hears of a post; and of those asked, the listeners who may not come in any more."""

    heard: list[Heard]
    barred: list[Listener]


class Admitted(NamedTuple):
    """Who may hear, as they are right now; and who may not come in any more."""

    seats: list[tuple[Channel, Listener, Viewer]]
    barred: list[Listener]


def admitted(db: Reader, seats: Iterable[Seat]) -> Admitted:
    """Tokens that were revoked, people who were suspended: looked up before each thing that is told."""
    seats = list(seats)
    tokens = {listener.viewer.token for _, listener in seats if listener.viewer.token is not None}
    viewers = signing_in.viewers_of(db, tokens)
    result = Admitted([], [])
    for channel, listener in seats:
        viewer = listener.viewer
        fresh = viewer if viewer.token is None else viewers.get(viewer.token)
        if fresh is None or fresh.account != viewer.account:
            result.barred.append(listener)
        else:
            result.seats.append((channel, listener, fresh))
    return result


def barred(db: Reader, tokens: Collection[TokenId]) -> set[TokenId]:
    """Those of the tokens with which nobody may come in any more."""
    return set(tokens) - signing_in.viewers_of(db, tokens).keys()


def of_new_post(
    db: Reader, told: PostDelivered, seats: Seats, heard_already: Collection[AccountId], now: int
) -> Reached:
    """Seats in home timelines, lists, public pages and hashtags, and at posts that it answers."""
    channels = _timelines(db, told, seats, heard_already)
    if told.is_first:
        channels += _public(db, told.post, seats) + _answers(db, told.post, seats)
    return _who_sees(db, told.post, _at(channels, seats), now)


def of_edited_post(db: Reader, post: PostId, seats: Seats, now: int) -> Reached:
    """Wherever the post itself stands."""
    kept = audiences.timelines_with(
        db, post, [channel.id for channel in seats if channel.what in ("home", "list")]
    )
    channels = [channel for channel in seats if channel.what in ("home", "list") and channel.id in kept]
    return _who_sees(db, post, _at(channels + _public(db, post, seats), seats), now)


def of_linked_post(db: Reader, post: PostId, seats: Seats, now: int) -> Reached:
    """Seats at the page that it links to; boosts and what is not for everybody stand in no such list."""
    standing = listings.standing(db, post)
    if standing is None or not standing.is_open:
        return Reached([], [])
    return _who_sees(db, post, _at(seats, seats), now)


def of_gone_post(db: Reader, gone: PostGone, seats: Seats) -> Admitted:
    """
    Seats of those who may have had the post: it cannot be asked any more who saw it.

    Its followers, if it was for them; whoever was told; lists with its author in
    them; and all who listen to public posts, if it was one; visitors not, if it
    was for this server's people.
    """
    homes = [AccountId(channel.id) for channel in seats if channel.what == "home"]
    readers = audiences.readers_of(db, gone.author, Visibility(gone.visibility), homes)
    readers |= {gone.author, *gone.told}
    lists: set[ListId] = set()
    if gone.visibility >= Visibility.FOLLOWERS:
        asked = [ListId(channel.id) for channel in seats if channel.what == "list"]
        lists = audiences.lists_with(db, gone.author, asked)
    is_open = gone.visibility == Visibility.PUBLIC and not gone.is_boost
    told: Mapping[str, Collection[int]] = {"home": readers, "list": lists}
    reached = (
        channel
        for channel in seats
        if (channel.id in told[channel.what] if channel.what in told else is_open)
    )
    return admitted(
        db,
        (
            (channel, listener)
            for channel, listener in _at(reached, seats)
            if listener.viewer.account != NOBODY or not gone.is_local_only
        ),
    )


class ReachedOfNotification(NamedTuple):
    reached: Admitted
    told: Told | None
    """None where it is not to be shown, or taken back meanwhile."""


def of_notification(db: Reader, id: NotificationId, seats: Seats, now: int) -> ReachedOfNotification:
    """All seats are the same account's. Told is what a page of its notifications would show."""
    reached = admitted(db, each(seats))
    told = notifications.find_listed(db, id, reached.seats[0][2].account, now) if reached.seats else None
    return ReachedOfNotification(reached, told)


def of_conversation(db: Reader, post: PostId, seats: Seats) -> tuple[Admitted, dict[AccountId, Conversation]]:
    """Seats of those whose conversation has gone on with a post."""
    found = conversations.last_with(db, post, [AccountId(channel.id) for channel in seats])
    return admitted(db, _at((channel for channel in seats if channel.id in found), seats)), found


def _timelines(
    db: Reader, told: PostDelivered, seats: Seats, heard_already: Collection[AccountId]
) -> list[Channel]:
    """Those of the seats in whose timeline the post was written this time."""
    asked = [channel for channel in seats if _is_in_this_part(channel, told)]
    kept = audiences.timelines_with(db, told.post, [channel.id for channel in asked])
    return [channel for channel in asked if channel.id in kept and channel.id not in heard_already]


def _is_in_this_part(channel: Channel, told: PostDelivered) -> bool:
    if channel.what == "list":
        return told.lists is not None and channel.id in told.lists
    if channel.what != "home":
        return False
    is_author = told.is_first and channel.id == told.author
    return is_author or any(span is not None and channel.id in span for span in (told.followers, told.tagged))


def _public(db: Reader, post: PostId, seats: Seats) -> list[Channel]:
    """Those of the public pages in which the post stands."""
    asked = [channel for channel in seats if channel.what in ("public", "tag")]
    standing = listings.standing(db, post) if asked else None
    if standing is None or not standing.is_open:
        return []
    tags: set[str] = set()
    if any(channel.what == "tag" for channel in asked):
        tags = {tag.name for tag in attached.tags(db, [post])[post]}
    return [
        channel
        for channel in asked
        if (channel.tag in tags if channel.what == "tag" else standing.is_first)
        and standing.is_within(Narrowing(channel.where, channel.only_media))
    ]


def _answers(db: Reader, post: PostId, seats: Seats) -> list[Channel]:
    """Those of the posts, of which new answers are listened for, that it stands below."""
    asked = [channel for channel in seats if channel.what == "answers"]
    above = threads.ids_above(db, post) if asked else frozenset()
    return [channel for channel in asked if channel.id in above]


def _at(channels: Iterable[Channel], seats: Seats) -> list[Seat]:
    return list(each({channel: seats[channel] for channel in channels}))


def _who_sees(db: Reader, post: PostId, seats: list[Seat], now: int) -> Reached:
    if not seats:
        return Reached([], [])
    may_hear, gone = admitted(db, seats)
    shown = audiences.who_sees(db, post, {viewer.account for _, _, viewer in may_hear}, now)
    heard = [
        Heard(listener, channel, viewer, shown[viewer.account])
        for channel, listener, viewer in may_hear
        if viewer.account in shown
    ]
    return Reached(heard, gone)
