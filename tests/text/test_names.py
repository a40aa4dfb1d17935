import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import InvalidInput
from martlet.text import names
from martlet.text.cleaning import many_lines, one_line

OWN = names.own_hosts("Martlet.test:3000")


def test_own_host_is_ours_with_its_port_and_without() -> None:
    assert frozenset({"martlet.test", "martlet.test:3000"}) == OWN
    assert names.own_hosts("martlet.test") == {"martlet.test"}
    assert names.own_hosts("[::1]:3000") == {"[::1]", "[::1]:3000"}


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("ada", ("ada", None)),
        ("@ada", ("ada", None)),
        (" @ada ", ("ada", None)),
        ("@Ada@MARTLET.test", ("Ada", None)),
        ("ada@martlet.test:3000", ("ada", None)),
        ("ada@martlet.test.", ("ada", None)),
        ("ada@martlet.test:3001", ("ada", "martlet.test:3001")),
        ("@ada@Peer.Example.", ("ada", "peer.example")),
        ("@ada.b-c@peer.example", ("ada.b-c", "peer.example")),
        ("@ada@例子.中国", ("ada", "xn--fsqu00a.xn--fiqs8s")),
        ("@ada@straße.de", ("ada", "xn--strae-oqa.de")),
        ("@ada@peer。example", ("ada", "peer.example")),
        ("@ada@127.0.0.1:80", ("ada", "127.0.0.1:80")),
        ("@ada@[::0001]:80", ("ada", "[::1]:80")),
    ],
)
def test_handles_that_are_read(text: str, handle: tuple[str, str | None]) -> None:
    assert names.parse_handle(text, OWN) == handle


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "@@ada", "ada@", "ada@@peer.example", "@ada@peer@example", "a da", "ada\n@x.de", "àda@x.de",
        "hacker@localh.st:1234/secret.txt?x#", "ada@x.de/", "ada@x.de?q", "ada@x.de#", "ada@x.de\\y", "ada@x..de",
        "ada@-x.de", "ada@x.de:", "ada@x.de:0", "ada@x.de:99999", "ada@x.de:1a", "ada@x.de:٣", "ada@[::1", "ada@::1",
        "ada@[::1%25lo]", "ada@0x7f.1", "ada@2130706433", "ada@127.1", "ada@300.1.1.1", "ada@x.de\x00", "ada@☃.net",
        "ada@xn--a", ".ada@x.de", "ada.@x.de", "a" * 256 + "@x.de", "ada@" + "a" * 64 + ".de", "ada@" + "a." * 200 + "de",
        "foo%bar@x.test", '"a"@x.test',
    ],
)  # fmt: skip
def test_e5_handles_that_are_refused(text: str) -> None:
    with pytest.raises(names.InvalidHandle) as refused:
        names.parse_handle(text, OWN)
    assert isinstance(refused.value, InvalidInput)


@given(st.text(max_size=60))
def test_any_text_is_a_handle_or_refused(text: str) -> None:
    try:
        username, host = names.parse_handle(text)
    except names.InvalidHandle:
        return
    again = username if host is None else f"@{username}@{host}"
    assert names.parse_handle(again) == (username, host)


@given(st.text(alphabet="aé例.-:[]0x1 @/\\。％%\x00", max_size=20))
def test_a_normalised_host_stays_as_it_is(text: str) -> None:
    try:
        host = names.normalise_host(text)
    except names.InvalidHost:
        return
    assert host.isascii()
    assert names.normalise_host(host) == host


def test_b9_usernames_are_ascii() -> None:
    assert names.is_username("Ada_1")
    assert names.is_username("a" * 30)
    for refused in (
        "",
        "a" * 31,
        "аdmin",
        "ada.b",
        "ada-b",
        "ada ",
        "ada\n",
        "ａda",
        "ädä",
    ):  # the first а is Cyrillic
        assert not names.is_username(refused)


def test_names_that_would_pass_for_the_server() -> None:
    for name in ("admin", "Admin", "_root_", "support", "API", "oauth", "settings", "me"):
        assert names.is_reserved(name)
    assert not names.is_reserved("ada")


def test_keys_are_the_same_for_every_spelling() -> None:
    assert names.handle_key("Ada", None) == "ada"
    assert names.handle_key("Ada", "peer.example") == names.handle_key("ADA", "peer.example")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\u2066b\u2069\u200fc\u061c", "abc"),
        ("a\x00b\x1bc", "abc"),
        ("e\u0301", "é"),
        ("\ud83d", ""),
        ("\u200b\u2060\ufeff\u3164\u2800", ""),
        ("\u200d\ufe0f", ""),
        ("👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Bcc:\r\nx", "Bcc: x"),
        ("ﬁ", "ﬁ"),
    ],
)
def test_b9_one_line_texts(typed: str, kept: str) -> None:
    assert names.display_name(typed) == kept


@given(st.text())
def test_cleaned_texts_can_be_stored_and_stay_as_they_are(text: str) -> None:
    for clean in (one_line, many_lines):
        kept = clean(text)
        kept.encode()
        assert "\x00" not in kept
        assert clean(kept) == kept
    assert "\n" not in one_line(text)


def test_line_ends_become_one() -> None:
    assert many_lines("a\r\nb\rc\u2028d\ne\tf\x0b") == "a\nb\nc\nd\ne\tf"
