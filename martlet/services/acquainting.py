"""
Knowing accounts elsewhere: keeping what their servers say of them, cleaned.

Only what an account's own server says is kept (attacks D2, D8): whoever calls
has fetched the document from there. An account is who its uri is; a handle that
another account has is never taken over (attacks D14).
"""

import html
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from martlet.activitypub import parse
from martlet.activitypub.things import Emoji, Picture, Profile
from martlet.model.carrying import Trust
from martlet.model.continuity import Statement
from martlet.model.errors import EvidenceRejected
from martlet.model.events import AccountChanged
from martlet.model.moderation import Policy, strictest
from martlet.model.names import AccountId, Uri, host_of, origin_of
from martlet.model.packs import FeaturePolicy
from martlet.model.server import Server
from martlet.services import continuing, restricting, sweeping, watching
from martlet.signing import actor_keys, continuity, identity_proofs
from martlet.signing.identity_proofs import Identity
from martlet.signing.keys import Kind
from martlet.storage import accounts, emojis, keys, moves, peer_policies, peers, remotes
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.storage.remotes import Remote
from martlet.text import names, render, sanitize
from martlet.text.cleaning import one_line
from martlet.text.urls import InvalidUrl, parse_url

NAME_LIMIT = 200
DESCRIPTION_LIMIT = 1500
MOST_FIELDS = 20
MOST_EMOJIS = 10_000
"""Custom emoji kept of one server."""
MOST_EMOJIS_AT_ONCE = 100
"""Custom emoji taken from one document."""
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:[a-z]+|#[0-9]+);")


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """An actor document that was fetched from its own server, with its keys (uri, kind, public)."""

    profile: Profile
    keys: tuple[tuple[Uri, str, str], ...]
    host: str
    """Of its handle."""
    statement: Statement | None = None
    """What the account's root key has signed."""
    gateways: tuple[str, ...] = ()
    """Servers that carry it, as the document lists them."""
    identities: tuple[Identity, ...] = ()
    """Other keys that have signed that the account is theirs."""


def keep(db: Writer, found: Acquaintance, here: Server) -> AccountId:
    """Know an account, or what has changed of it. Raises `EvidenceRejected`."""
    profile = found.profile
    if host_of(profile.uri) == here.host or here.is_here(found.host):
        raise EvidenceRejected("An account of this server does not come from elsewhere.")
    if origin_of(profile.inbox) != origin_of(profile.uri):
        raise EvidenceRejected("An account's inbox is on another server than the account.")
    policy = _policy(db, found, here)
    if found.statement is not None:
        continuing.learn(db, found.statement, Trust.CONFIRMED, here)
    known = accounts.find_by_uri(db, profile.uri)
    if known is not None and (known.deleted_at is not None or known.left_at is not None):
        return known.id
    id = known.id if known is not None else _insert(db, found, here)
    url = _address(profile.url)
    accounts.update(
        db,
        id,
        kind=profile.kind,
        url=url or profile.uri,
        display_name=names.display_name(profile.name)[:NAME_LIMIT],
        note_html=_note(profile.html, here),
        fields=_fields(profile, found.identities),
        is_locked=int(profile.is_locked),
        is_discoverable=int(profile.is_discoverable),
        is_indexable=int(profile.is_indexable),
        attribution=json.dumps(_hosts(profile.attribution)),
        created_at=min(profile.created_at or here.now_ms(), here.now_ms()),
        feature_policy=_feature_policy(profile),
        suspended_there=int(profile.is_suspended),
        is_memorial=int(profile.is_memorial),
        **_pictures("avatar", None if policy.refuses_media else profile.avatar),
        **_pictures("header", None if policy.refuses_media else profile.header),
    )
    _keep_addresses(db, id, found, here)
    restricting.mark_account(db, id, here)
    keys.replace_remote(db, id, continuing.admitted(db, profile.uri, found.keys))
    watching.learn(db, profile.uri, found.gateways, here)
    keep_emojis(db, profile.emojis, found.host, here)
    accounts.update(db, id, moved_to_id=_moved_to(db, profile))
    db.emit(AccountChanged(id))
    sweeping.want(db, here)
    return id


def get_to_know(db: Writer, document: dict[str, Any], here: Server) -> AccountId:
    """
    Know an account by its actor document out of a file, of which it is certain that the account has signed it.

    Raises `EvidenceRejected`, `MalformedDocument`.
    """
    profile = parse.profile(document)
    named = tuple(
        (Uri(name), key.kind.value, key.to_pem() if key.kind is Kind.RSA else key.to_multibase())
        for name, key in actor_keys.of_actor(document).items()
    )
    statement = continuity.of_actor(document, here.now())
    identities = identity_proofs.of_actor(document, here.now())
    host = host_of(profile.uri)
    return keep(db, Acquaintance(profile, named, host, statement, identities=identities), here)


def _feature_policy(profile: Profile) -> str:
    said = profile.feature_policy
    return "" if said is None else FeaturePolicy(said.automatic, said.manual).written()


def _moved_to(db: Reader, profile: Profile) -> AccountId | None:
    """Where an account says that it has moved, if the account there says the same."""
    target = accounts.find_by_uri(db, profile.moved_to) if profile.moved_to is not None else None
    if target is None or target.uri == profile.uri or not continuing.may_move(db, profile.uri, target.uri):
        return None
    if target.is_here:
        named = {one.uri for one in moves.aliases(db, target.id)}
    else:
        remote = remotes.find(db, target.id)
        named = set(json.loads(remote.aliases)) if remote is not None else set()
    return target.id if profile.uri in named else None


def _policy(db: Writer, found: Acquaintance, here: Server) -> Policy:
    """How the account's server is treated. Raises `EvidenceRejected` where it is not spoken with."""
    hosts = {host_of(found.profile.uri), found.host}
    policy = strictest([peer_policies.policy(db, host) for host in hosts])
    if not peer_policies.speaks_with(policy, here):
        raise EvidenceRejected("We do not speak to the account's server.")
    return policy


def _insert(db: Writer, found: Acquaintance, here: Server) -> AccountId:
    """A server's own account is called as its host, where that has a port too."""
    profile, id = found.profile, AccountId(here.next_id())
    if not _is_username(profile.username) and profile.username not in (found.host, host_of(profile.uri)):
        raise EvidenceRejected("An account's name is not one that a handle can have.")
    try:
        with db.part():
            accounts.insert(
                db, id, profile.username, found.host, profile.uri, profile.uri, here.now_ms(), profile.kind
            )
    except AlreadyThere:
        known = accounts.find_by_uri(db, profile.uri)
        if known is None:
            raise EvidenceRejected("Another account goes by this handle.") from None
        return known.id  # somebody else got to know it at this moment
    return id


def _is_username(name: str) -> bool:
    try:
        return names.parse_handle(name) == (name, None)
    except names.InvalidHandle:
        return False


def _keep_addresses(db: Writer, id: AccountId, found: Acquaintance, here: Server) -> None:
    profile = found.profile
    home = origin_of(profile.uri)
    own = {
        name: address if address and origin_of(Uri(address)) == home else ""
        for name, address in (
            ("shared_inbox", profile.shared_inbox),
            ("outbox", profile.outbox),
            ("followers", profile.followers),
            ("following", profile.following),
            ("featured", profile.featured),
        )
    }
    remotes.put(
        db,
        Remote(
            account_id=id,
            inbox=profile.inbox,
            aliases=json.dumps(list(profile.aliases)),
            fetched_at=here.now_ms(),
            host=host_of(profile.uri),
            shared_inbox=own["shared_inbox"] or profile.inbox,
            outbox=own["outbox"],
            followers=own["followers"],
            following=own["following"],
            featured=own["featured"],
        ),
    )
    for host in {host_of(profile.uri), found.host}:
        peers.note(db, host, here.now_ms())


def keep_emojis(db: Writer, said: Sequence[Emoji], host: str, here: Server) -> None:
    """
    What a server's own documents say of its emoji; so many of each server, and no more.

    One that says when it changed is only changed by what says that it is newer.
    """
    if not said or peer_policies.policy(db, host).refuses_media:
        return
    for emoji in said[:MOST_EMOJIS_AT_ONCE]:
        address, now = _address(emoji.url), here.now_ms()
        is_known = bool(emojis.named(db, [emoji.shortcode], host))
        if not address or (not is_known and emojis.has_as_many(db, host, MOST_EMOJIS)):
            continue
        updated_at = None if emoji.updated_at is None else min(emoji.updated_at, now)
        row = emojis.Emoji(
            here.next_id(), emoji.shortcode, host, address, address, None, 0, now, emoji.uri, updated_at
        )
        emojis.put(db, row)


def _note(html: str, here: Server) -> str:
    """PeerTube and others say plain text where HTML is due, which shows by its having no markup at all."""
    if _MARKUP.search(html):
        return sanitize.sanitize(html)
    return render.html(render.parse(html), {}, here.tag_url)


def _fields(profile: Profile, identities: Sequence[Identity]) -> str:
    shown: list[dict[str, str | None]] = [
        {
            "name": one_line(one.name)[:NAME_LIMIT],
            "text": sanitize.plain(one.html),
            "html": sanitize.sanitize(one.html),
            "verified_at": None,
        }
        for one in profile.fields[:MOST_FIELDS]
    ]
    shown += [
        {
            "name": one.subject[: one.subject.find(":", len("did:"))],
            "text": one.subject,
            "html": html.escape(one.subject),
            "verified_at": None if one.proven_at is None else one.proven_at.isoformat(),
            "proof": "unknown" if one.proven_at is None else "good",
        }
        for one in identities
    ]
    return json.dumps(shown, ensure_ascii=False)


def _hosts(found: Sequence[str]) -> list[str]:
    """Those that are names of hosts, in their one spelling."""
    hosts: list[str] = []
    for one in found:
        with suppress(names.InvalidHost):
            hosts.append(names.normalise_host(one))
    return hosts


def _pictures(name: str, picture: Picture | None) -> dict[str, str]:
    url = _address(picture.url) if picture is not None else ""
    text = picture.description[:DESCRIPTION_LIMIT] if picture is not None and url else ""
    return {name: url, f"{name}_static": url, f"{name}_text": text}


def _address(text: str) -> str:
    """A web address in its one spelling; empty for anything else (attacks B3)."""
    try:
        return str(parse_url(text)) if text else ""
    except InvalidUrl:
        return ""


def addresses(found: Sequence[str]) -> list[str]:
    """Those that are web addresses."""
    return [address for address in map(_address, found) if address]
