"""
What the server tells of itself and of others in lists: https://docs.joinmastodon.org/methods/instance/

Each can be kept back by a setting: then it is not there.
"""

from dataclasses import replace
from typing import Annotated

from msgspec import UNSET, Meta, Struct

from martlet.http.answer import NOSNIFF, Answer
from martlet.mastodon import server_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.errors import NotFound, NotSignedIn
from martlet.model.moderation import Severity
from martlet.model.server import Audience
from martlet.services import block_lists, tallying
from martlet.services.signing_in import Viewer
from martlet.storage.database import Reader
from martlet.text import languages

api = Api()

_SEVERITIES = {Severity.LIMIT: "silence", Severity.SUSPEND: "suspend"}


class PeerSearchForm(Struct, frozen=True):
    q: Annotated[str, Meta(description="What the server's name begins with.")] = ""


@api.get("/api/v1/instance/peers", access="public", returns=list[str])
async def peers(call: Call[NoForm]) -> tuple[str, ...]:
    """https://docs.joinmastodon.org/methods/instance/#peers"""
    if not call.here.disclosure.peers:
        raise NotFound
    _not_for_strangers(call)
    return await call.ground.others.peers(call.store, call.here)


@api.get("/api/v1/peers/search", access="public", form=PeerSearchForm, returns=list[str])
async def search_peers(call: Call[PeerSearchForm]) -> list[str]:
    """Known servers by the beginning of their name; Mastodon's own pages ask for it: config/routes/api.rb."""
    if not call.here.disclosure.peers:
        raise NotFound
    _not_for_strangers(call)
    return await call.ground.others.find(call.store, call.form.q, call.here)


@api.get("/api/v1/instance/activity", access="public", returns=list[server_entities.WeeklyActivity])
def activity(db: Reader, call: Call[NoForm]) -> list[server_entities.WeeklyActivity]:
    """https://docs.joinmastodon.org/methods/instance/#activity"""
    if not call.here.disclosure.activity:
        raise NotFound
    _not_for_strangers(call)
    return [
        server_entities.WeeklyActivity(
            week=str(one.week // 1000),
            statuses=str(one.posts),
            logins=str(one.people),
            registrations=str(one.registrations),
        )
        for one in tallying.weeks(db, call.here)
    ]


@api.get("/api/v1/instance/domain_blocks", access="public", returns=list[server_entities.DomainBlock])
async def domain_blocks(call: Call[NoForm]) -> list[server_entities.DomainBlock]:
    """https://docs.joinmastodon.org/methods/instance/#domain_blocks"""
    is_reasoned = _check_blocks_are_told(call)
    return [
        server_entities.DomainBlock(
            domain=one.host,
            digest=one.digest,
            severity=_SEVERITIES[one.severity],
            comment=one.comment if is_reasoned else UNSET,
        )
        for one in await call.ground.others.blocks(call.store, call.here)
    ]


@api.get(
    "/api/v1/instance/domain_blocks.csv", access="public", returns=str, content="text/csv; charset=utf-8"
)
async def domain_blocks_as_csv(call: Call[NoForm]) -> Answer:
    """An extension: the same as a block list that other servers can subscribe to. What is obfuscated is left out."""
    is_reasoned = _check_blocks_are_told(call)
    told = [
        replace(
            one.decision,
            policy=replace(one.decision.policy, severity=one.severity),
            comment=one.comment if is_reasoned else "",
        )
        for one in await call.ground.others.blocks(call.store, call.here)
        if not one.decision.is_obfuscated
    ]
    headers = [(b"content-type", b"text/csv; charset=utf-8"), NOSNIFF]
    return Answer(block_lists.write(told).encode(), 200, headers)


@api.get("/api/v1/instance/languages", returns=list[server_entities.Language])
def all_languages(db: Reader, call: Call[NoForm]) -> list[server_entities.Language]:
    """Languages that a post can be in, named in English: config/routes/api.rb."""
    del db, call
    return [server_entities.Language(code=one.code, name=one.name) for one in languages.LANGUAGES.values()]


def _check_blocks_are_told(call: Call[NoForm]) -> bool:
    """Returns whether their reasons are told, too. Raises `NotFound` and `NotSignedIn`."""
    told = call.here.disclosure
    if told.domain_blocks == "disabled":
        raise NotFound
    if not _may_see(told.domain_blocks, call.viewer):
        raise NotSignedIn("The access token is invalid")
    return _may_see(told.reasons, call.viewer)


def _may_see(audience: Audience, viewer: Viewer) -> bool:
    return audience == "all" or (audience == "users" and bool(viewer.account))


def _not_for_strangers(call: Call[NoForm] | Call[PeerSearchForm]) -> None:
    """Where only listed servers are spoken with, nobody else is told of them."""
    if call.here.federation == "allow-list" and not call.account:
        raise NotSignedIn("This API requires an authenticated user")
