"""
The files of `static/`: all there are, at addresses that change when they do.

Scripts are modules without a build step. What one brings in from beside it (`"./live.js"`) is written
with the other's own address, so that browsers may keep each for ever. What is text is kept packed too.
"""

import re
import zlib
from functools import cache
from hashlib import sha256
from importlib.resources import files

from msgspec import Struct

from martlet.web import addresses

_SIBLING = re.compile(rb"""(?<=["'])\./([\w-]+\.js)(?=["'])""")
_WORTH_PACKING = (".js", ".css", ".svg", ".webmanifest")
_GZIP = 16 + zlib.MAX_WBITS


class Asset(Struct, frozen=True):
    """A file of `static/`: its bytes, the same as gzip has them (None: no smaller), and its address."""

    name: str
    content: bytes
    packed: bytes | None
    address: str


class ImportsInCircles(ValueError):
    """Two scripts that bring each other in have no address: each stands in the other."""


@cache
def assets() -> dict[str, Asset]:
    """Everything below /static, by name: the whole list, so nothing else can be asked for."""
    contents = {file.name: file.read_bytes() for file in files("martlet.web").joinpath("static").iterdir()}
    made: dict[str, Asset] = {}
    for name in contents:
        _make(name, contents, made, ())
    return made


def _make(name: str, contents: dict[str, bytes], made: dict[str, Asset], above: tuple[str, ...]) -> Asset:
    """Raises `ImportsInCircles`. A sibling that is not there is left as it is written."""
    if name in above:
        raise ImportsInCircles(" → ".join([*above, name]))
    if name not in made:

        def address(found: re.Match[bytes]) -> bytes:
            sibling = found[1].decode()
            if sibling not in contents:
                return found[0]
            return _make(sibling, contents, made, (*above, name)).address.encode()

        content = contents[name]
        if name.endswith(".js"):
            content = _SIBLING.sub(address, content)
        version = sha256(content).hexdigest()[:10]
        made[name] = Asset(
            name, content, _packed(name, content), f"{addresses.at(addresses.STATIC, name=name)}?v={version}"
        )
    return made[name]


def _packed(name: str, content: bytes) -> bytes | None:
    if not name.endswith(_WORTH_PACKING):
        return None
    packer = zlib.compressobj(9, wbits=_GZIP)
    packed = packer.compress(content) + packer.flush()
    return packed if len(packed) < len(content) else None
