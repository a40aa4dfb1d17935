"""What stands still under /static: addresses, scripts that bring each other in, and how it goes over the wire."""

import re
import zlib
from pathlib import Path

import pytest

import martlet.web
from martlet.web.assets import ImportsInCircles, _make, assets
from tests.client import Api

STATIC = Path(martlet.web.__file__).parent / "static"
OWN = sorted(file.name for file in STATIC.glob("*.js") if file.name != "htmx.js")


def test_files_change_their_address_with_their_content() -> None:
    for name, asset in assets().items():
        assert asset.address.startswith(f"/static/{name}?v=")
        assert asset.content
    assert len({asset.address.split("v=")[1] for asset in assets().values()}) == len(assets())


@pytest.mark.parametrize("name", OWN)
def test_what_a_script_brings_in_is_there(name: str) -> None:
    text = assets()[name].content.decode()
    brought = set(re.findall(r"""(?:import|from)\s*\(?\s*["']([^"']+)["']""", text))
    assert brought <= {asset.address for asset in assets().values()}


@pytest.mark.parametrize("name", OWN)
def test_html_gets_into_a_page_in_one_place_only(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createPolicy|\beval\b|new Function|\.on\w+\s*=|setTimeout\(\s*[\"\'`]",
        text,
    )
    assert set(found) <= ({"DOMParser", "createPolicy"} if name == "trusted.js" else set())


def test_the_library_is_there() -> None:
    assert assets()["htmx.js"].content.startswith(b"var htmx=")


def test_a_script_has_another_address_when_what_it_brings_in_changes() -> None:
    script = {"a.js": b'import "./b.js"; import("./gone.js")', "b.js": b"1"}
    first = _make("a.js", script, {}, ())
    second = _make("a.js", script | {"b.js": b"2"}, {}, ())
    assert first.address != second.address
    assert re.fullmatch(rb'import "/static/b\.js\?v=\w{10}"; import\("\./gone\.js"\)', first.content)


def test_scripts_that_bring_each_other_in_are_refused() -> None:
    with pytest.raises(ImportsInCircles, match=re.escape("a.js → b.js → a.js")):
        _make("a.js", {"a.js": b'import "./b.js"', "b.js": b'import "./a.js"'}, {}, ())


def test_text_goes_out_packed_to_those_who_take_it(api: Api) -> None:
    for name, kind in (
        ("main.js", "text/javascript"),
        ("app.css", "text/css"),
        ("icons.svg", "image/svg+xml"),
    ):
        address = assets()[name].address
        plain = api.get(address)
        assert plain.headers["content-type"].startswith(kind)
        assert "content-encoding" not in plain.headers
        for refused in ("gzip;q=0", "br, gzip ; q=0.0", "deflate"):
            assert api.get(address, headers={"accept-encoding": refused}).body == plain.body
        for taken in ("gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1", "deflate, GZIP"):
            packed = api.get(address, headers={"accept-encoding": taken})
            assert packed.headers["content-encoding"] == "gzip"
            assert packed.headers["vary"] == "Accept-Encoding"
            assert zlib.decompress(packed.body, 31) == plain.body
    picture = api.get(assets()["avatar.png"].address, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in picture.headers
