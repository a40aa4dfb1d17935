"""What posts alike share."""

from hypothesis import given
from hypothesis import strategies as st

from martlet.text import fingerprints

LONG = (
    "Dear friends, today only we sell the very best and by far the cheapest watches of the whole wide world, "
)


@given(
    people=st.lists(st.from_regex(r"@[a-z]{1,9}(@[a-z]{1,9}\.example)?", fullmatch=True)),
    number=st.integers(0),
)
def test_names_numbers_and_case_change_no_shape(people: list[str], number: int) -> None:
    text = f"{' '.join(people)} {LONG.upper()}\n\n{number} https://shop.example/{number}?q={number}"
    assert fingerprints.shape(text) == fingerprints.shape(f"{LONG} https://shop.example")


@given(st.text(max_size=200))
def test_any_text_has_a_shape_and_is_near_itself(text: str) -> None:
    shaped = fingerprints.shape(text)
    assert fingerprints.shape(shaped) == shaped
    found = fingerprints.bands(shaped)
    assert found is None or (fingerprints.are_near(found, found) and all(0 <= one < 1 << 32 for one in found))
    assert len(fingerprints.digest(shaped)) in (0, 64)


def test_a_little_changed_is_near_and_another_is_not() -> None:
    def bands(text: str) -> tuple[int, int, int, int]:
        found = fingerprints.bands(fingerprints.shape(text * 3))
        assert found is not None
        return found

    assert fingerprints.are_near(bands(LONG), bands(LONG.replace("friends", "friend")))
    assert not fingerprints.are_near(
        bands(LONG), bands("Grüße aus dem Garten, die Tomaten sind reif und rot! ")
    )
    assert fingerprints.bands("short") is None
    assert fingerprints.digest("short") == ""
    assert fingerprints.of_picture(None, 1, 1) == fingerprints.of_picture("LEHV6nWB2yk8", 0, 1) == ""
