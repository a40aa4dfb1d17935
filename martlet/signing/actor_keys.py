"""
The keys an actor document names as its own, and nothing else (attacks D8).

    publicKey          one object or a list: {id, owner, publicKeyPem}
    assertionMethod    a list (FEP-521a): {id, type: Multikey, controller, publicKeyMultibase}

An entry counts only if it names the actor as its owner and its own name begins with the actor's id:
`#main-key` behind it as nearly everywhere, `/main-key` as in GoToSocial, `?…` as in Hubzilla. So nobody
takes a name that a neighbour's key could have. Entries that do not count are left out, as are keys we do
not use: one bad key spoils no other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from martlet.model.errors import MalformedDocument
from martlet.signing.keys import PublicKey

_MOST_KEYS = 16
_MAX_NAME = 2048
_BETWEEN = ("#", "/", "?")


def of_actor(actor: Mapping[str, Any]) -> dict[str, PublicKey]:
    """The keys of `actor` by their names (`https://…#main-key`). Trust it for what came from its own host."""
    owner = actor.get("id")
    if not isinstance(owner, str):
        return {}
    keys: dict[str, PublicKey] = {}
    for entry in list(_entries(actor))[:_MOST_KEYS]:
        name = entry.get("id")
        if isinstance(name, str) and name not in keys and _belongs(name, entry, owner):
            key = _read(entry)
            if key is not None:
                keys[name] = key
    return keys


def _entries(actor: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field in ("publicKey", "assertionMethod"):
        found = actor.get(field)
        for entry in found if isinstance(found, list) else [found]:
            if isinstance(entry, dict):
                yield entry


def _belongs(name: str, entry: Mapping[str, Any], owner: str) -> bool:
    is_named = name.startswith(owner) and name[len(owner) : len(owner) + 1] in _BETWEEN
    return is_named and len(name) <= _MAX_NAME and entry.get("owner", entry.get("controller")) == owner


def _read(entry: Mapping[str, Any]) -> PublicKey | None:
    pem, text = entry.get("publicKeyPem"), entry.get("publicKeyMultibase")
    try:
        if isinstance(pem, str):
            return PublicKey.from_pem(pem)
        if isinstance(text, str) and entry.get("type") == "Multikey":
            return PublicKey.from_multibase(text)
    except MalformedDocument:
        return None
    return None
