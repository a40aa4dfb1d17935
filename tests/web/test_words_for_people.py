"""What scopes, errors and emoji become on a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import Conflict, InvalidInput, NotFound, TooMany
from martlet.web import emoji
from martlet.web.cards import Emoji, Html
from martlet.web.permissions import PERMISSIONS, in_plain_words
from martlet.web.wording import BY_CODE, Problem, Sentence, problems_of


def said(*scopes: str) -> list[str]:
    return [permission.sentence.msgid for permission in in_plain_words(scopes)]


def test_a_wide_scope_says_all_of_it_once() -> None:
    assert said("read", "read:accounts", "read:statuses", "profile") == [PERMISSIONS["read"].sentence.msgid]
    assert said("write", "follow", "write:follows") == [PERMISSIONS["write"].sentence.msgid]
    assert said("follow", "write:mutes") == [PERMISSIONS["follow"].sentence.msgid]


def test_fine_scopes_are_said_each() -> None:
    assert said("write:media", "read:lists") == [
        PERMISSIONS["read:lists"].sentence.msgid,
        PERMISSIONS["write:media"].sentence.msgid,
    ]
    assert said() == []


def test_power_over_others_stands_out() -> None:
    (weighty,) = in_plain_words(["admin:write:reports"])
    assert weighty.is_weighty
    assert not any(permission.is_weighty for permission in in_plain_words(["read", "write", "push"]))


@given(st.sets(st.sampled_from(sorted(PERMISSIONS))))
def test_no_scope_goes_unsaid(scopes: set[str]) -> None:
    covering = {"profile": {"read"}, "follow": {"write"}}
    shown = {permission.sentence.msgid for permission in in_plain_words(scopes)}
    for scope in scopes:
        wider = {scope, scope.split(":")[0], *covering.get(scope, ())}
        if scope in {"write:blocks", "write:follows", "write:mutes"}:
            wider.add("follow")
        assert shown & {PERMISSIONS[one].sentence.msgid for one in wider & scopes if one in PERMISSIONS}


def test_errors_stand_at_their_field() -> None:
    error = InvalidInput(
        "No.", details={"username": [("taken", "has already been taken")], "x": [("odd", "Odd.")]}
    )
    assert problems_of(error) == (
        Problem("username", BY_CODE["taken"]),
        Problem("x", Sentence("{text}", {"text": "Odd."})),
    )
    assert problems_of(InvalidInput("It is odd.", "date")) == (
        Problem("date", Sentence("{text}", {"text": "It is odd."})),
    )
    assert problems_of(TooMany("Slow down."))[0].sentence == BY_CODE["too_many"]
    assert problems_of(Conflict("Somebody was faster."))[0].field == ""


def test_what_is_no_fault_of_the_form_goes_on_its_way() -> None:
    with pytest.raises(NotFound):
        problems_of(NotFound())


CAT = Emoji("cat", "https://example.org/cat.png")


def test_emoji_stand_for_their_shortcodes() -> None:
    assert '<img class="emoji" src="https://example.org/cat.png" alt=":cat:"' in emoji.in_text(
        "a :cat: b", (CAT,)
    )
    assert emoji.in_text(":dog: <b>", (CAT,)) == ":dog: &lt;b&gt;"


def test_emoji_leave_links_alone() -> None:
    html = Html("<a href=\"https://x.test/:cat:\" title='>:cat:'>:cat:</a>")
    shown = str(emoji.in_html(html, (CAT,)))
    assert shown.startswith('<a href="https://x.test/:cat:" title=\'>:cat:\'><img class="emoji"')
    assert shown.count("<img") == 1


@pytest.mark.parametrize(
    "bad",
    [
        Emoji('a" onload=1 x="', "https://example.org/a.png"),
        Emoji("a", "javascript:alert(1)"),
        Emoji("a", "data:image/svg+xml,x"),
        Emoji("", "https://example.org/a.png"),
    ],
)
def test_b8_a_bad_emoji_is_not_shown(bad: Emoji) -> None:
    shown = str(emoji.in_html(Html(f":{bad.shortcode}: :a:"), (bad,)))
    assert "<img" not in shown


def test_b8_an_address_cannot_break_out() -> None:
    assert '"onerror' not in str(emoji.in_text(":a:", (Emoji("a", 'https://x.test/"onerror="1'),)))
