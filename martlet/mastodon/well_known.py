"""
Where to find whom and what: WebFinger, host-meta, NodeInfo.

RFC 7033, RFC 6415, https://nodeinfo.diaspora.software/schema.html
"""

from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Meta, Struct

from martlet.http.answer import NOSNIFF, Answer, json_answer
from martlet.mastodon import instance
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.server import Server
from martlet.services import identities, naming
from martlet.storage import accounts
from martlet.storage.accounts import Whereabouts
from martlet.storage.database import Reader

api = Api()

JRD = (b"content-type", b"application/jrd+json; charset=utf-8")
CACHED = (b"cache-control", b"max-age=600, public")


class WebFingerForm(Struct, frozen=True):
    resource: Annotated[
        str, Meta(max_length=2048, description="acct:ada@this.server, or an account's address.")
    ]


class Link(Struct, omit_defaults=True, kw_only=True):
    rel: str
    type: str | None = None
    href: str | None = None
    template: str | None = None


class Jrd(Struct):
    """RFC 7033 section 4.4."""

    subject: str
    aliases: list[str]
    links: list[Link]


class NodeInfoLinks(Struct):
    links: list[Link]


class NodeInfo(Struct, kw_only=True, rename="camel"):
    version: str
    software: dict[str, str]
    protocols: list[str]
    services: dict[str, list[str]]
    open_registrations: bool
    usage: dict[str, Any]
    metadata: dict[str, Any]


@api.get("/.well-known/webfinger", form=WebFingerForm, returns=Jrd)
def webfinger(db: Reader, call: Call[WebFingerForm]) -> Answer:
    """RFC 7033. Answers for every account here, whoever asks."""
    account = _find(db, call.form.resource, call.here)
    if account is None or account.is_gone:
        raise NotFound
    here = call.here
    return Answer(
        _jrd(account.username, account.url, account.uri, here.host, here.url), 200, [JRD, NOSNIFF, CACHED]
    )


@lru_cache(maxsize=4096)
def _jrd(username: str, url: str, uri: str, host: str, server: str) -> bytes:
    """Kept under all that it is made of, which a query has read just now."""
    found = Jrd(
        subject=f"acct:{username}@{host}",
        aliases=[url, uri],
        links=[
            Link(rel="http://webfinger.net/rel/profile-page", type="text/html", href=url),
            Link(rel="self", type="application/activity+json", href=uri),
            Link(
                rel="http://ostatus.org/schema/1.0/subscribe",
                template=f"{server}/authorize_interaction?uri={{uri}}",
            ),
        ],
    )
    return msgspec.json.encode(found)


@api.get("/.well-known/host-meta")
def host_meta(db: Reader, call: Call[NoForm]) -> Answer:
    """RFC 6415: where WebFinger is."""
    del db
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{_template(call.here)}"/>\n'
        "</XRD>\n"
    )
    return Answer(
        body.encode(), 200, [(b"content-type", b"application/xrd+xml; charset=utf-8"), NOSNIFF, CACHED]
    )


@api.get("/.well-known/host-meta.json", returns=NodeInfoLinks)
def host_meta_json(db: Reader, call: Call[NoForm]) -> Answer:
    """RFC 6415 appendix A."""
    del db
    return json_answer({"links": [Link(rel="lrdd", template=_template(call.here))]}, headers=(CACHED,))


@api.get("/.well-known/nodeinfo", returns=NodeInfoLinks)
def nodeinfo_links(db: Reader, call: Call[NoForm]) -> Answer:
    """Where NodeInfo is, in both versions."""
    del db
    links = [
        Link(
            rel=f"http://nodeinfo.diaspora.software/ns/schema/{version}",
            href=f"{call.here.url}/nodeinfo/{version}",
        )
        for version in ("2.0", "2.1")
    ]
    return json_answer(NodeInfoLinks(links), headers=(CACHED,))


@api.get("/nodeinfo/2.0", returns=NodeInfo)
async def nodeinfo_2_0(call: Call[NoForm]) -> Answer:
    """NodeInfo 2.0."""
    return await _nodeinfo(call, "2.0")


@api.get("/nodeinfo/2.1", returns=NodeInfo)
async def nodeinfo_2_1(call: Call[NoForm]) -> Answer:
    """NodeInfo 2.1: says where the source is, too."""
    return await _nodeinfo(call, "2.1")


def _find(db: Reader, resource: str, here: Server) -> Account | Whereabouts | None:
    """The account that `acct:ada@here`, `ada@here` or one of its addresses names."""
    if resource.startswith(("http://", "https://")):
        return _find_by_address(db, resource, here)
    username, _, host = resource.removeprefix("acct:").removeprefix("@").partition("@")
    if not host or not here.is_here(host.lower()):
        return None
    return accounts.find_whereabouts(db, username)


def _find_by_address(db: Reader, address: str, here: Server) -> Account | None:
    if not address.startswith(here.url + "/"):
        return None
    if address == identities.server_uri(here):
        return accounts.find(db, identities.SERVER)
    path = unquote(urlsplit(address).path)
    username = path.removeprefix("/users/").removeprefix("/@").removesuffix("/")
    return accounts.find_by_handle(db, username)


def _template(here: Server) -> str:
    return f"{here.url}/.well-known/webfinger?resource={{uri}}"


async def _nodeinfo(call: Call[NoForm], schema: str) -> Answer:
    here = call.here
    counts = await call.ground.figures.now(call.store, here)
    name = await call.store.reading(naming.server_name, here)
    software = {"name": "martlet", "version": here.version}
    if schema == "2.1":
        software["repository"] = here.source_url
    found = NodeInfo(
        version=schema,
        software=software,
        protocols=["activitypub"],
        services={"inbound": [], "outbound": ["atom1.0", "rss2.0"]},
        open_registrations=here.registration == "open",
        usage={
            "users": {
                "total": counts.users,
                "activeMonth": counts.active_month,
                "activeHalfyear": counts.active_half_year,
            },
            "localPosts": counts.posts,
        },
        metadata={
            "nodeName": name,
            "nodeDescription": here.description,
            "mastodonVersion": instance.MASTODON_VERSION,
        },
    )
    kind = f'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/{schema}#"; charset=utf-8'
    return Answer(msgspec.json.encode(found), 200, [(b"content-type", kind.encode()), NOSNIFF, CACHED])
