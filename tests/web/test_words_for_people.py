"""What scopes, errors and emoji become on a page."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import Conflict, InvalidInput, NotFound, TooMany
from martlet.web import emoji
from martlet.web.cards import Emoji, Html
from martlet.web.error_words import RAW, SAID, told
from martlet.web.language import Language
from martlet.web.permissions import PERMISSIONS, in_plain_words
from martlet.web.rendering import environment
from martlet.web.wording import BY_CODE, Problem, Sentence, problems_of
from martlet.web.writing import PROBLEMS


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


SHOWN = ("media/*.py", "text/names.py", "text/urls.py", "web/**/*.py", "services/*.py")
"""Where what is raised is told on pages, in the error's own words."""
UNTOLD = (
    *("authorizing", "requesting", "reviewing_trends", "translating"),  # asked for by apps only
    *(
        "going_on",
        "import_posts",
        "importing_bundles",
        "intake",
        "mailing.LetterRefused",
        "receiving",
    ),  # jobs
    "setting_up.SetupSpent",  # has a page of its own
)
IN_PARTS = {"Email {}", "Canonical email hash {}", "{} has already been taken", "no more than {} at once"}
"""Of the first three the list has each whole sentence; the last is an app's."""


def _raised() -> dict[str, str]:
    """What is said where something is wrong with a form, with `{}` for what changes in it; and where it stands."""
    root, found = files("martlet"), {}
    for path in sorted(one for pattern in SHOWN for one in Path(str(root)).glob(pattern)):
        if path.stem in UNTOLD:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(name), args=[first, *_])) if name in ERRORS:
                    found[_words(first)] = f"{path.name}:{node.lineno}"
                case ast.ClassDef(name=name) if f"{path.stem}.{name}" not in UNTOLD:
                    found |= dict.fromkeys(_of_its_own(node), f"{path.name}:{name}")
    return {words: place for words, place in found.items() if words.strip("{}") and words not in IN_PARTS}


def _of_its_own(error: ast.ClassDef) -> list[str]:
    """What every error of a class says, where pages do not go by its code."""
    codes = [
        ast.literal_eval(one.value)
        for one in error.body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "code"
    ]
    if {*codes} & ({*BY_CODE} | {*PROBLEMS}):
        return []
    calls = [
        one
        for one in ast.walk(error)
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "super().__init__"
    ]
    return [_words(one.args[0]) for one in calls if one.args]


ERRORS = ("InvalidInput", "Conflict", "NotAllowed", "CannotArrange", "CannotAttach", "CannotReact", "CannotUndo",
          "CannotVote", "InvalidHandle", "InvalidHost", "InvalidUrl", "ListRejected", "MediaNotSupported", "MediaTooLarge",
          "TooManyScheduled")  # fmt: skip


def _words(said: ast.expr) -> str:
    match said:
        case ast.Constant(str(text)):
            return text.removeprefix(RAW)
        case ast.JoinedStr(parts):
            return "".join(
                str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts
            ).removeprefix(RAW)
    return ""


def test_what_use_cases_say_is_wrong_can_be_said_in_every_language() -> None:
    """That each of these is translated is held by the test of catalogues."""
    known = {re.sub(r"\{\w\}", "{}", one.msgid) for one in SAID} | {one.msgid for one in BY_CODE.values()}
    raised = _raised()
    assert len(raised) > 200
    assert {words: place for words, place in raised.items() if words not in known} == {}


def test_errors_are_said_with_what_changes_in_them() -> None:
    said = problems_of(
        InvalidInput("Validation failed: Title is too long (maximum is 3000 characters)", "title")
    )
    assert said == (Problem("title", Sentence("Title is too long (maximum is {a} characters)", {"a": 3000})),)
    tongue = environment(Language.GERMAN)
    assert (
        tongue.render_str("{{ tell(one) }}", one=said[0].sentence)
        == "Der Titel ist zu lang (höchstens 3.000 Zeichen)"
    )
    assert (
        tongue.render_str('{{ _n("one post", "{n} posts", 5000) }} {{ 1234|figure }}')
        == "5.000 Beiträge 1.234"
    )
    assert told("The file has 3 MB; 2 MB are allowed.").values == {"a": "3 MB", "b": "2 MB"}
    assert told("This server cannot read <b> pictures.").values == {"a": "<b>"}
    assert told("{a} is odd") == Sentence("{text}", {"text": "{a} is odd"})


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
