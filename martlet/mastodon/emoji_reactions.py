"""
Choosing emoji for posts: Pleroma's methods, and glitch-soc's under their own names.

https://docs-develop.pleroma.social/backend/development/API/pleroma_api/#emoji-reactions
"""

from typing import Any

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import reactions as told
from martlet.model.names import PostId
from martlet.model.reactions import Choice
from martlet.services import emoji_reacting, reacting
from martlet.storage import posts, reactions
from martlet.storage.database import Reader, Writer

api = Api()

MOST_PEOPLE = 40
"""People who are named for one emoji."""


def _post(db: Reader, call: Call[Any]) -> bytes:
    return call.pages.one(db, posts.get_shown(db, PostId(call.id), call.account), call.viewer)


def _react(db: Writer, call: Call[Any], name: str) -> bytes:
    choice = emoji_reacting.choice_of(db, name, call.here)
    emoji_reacting.react(db, call.account, PostId(call.id), choice, call.here)
    return _post(db, call)


async def _unreact(call: Call[Any], name: str) -> bytes:
    await call.store.writing(_take_back, call, name)
    return await call.store.reading(_post, call)


def _take_back(db: Writer, call: Call[Any], name: str) -> None:
    choice = emoji_reacting.choice_of(db, name, call.here)
    emoji_reacting.unreact(db, call.account, PostId(call.id), choice)


@api.put("/api/v1/pleroma/statuses/{id}/reactions/{emoji}", scope="write:favourites", returns=entities.Status)
def react(db: Writer, call: Call[NoForm]) -> bytes:
    """Choose an emoji: a character, or a custom one by its shortcode, with its host if it is of another server."""
    return _react(db, call, call.params["emoji"])


@api.delete(
    "/api/v1/pleroma/statuses/{id}/reactions/{emoji}", scope="write:favourites", returns=entities.Status
)
async def unreact(call: Call[NoForm]) -> bytes:
    """Take one back."""
    return await _unreact(call, call.params["emoji"])


@api.post("/api/v1/statuses/{id}/react/{name}", scope="write:favourites", returns=entities.Status)
def glitch_react(db: Writer, call: Call[NoForm]) -> bytes:
    """Choose an emoji: https://glitch-soc.github.io/docs/"""
    return _react(db, call, call.params["name"])


@api.post("/api/v1/statuses/{id}/unreact/{name}", scope="write:favourites", returns=entities.Status)
async def glitch_unreact(call: Call[NoForm]) -> bytes:
    """Take one back."""
    return await _unreact(call, call.params["name"])


@api.get(
    "/api/v1/pleroma/statuses/{id}/reactions",
    scope="read:statuses",
    access="public",
    returns=list[entities.ReactionOf],
)
def index(db: Reader, call: Call[NoForm]) -> bytes:
    """All emoji of a post, with those who chose them last."""
    return _found(db, call, None)


@api.get(
    "/api/v1/pleroma/statuses/{id}/reactions/{emoji}",
    scope="read:statuses",
    access="public",
    returns=list[entities.ReactionOf],
)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """The same for one emoji; an empty list where nobody chose it."""
    return _found(db, call, emoji_reacting.choice_of(db, call.params["emoji"], call.here))


def _found(db: Reader, call: Call[NoForm], only: Choice | None) -> bytes:
    post = reacting.meant(db, PostId(call.id), call.account)
    counted = reactions.counts(db, [post.id]).get(post.id, [])
    wanted = [one for one in counted if only is None or one.choice == only]
    now = call.here.now_ms()
    who = [reactions.who(db, post.id, one.choice, call.account, MOST_PEOPLE, now) for one in wanted]
    people = call.pages.accounts.of(db, {one.account_id: one.version for those in who for one in those})
    own = reactions.own(db, [post.id], call.account) if call.account else frozenset()
    return b"[%b]" % b",".join(
        b'%b,"accounts":[%b]}'
        % (
            msgspec.json.encode(told.entity(one, call.here, is_own=(post.id, one.choice) in own))[:-1],
            b",".join(people[marker.account_id] for marker in those),
        )
        for one, those in zip(wanted, who, strict=True)
    )
