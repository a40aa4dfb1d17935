"""Archives made to harm are refused, and nothing of them lies where it should not (docs/security.md, group G)."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.archives import unpacking
from martlet.archives.errors import ArchiveRefused, ArchiveTooLarge, ArchiveUnsafe, NotAnArchive
from martlet.archives.unpacking import Limits, place_of
from tests.archives.making import files, tarred, zipped

SMALL = Limits(entries=20, total=1 << 20, document=1 << 19, file=1 << 18, free=1 << 20, directory=1 << 14)


def unpack(tmp_path: Path, body: bytes, limits: Limits = SMALL) -> Path:
    archive, folder = tmp_path / "archive", tmp_path / "into" / "folder"
    archive.write_bytes(body)
    unpacking.unpack(archive, folder, limits)
    return folder


def outside(tmp_path: Path) -> list[str]:
    """Whatever lies where it should not."""
    return [
        str(path)
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != "archive" and (tmp_path / "into" / "folder") not in path.parents
    ]


@pytest.mark.parametrize("make", [zipped, tarred], ids=["zip", "tar.gz"])
def test_an_honest_archive(tmp_path: Path, make: Callable[..., bytes]) -> None:
    content = files(media={"media_attachments/files/1/a.png": b"picture", "avatar.png": b"face"})
    folder = unpack(tmp_path, make(content))
    assert (folder / "outbox.json").read_bytes() == content["outbox.json"]
    assert (folder / "actor.json").read_bytes() == content["actor.json"]
    assert place_of(folder, "media_attachments/files/1/a.png").read_bytes() == b"picture"
    folder = unpack(tmp_path, make(content))
    assert place_of(folder, "avatar.png").read_bytes() == b"face"


def test_names_may_begin_with_a_dot(tmp_path: Path) -> None:
    folder = unpack(tmp_path, tarred(files(media={"a.png": b"x"}), prefix="./"))
    assert place_of(folder, "a.png").is_file()


@pytest.mark.parametrize("make", [zipped, tarred], ids=["zip", "tar.gz"])
@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "a/../../out",
        "/etc/out",
        "C:\\out",
        "a\\..\\out",
        "a\nb",
        "x" * 600,
        "OUTBOX.JSON",
        "outbox.json/",
    ],
)
def test_g3_names_that_lead_elsewhere(tmp_path: Path, make: Callable[..., bytes], name: str) -> None:
    with pytest.raises(ArchiveUnsafe):
        unpack(tmp_path, make(files(media={name: b"x"})))
    assert outside(tmp_path) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_g3_links_in_a_tar(tmp_path: Path, kind: bytes) -> None:
    made = io.BytesIO(gzip.decompress(tarred(files())))
    with tarfile.open(fileobj=made, mode="a") as archive:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(ArchiveUnsafe):
        unpack(tmp_path, gzip.compress(made.getvalue()))


def test_g3_links_in_a_zip(tmp_path: Path) -> None:
    made = io.BytesIO(zipped(files()))
    with zipfile.ZipFile(made, "a") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(ArchiveUnsafe):
        unpack(tmp_path, made.getvalue())


@pytest.mark.parametrize("make", [zipped, tarred], ids=["zip", "tar.gz"])
@pytest.mark.parametrize(
    "content",
    [
        {f"{number}": b"" for number in range(30)},
        {"big": b"\0" * (1 << 22)},
        {f"{number}": b"\0" * (1 << 17) for number in range(10)},
        {"outbox.json": b"[" * (1 << 20)},
    ],
    ids=["entries", "one file", "all files", "a document"],
)
def test_g1_more_than_it_is(tmp_path: Path, make: Callable[..., bytes], content: dict[str, bytes]) -> None:
    try:
        folder = unpack(tmp_path, make(files() | content))
    except ArchiveTooLarge:
        return
    assert not place_of(folder, "big").exists(), "a file that is too large is left out"


def test_g1_a_ratio_beyond_honesty(tmp_path: Path) -> None:
    body = zipped(files(media={"zeros": b"\0" * (1 << 23)}))
    with pytest.raises(ArchiveTooLarge):
        unpack(tmp_path, body, Limits(free=1 << 16, ratio=10))


def test_g1_a_header_that_is_all_memory(tmp_path: Path) -> None:
    """A tar may say that the name of the next file has gigabytes."""
    made = io.BytesIO()
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 1 << 33
    made.write(entry.tobuf(tarfile.GNU_FORMAT))
    made.write(b"a" * 4096)
    with pytest.raises(ArchiveRefused):
        unpack(tmp_path, gzip.compress(made.getvalue()))
    entry.type, entry.size = tarfile.XHDTYPE, 1 << 20
    with pytest.raises(ArchiveRefused):
        unpack(tmp_path, gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"a" * (1 << 20)))


def test_g1_a_directory_that_is_all_memory(tmp_path: Path) -> None:
    body = bytearray(zipped(files()))
    end = body.rfind(b"PK\x05\x06")
    body[end + 10 : end + 12] = struct.pack("<H", 60_000)
    with pytest.raises(ArchiveTooLarge):
        unpack(tmp_path, bytes(body))


def test_g2_entries_that_overlap(tmp_path: Path) -> None:
    """Three entries of one file's bytes: an archive of which much comes although little is in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, body in files().items():
            archive.writestr(name, body)
        archive.writestr("a", b"x" * 1000)
        for name in ("b", "c"):
            twin = zipfile.ZipInfo(name)
            first = archive.getinfo("a")
            twin.header_offset, twin.file_size, twin.compress_size, twin.CRC = (
                first.header_offset,
                first.file_size,
                first.compress_size,
                first.CRC,
            )
            archive.filelist.append(twin)
    with pytest.raises(ArchiveUnsafe):
        unpack(tmp_path, made.getvalue())


def test_g3_encrypted_entries(tmp_path: Path) -> None:
    body = bytearray(zipped(files()))
    at = body.find(b"PK\x01\x02")
    body[at + 8] |= 1
    with pytest.raises(ArchiveUnsafe):
        unpack(tmp_path, bytes(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"hello",
        zipped({"a": b""}),
        tarred({"a": b""}),
        zipped(files())[:-30],
        tarred(files())[:-30],
    ],
    ids=["nothing", "zip", "gz", "text", "no outbox", "no outbox either", "cut zip", "cut tar"],
)
def test_g4_what_is_no_archive(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        unpack(tmp_path, body)


@settings(max_examples=60)
@given(data=st.data(), make=st.sampled_from([zipped, tarred]))
def test_g4_broken_bytes_are_refused_or_read(tmp_path: Path, data: Any, make: Any) -> None:
    body = bytearray(make(files(media={"a.png": b"x" * 50})))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        unpack(tmp_path, bytes(body))
    except (ArchiveRefused, NotAnArchive):
        assert outside(tmp_path) == []
