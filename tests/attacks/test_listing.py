"""docs/security.md says what the tests do."""

from tests.attacks import listing
from tests.attacks.listing import BEGIN, DOCUMENT, GROUPS, NOT_BUILT, UNTOUCHED, reason


def test_every_attack_is_tried_or_says_why_not() -> None:
    found = listing.tests()
    known = {f"{letter}{number}" for letter, (_, attacks) in GROUPS.items() for number in attacks}
    assert {id for id in known - found.keys() if reason(id) is None} == set()
    assert UNTOUCHED.keys() & found.keys() == set()
    assert found.keys() - known == set()
    assert NOT_BUILT.keys() - found.keys() == set()


def test_the_document_is_as_the_tests_are() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert BEGIN in written
    assert BEGIN + written.partition(BEGIN)[2] == listing.listing(), (
        "renew it: python -m tests.attacks.listing"
    )
