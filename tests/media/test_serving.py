import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.media.serving import serve
from martlet.media.store import LocalStore, new_key

BODY = bytes(range(100))


@pytest.fixture
def key(store: LocalStore) -> str:
    key = new_key("image/png")
    store.put(key, BODY)
    return key


def test_the_whole_file_under_its_own_type_for_ever(store: LocalStore, key: str) -> None:
    served = serve(store, key)
    assert (served.status, served.path, served.offset, served.length) == (200, store.path(key), 0, 100)
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["Content-Length"] == "100"
    assert served.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in served.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("range", "offset", "length"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=90-", 90, 10),
        ("bytes=-7", 93, 7),
        ("bytes=-500", 0, 100),
        ("bytes=95-1000", 95, 5),
    ],
)
def test_one_range(store: LocalStore, key: str, range: str, offset: int, length: int) -> None:
    served = serve(store, key, range=range)
    assert (served.status, served.offset, served.length) == (206, offset, length)
    assert served.headers["Content-Range"] == f"bytes {offset}-{offset + length - 1}/100"
    assert served.headers["Content-Length"] == str(length)


@pytest.mark.parametrize(
    "range", ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "bytes=", "items=0-1", "bytes=a-b", "", "bytes=1-2-3"]
)
def test_what_we_cannot_read_or_do_not_serve_in_parts_is_the_whole(
    store: LocalStore, key: str, range: str
) -> None:
    assert serve(store, key, range=range).status == 200


@pytest.mark.parametrize("range", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_beyond_the_end(store: LocalStore, key: str, range: str) -> None:
    served = serve(store, key, range=range)
    assert served.status == 416
    assert served.path is None
    assert served.headers["Content-Range"] == "bytes */100"


def test_an_empty_file_has_no_ranges(store: LocalStore) -> None:
    key = new_key("image/png")
    store.put(key, b"")
    assert serve(store, key, range="bytes=0-0").status == 416
    assert serve(store, key).length == 0


def test_who_has_it_already_gets_nothing(store: LocalStore, key: str) -> None:
    etag = serve(store, key).headers["ETag"]
    for asked in (etag, f'"other", W/{etag}', "*"):
        served = serve(store, key, if_none_match=asked)
        assert (served.status, served.path) == (304, None)
    assert serve(store, key, if_none_match='"other"').status == 200


def test_a_range_of_another_version_is_the_whole(store: LocalStore, key: str) -> None:
    etag = serve(store, key).headers["ETag"]
    assert serve(store, key, range="bytes=0-1", if_range=etag).status == 206
    assert serve(store, key, range="bytes=0-1", if_range='"other"').status == 200


@pytest.mark.parametrize("name", ["", "../x", "aa/bb/c.png", "%2e%2e/x", "aa/bb/" + "c" * 28 + ".html"])
def test_what_is_no_key_is_not_there(store: LocalStore, name: str) -> None:
    served = serve(store, name)
    assert (served.status, served.path) == (404, None)


@given(first=st.none() | st.integers(0, 300), last=st.none() | st.integers(0, 300))
def test_a_range_is_never_more_than_there_is(
    store: LocalStore, key: str, first: int | None, last: int | None
) -> None:
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    served = serve(store, key, range=asked)
    if served.status == 206:
        sent = BODY[served.offset : served.offset + served.length]
        assert len(sent) == served.length > 0
        expected = BODY[-(last or 0) :] if first is None else BODY[first : None if last is None else last + 1]
        assert sent == expected
    else:
        assert served.status in {200, 416}
