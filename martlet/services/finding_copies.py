"""
Where files of another server can be had while it is away: at its other addresses, and at its author's mirrors, which hand them
out by their SHA-256 (FEP-ef61).

Who answers does not matter, since another file would have another digest. What is asked is only who carries the author, by
the author's own word, and whom this server speaks with.
"""

from dataclasses import dataclass

from martlet.model.names import MediaId, Uri, host_of, origin_of
from martlet.model.server import Server
from martlet.signing import digests
from martlet.storage import accounts, circuits, gateways, media, mirrored, peer_policies
from martlet.storage.database import Reader
from martlet.storage.gateways import Gateway

MOST = 3
"""Mirrors asked for one file, and as many other addresses of its server at the most."""


@dataclass(frozen=True, slots=True)
class Copies:
    """`urls`: where to ask for the file. `come_first`: its own server is known to be away."""

    digest: bytes
    urls: tuple[str, ...]
    come_first: bool


def carriers(db: Reader, actor: Uri, here: Server) -> list[Gateway]:
    """The servers that carry an account, without this one, its own, and those that are not spoken with."""
    own = host_of(actor), here.host
    found = ((one, host_of(Uri(one.address))) for one in gateways.of_actor(db, actor))
    return [one for one, host in found if host not in own and not peer_policies.is_refused(db, host, here)]


def of_media(db: Reader, id: MediaId, here: Server) -> Copies | None:
    """None where no digest is known, nobody else has the file, or it was taken down here."""
    row = media.find_unfiltered(db, id)
    if row is None or row.digest is None or mirrored.is_taken_down(db, row.digest):
        return None
    author = accounts.get(db, row.owner_id)
    name = f"/.well-known/apgateway/hl:{digests.multihash(row.digest)}"
    home = host_of(Uri(row.file))
    path = row.file.removeprefix(origin_of(Uri(row.file)))
    urls = (
        *(f"{address}{path}" for address in gateways.addresses_of(db, home)[:MOST]),
        *(f"{one.address}{name}" for one in carriers(db, author.uri, here)[:MOST]),
    )
    is_away = circuits.find(db, home) is not None
    return Copies(bytes(row.digest), urls, is_away) if urls else None
