"""Where somebody's documents can be had besides their own server, as an actor document says (`gateways`, FEP-ef61)."""

from collections.abc import Sequence
from typing import Any

from martlet.model.names import Uri, is_uri, origin_of

MOST = 8


def of_actor(document: dict[str, Any]) -> tuple[str, ...]:
    """What the document itself lists, without the actor's own server."""
    listed, name = document.get("gateways"), document.get("id")
    if not isinstance(listed, list) or not isinstance(name, str):
        return ()
    return addresses(listed[: 2 * MOST], besides=origin_of(Uri(name)))


def addresses(listed: Sequence[object], *, besides: str) -> tuple[str, ...]:
    """Those that are addresses of servers, in one spelling: scheme and host, without a path."""
    found: dict[str, None] = {}
    for one in listed:
        if not isinstance(one, str):
            continue
        address = f"{one.removesuffix('/')}/".lower()
        if is_uri(Uri(address)) and origin_of(Uri(address)) == address[:-1] != besides:
            found[address[:-1]] = None
    return tuple(found)[:MOST]
