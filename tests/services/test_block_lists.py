"""Block lists, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.ids import IdMaker
from martlet.model.moderation import Decision, Policy, Severity
from martlet.model.server import Server
from martlet.services import block_lists
from martlet.services.block_lists import ListRejected, read, write
from martlet.services.here import now
from martlet.text.cleaning import one_line

HERE = Server("https://home.example", "home.example", IdMaker(0, lambda: 0), now, "1")
MASTODON = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,True,True,"Spam, and worse",False
Loud.Example,silence,false,false,,true
pictures.example,noop,True,False,,False
fine.example,noop,False,False,,False
"""

labels = st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True)
hosts = st.builds(lambda one, two: f"{one}.{two}.example", labels, labels)
policies = st.builds(
    Policy,
    severity=st.sampled_from(Severity),
    refuses_media=st.booleans(),
    refuses_reports=st.booleans(),
).filter(lambda policy: policy.is_restriction)
comments = st.text(max_size=200).map(lambda text: one_line(text).strip())
decisions = st.builds(Decision, hosts, policies, comment=comments, is_obfuscated=st.booleans())


def test_as_mastodon_writes_it() -> None:
    found = read(MASTODON, HERE)
    assert list(found.decisions.values()) == [
        Decision("bad.example", Policy(Severity.SUSPEND, False, True, True), comment="Spam, and worse"),
        Decision("loud.example", Policy(Severity.LIMIT), is_obfuscated=True),
        Decision("pictures.example", Policy(refuses_media=True)),
    ]
    assert found.left_out == []


def test_bare_domains_are_suspended() -> None:
    found = read("\ufeff# a comment\nbad.example\r\n\r\n*.worse.example\n", HERE)
    assert {host: one.policy.severity for host, one in found.decisions.items()} == {
        "bad.example": Severity.SUSPEND,
        "worse.example": Severity.SUSPEND,
    }


@pytest.mark.parametrize(
    "domain",
    [
        "com",
        "home.example",
        "example",
        "b*d.example",
        "no host",
        "127.1",
        "a" * 300,
        "bad.example,perhaps",
        "ü..de",
    ],
)
def test_what_no_list_can_mean_is_left_out(domain: str) -> None:
    found = read(f"#domain,#severity\n{domain}\ngood.example,suspend\n", HERE)
    assert list(found.decisions) == ["good.example"]
    assert found.left_out == [domain.replace(",", ": ")[:100]]


@given(st.lists(decisions, unique_by=lambda one: one.host))
def test_what_is_written_is_read_again(wanted: list[Decision]) -> None:
    found = read(write(wanted), HERE)
    assert list(found.decisions.values()) == wanted
    assert found.left_out == []


def test_g13_nothing_is_a_formula() -> None:
    text = write(
        [Decision("bad.example", Policy(Severity.SUSPEND), comment='=HYPERLINK("https://evil.test")')]
    )
    assert ",'=HYPERLINK" in text.replace('"', "")


@given(st.text())
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        found = read(text, HERE)
    except ListRejected:
        return
    assert all("." in host for host in found.decisions)


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_lists, "MOST", 10)
    text = "\n".join(f"{number}.bad.example" for number in range(20))
    with pytest.raises(ListRejected):
        read(text, HERE)
