"""
What the server tells of itself and of others in lists: https://docs.joinmastodon.org/methods/instance/

Each can be kept back by a setting: then it is not there.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from martlet.mastodon import server_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.errors import NotFound, NotSignedIn
from martlet.model.moderation import Severity
from martlet.model.server import Audience
from martlet.services import tallying
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
    told = call.here.disclosure
    if told.domain_blocks == "disabled":
        raise NotFound
    if not _may_see(told.domain_blocks, call.viewer):
        raise NotSignedIn("The access token is invalid")
    is_reasoned = _may_see(told.reasons, call.viewer)
    return [
        server_entities.DomainBlock(
            domain=one.host,
            digest=one.digest,
            severity=_SEVERITIES[one.severity],
            comment=one.comment if is_reasoned else UNSET,
        )
        for one in await call.ground.others.blocks(call.store, call.here)
    ]


@api.get("/api/v1/instance/languages", returns=list[server_entities.Language])
def all_languages(db: Reader, call: Call[NoForm]) -> list[server_entities.Language]:
    """Languages that a post can be in, named in English: config/routes/api.rb."""
    del db, call
    return [server_entities.Language(code=one.code, name=one.name) for one in languages.LANGUAGES.values()]


def _may_see(audience: Audience, viewer: Viewer) -> bool:
    return audience == "all" or (audience == "users" and bool(viewer.account))


def _not_for_strangers(call: Call[NoForm] | Call[PeerSearchForm]) -> None:
    """Where only listed servers are spoken with, nobody else is told of them."""
    if call.here.federation == "allow-list" and not call.account:
        raise NotSignedIn("This API requires an authenticated user")
