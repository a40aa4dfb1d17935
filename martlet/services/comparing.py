"""
Comparing keys by hand: two people look at a fingerprint, or one reads the other's code.

What was compared is as certain as what the author's own server says. Because that holds for everybody here, only those
who look after other servers may say so.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from martlet.model.carrying import Trust
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId, Uri
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.services import acquainting, permitting
from martlet.services.checking_bundles import fingerprint
from martlet.signing import canonical_json
from martlet.signing.keys import Kind, PublicKey
from martlet.storage import accounts, carried, continuity, keys
from martlet.storage.database import Reader, Writer

_HEX = re.compile(r"(?:[0-9a-f]{4}[\s:-]*){12}")


class KeysDiffer(InvalidInput):
    code = "keys_differ"

    def __init__(self) -> None:
        super().__init__("This is another key.", "typed")


@dataclass(frozen=True, slots=True)
class Shown:
    """The key by which somebody is known here, and how far it is certain that it is theirs."""

    key: PublicKey
    is_root: bool
    trust: Trust


def known_key(db: Reader, actor: Uri) -> Shown:
    """Raises `NotFound` where no key of the account is known."""
    pin = continuity.find_pin(db, actor)
    if pin is not None:
        return Shown(PublicKey.from_did(pin.root), is_root=True, trust=pin.trust)
    account = accounts.find_by_uri(db, actor)
    if account is not None:
        for text in _document_keys(db, account.id, is_here=account.is_here):
            return Shown(PublicKey.from_multibase(text), is_root=False, trust=Trust.CONFIRMED)
    for one in carried.keys_of(db, actor):
        return Shown(PublicKey.from_multibase(one.public), is_root=False, trust=Trust.UNCONFIRMED)
    raise NotFound


def _document_keys(db: Reader, account: AccountId, *, is_here: bool) -> list[str]:
    if is_here:
        own = keys.own(db, account).get(Kind.ED25519)
        return [] if own is None else [own.public]
    return [public for _, kind, public in keys.remote_of(db, account) if kind == Kind.ED25519]


def fits(typed: str, key: PublicKey) -> bool:
    """Whether a fingerprint, or the text of a code, is that of a key."""
    found = _HEX.search(typed.lower())
    if found is not None and re.sub(r"[^0-9a-f]", "", found[0]) == fingerprint(key).replace(" ", ""):
        return True
    return key.to_did() in re.split(r"[\s#]+", typed)


def confirm(db: Writer, account: AccountId, actor: Uri, typed: str, here: Server) -> bool:
    """
    Somebody here has compared a key. False where it fits and they may not say so for everybody.

    Raises `KeysDiffer`, `NotFound`.
    """
    shown = known_key(db, actor)
    if not fits(typed, shown.key):
        raise KeysDiffer
    if not permitting.actor_of(db, account).role.may(Permission.MANAGE_FEDERATION):
        return False
    pin = continuity.find_pin(db, actor)
    if pin is not None:
        continuity.put_pin(db, replace(pin, trust=Trust.CONFIRMED))
    if accounts.find_by_uri(db, actor) is None:
        _get_to_know(db, actor, shown, here)
    return True


def _get_to_know(db: Writer, actor: Uri, shown: Shown, here: Server) -> None:
    """The account as its own document in a file says: signed with the key that was compared, or that its root key names."""
    body = carried.find_body(db, actor)
    if body is None:
        raise NotFound
    document = canonical_json.parse_object(body)
    if not shown.is_root:  # then nothing but the key that was compared says which other keys are theirs
        document = {
            **document,
            "publicKey": [],
            "assertionMethod": _only(document, shown.key),
            "attachment": [],
        }
    acquainting.get_to_know(db, document, here)


def _only(document: dict[str, Any], key: PublicKey) -> list[dict[str, Any]]:
    named = document.get("assertionMethod")
    found = named if isinstance(named, list) else [named]
    text = key.to_multibase()
    return [one for one in found if isinstance(one, dict) and one.get("publicKeyMultibase") == text]
