"""Markup that fetches or grows (docs/security.md, E14): pages are read as HTML, whatever they say they are."""

from pathlib import Path

import pytest

from martlet.text.previews import markup
from tests.network.servers import answer, listening, saying

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_e14_external_entities_are_not_fetched(tmp_path: Path) -> None:
    """Neither files nor addresses: as an entity, a DTD, a style sheet, or by XInclude."""
    secret = tmp_path / "secret"
    secret.write_text("secretword")
    async with listening(saying(answer(200, b"secretword"))) as there:
        for address in (there.url, secret.as_uri(), str(secret)):
            for head in (
                f'<!DOCTYPE html [<!ENTITY x SYSTEM "{address}">]>',
                f'<!DOCTYPE html SYSTEM "{address}">',
                f'<!DOCTYPE html [<!ENTITY % x SYSTEM "{address}"> %x;]>',
                f'<?xml-stylesheet href="{address}"?>',
                f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}" parse="text"/>',
            ):
                page = f'<?xml version="1.0"?>{head}<html><head><title>a&x;b</title><meta name="d" content="&x;"></head></html>'
                assert "secretword" not in repr(markup.read(page))
        assert there.connections == 0


def test_e14_entities_do_not_multiply() -> None:
    page = (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{LAUGHS}]><html><title>&l9;</title></html>'
    )
    found = markup.read(page)
    assert len(found.title) < 10 * len(page)
    assert "lollol" not in found.title
