"""Which characters are one emoji, and how they are spelled."""

import pytest

from martlet.text.emoji import as_picture, one_emoji


@pytest.mark.parametrize(
    ("text", "spelled", "shown"),
    [
        ("🎉", "🎉", "🎉"),
        (" 👍🏽 ", "👍🏽", "👍🏽"),
        ("❤", "❤", "❤️"),
        ("❤️", "❤", "❤️"),
        ("☕", "☕", "☕"),
        ("☕️", "☕", "☕"),
        ("👩‍👩‍👧", "👩‍👩‍👧", "👩‍👩‍👧"),
        ("🏳️‍🌈", "🏳️‍🌈", "🏳️‍🌈"),
        ("❤️‍🔥", "❤️‍🔥", "❤️‍🔥"),
        ("🇩🇪", "🇩🇪", "🇩🇪"),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"),
        ("1️⃣", "1⃣", "1️⃣"),
        ("🫠", "🫠", "🫠"),
    ],
    ids=["party", "skin", "heart", "heart as a picture", "coffee", "coffee as a picture", "family", "rainbow", "fire",
         "flag", "Wales", "keycap", "newer"],
)  # fmt: skip
def test_one_emoji(text: str, spelled: str, shown: str) -> None:
    assert one_emoji(text) == spelled
    assert as_picture(spelled) == shown
    assert one_emoji(shown) == spelled


@pytest.mark.parametrize(
    "text",
    ["", " ", "a", "ab", "1", "#", "好", "🎉🎉", "🎉a", "🇩", "\u200d", "\ufe0f", "\U0001f3fb", "<b>", ":x:", "🎉" * 50, "é",
     "\u202e", "\x00", "👍\u200d"],
    ids=range(20),
)  # fmt: skip
def test_no_emoji(text: str) -> None:
    assert one_emoji(text) is None
