"""docs/client-api.md says what is answered, and which test calls it."""

from tests.mastodon import listing
from tests.mastodon.listing import ABSENT, BEGIN, DOCUMENT, ELSEWHERE
from tests.mastodon.naming import ROOT


def test_every_method_is_answered_or_says_why_not() -> None:
    absent = {one.key for one in listing.listed() if not listing.is_served(one)}
    assert absent - ABSENT.keys() == set(), "neither there nor excused"
    assert ABSENT.keys() - absent == set(), "excused, but there or not in the list"
    for (_, path), file in ELSEWHERE.items():
        assert f'"{path}"' in (ROOT / file).read_text(encoding="utf-8")


def test_every_method_is_called_by_a_test() -> None:
    theirs = {one.asked for one in listing.listed() if listing.is_served(one)}
    ours = {(one.method, listing.shape(one.path)) for one in listing.own()}
    assert sorted(call for call in theirs | ours if listing.best(call) is None) == []


def test_every_extension_is_documented() -> None:
    assert sorted(listing.undocumented()) == []


def test_the_document_is_as_the_methods_and_tests_are() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert BEGIN in written
    assert BEGIN + written.partition(BEGIN)[2] == listing.listing(), (
        "renew it: python -m tests.mastodon.listing"
    )
