"""Group I of the attacks: what others made for us."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
FLOORS = {
    "h11": (0, 16, 0),
    "python-multipart": (0, 0, 30),
    "starlette": (1, 3, 1),
    "litestar": (2, 22, 0),
    "urllib3": (2, 7, 0),
    "pillow": (12, 3, 0),
    "joserfc": (1, 6, 8),
}
"""The first versions without the holes that are known of."""


def locked(path: Path) -> dict[str, tuple[int, ...]]:
    found = re.findall(r"^([\w.-]+)==([\d.]+)", path.read_text(), re.MULTILINE)
    return {name.lower(): numbers(version) for name, version in found}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_i1_no_version_with_a_known_hole_is_locked(path: Path) -> None:
    """I1"""
    versions = locked(path)
    assert versions
    for name, floor in FLOORS.items():
        assert versions.get(name, floor) >= floor, f"{name} {versions[name]}"


def test_i1_no_version_with_a_known_hole_is_installed() -> None:
    """I1"""
    for one in metadata.distributions():
        floor = FLOORS.get(one.metadata["Name"].lower())
        assert floor is None or numbers(one.version) >= floor, one.metadata["Name"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_i2_every_package_is_locked_by_its_hash(path: Path) -> None:
    """I2"""
    text = path.read_text()
    for block in re.split(r"\n(?=\S)", text.strip()):
        if block.startswith("#"):
            continue
        assert re.match(r"[\w.-]+==", block), block[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block[:80]
    assert "index-url" not in text
    assert "find-links" not in text
    assert "git+" not in text
    assert "http:" not in text


def test_i2_hashes_are_asked_for_wherever_something_is_installed() -> None:
    """I2"""
    for line in (ROOT / "Makefile").read_text().splitlines():
        if re.search(r"pip install .*-r ", line):
            assert "--require-hashes" in line, line


def test_i2_pages_load_nothing_from_elsewhere() -> None:
    """I2"""
    web = ROOT / "martlet" / "web"
    own = [path for path in web.rglob("*.js") if path.name != "htmx.js"]
    for path in sorted([*web.rglob("*.html"), *web.rglob("*.css"), *own]):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in re.sub(r'<script (?:type="module"|defer) src="{{ asset\("', "", text), path
        assert not re.search(r"""["'`]https?:(?!//www\.w3\.org/)""", text) or path.suffix != ".js", path
        assert not re.search(
            r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", text
        ), path
