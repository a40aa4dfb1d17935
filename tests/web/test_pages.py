"""Every page, rendered: complete, escaped, free of inline script and style, usable without a mouse."""

import importlib
import inspect
import pkgutil
import re
from enum import Enum
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

import martlet.web
from martlet.web import pages, public_pages
from martlet.web.assets import assets
from martlet.web.cards import ServerCard
from martlet.web.feeds import render_one
from martlet.web.language import Language
from martlet.web.pages import Frame, Page
from martlet.web.rendering import render
from martlet.web.wording import Problem
from tests.tables import for_each
from tests.web.member_samples import FEED_POSTS
from tests.web.sample_cards import NOW
from tests.web.samples import SAMPLES

ROOM = Path(martlet.web.__file__).parent
POISON = '"><img src=x onerror=1>'
HARMLESS = "harmless".ljust(len(POISON), "s")
CHOSEN_BY_US = {
    "kind",
    "sign",
    "visibility",
    "then",
    "joining",
    "msgid",
    "plural",
    "icon",
    "template",
    "audience",
    "which",
    "drawing",
    "step",
}
VOID = {"base", "input", "meta", "link", "img", "br", "hr"}
KEPT: dict[type, set[str]] = {
    Problem: {"field"},  # or it would not be shown at its field
    ServerCard: {"address"},  # from the settings
    pages.TwoFactorSetupPage: {"otpauth"},  # made by us
}
FILLED_BY_BROWSER = {
    "identifier": "username",
    "username": "username",
    "email": "email",
    "code": "one-time-code",
    "current_password": "current-password",
    "server_name": "off",
    "recovery_code": "off",
}


class Reading(HTMLParser):
    """What a page consists of: its elements in order, each with its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.wrapped: list[dict[str, str]] = []
        """Fields that stand inside of their label."""
        self._unseen: list[bool] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> says something twice: {names}"
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if "label" in self.open:
            self.wrapped.append(attributes)
        if tag not in VOID:
            self.open.append(tag)
            self._unseen.append(tag in {"script", "template"} or "hidden" in attributes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._unseen):  # scripts fill in what is not seen yet
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def rendered(page: Page, frame: Frame) -> str:
    return render(page, frame).decode()


@cache
def read(name: str, language: Language = Language.ENGLISH) -> Reading:
    page, frame = SAMPLES[name]
    return Reading(rendered(page, structs.replace(frame, language=language)))


def filled_with(text: str, value: Any, name: str = "") -> Any:
    """The same value with `text` for every string that could come from a person or another server."""
    if isinstance(value, Enum) or name in CHOSEN_BY_US or name.endswith("_html"):
        return value
    if isinstance(value, str):
        return text if value else value
    if isinstance(value, tuple):
        return tuple(filled_with(text, part) for part in value)
    if isinstance(value, dict):
        return {key: filled_with(text, part) for key, part in value.items()}
    if isinstance(value, Struct):
        kept = KEPT.get(type(value), set())
        parts = {f.name: getattr(value, f.name) for f in structs.fields(value)}
        return type(value)(
            **{key: part if key in kept else filled_with(text, part, key) for key, part in parts.items()}
        )
    return value


@for_each(SAMPLES, Language)
def test_renders_whole_in_every_language(name: str, language: Language) -> None:
    page = read(name, language)
    assert page.open == []
    assert page.all("html")[0]["lang"] == language
    assert "{" not in page.text, "a value was not filled in"
    assert len(page.all("h1")) == 1


def test_every_page_and_template_is_sampled() -> None:
    classes = {
        thing
        for found in pkgutil.walk_packages([str(ROOM)], "martlet.web.")
        for _, thing in inspect.getmembers(importlib.import_module(found.name), inspect.isclass)
        if thing.__module__ == found.name and isinstance(vars(thing).get("template"), str)
    }
    assert {type(page) for page, _ in SAMPLES.values()} == classes
    rendered = {page.template for page, _ in SAMPLES.values()}
    on_disk = {
        str(file.relative_to(ROOM / "templates"))
        for file in (ROOM / "templates").glob("**/*.html")
        if file.parent.name not in {"parts", "layouts"}
    }
    assert on_disk == rendered


@for_each(SAMPLES)
def test_nothing_that_a_strict_policy_would_refuse(name: str) -> None:
    for tag, attributes in read(name).elements:
        assert tag not in {"style", "iframe", "object", "embed"}
        assert (
            tag != "script"
            or attributes == {"type": "application/ld+json"}  # data, which no browser runs
            or (attributes["src"].startswith("/static/") and {"type", "defer"} & {*attributes})
        )
        assert tag != "base" or attributes == {"target": "_blank"}
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        for key in ("src", "poster"):
            assert re.match(r"/(?!/)", attributes.get(key, "/")), f"{tag} {key}={attributes.get(key)}"


@for_each(SAMPLES)
def test_b4_a_string_never_becomes_an_element(name: str) -> None:
    page, frame = SAMPLES[name]
    poisoned = Reading(rendered(filled_with(POISON, page), filled_with(POISON, frame)))
    harmless = Reading(rendered(filled_with(HARMLESS, page), filled_with(HARMLESS, frame)))
    assert [tag for tag, _ in poisoned.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(a) for _, a in poisoned.elements] == [sorted(a) for _, a in harmless.elements]
    assert not [a for _, a in poisoned.elements if "onerror" in a or a.get("src") == "x"]


@for_each(SAMPLES, ["javascript:alert(1)", "data:text/html,x", "//evil.test/", "vbscript:x"])
def test_b3_no_address_runs_or_leads_astray(name: str, address: str) -> None:
    page, frame = SAMPLES[name]
    for tag, attributes in Reading(
        rendered(filled_with(address, page), filled_with(address, frame))
    ).elements:
        for key in ("href", "src", "poster", "action"):
            value = attributes.get(key, "")
            assert not value.startswith(("javascript:", "data:", "vbscript:", "//")), f"<{tag} {key}>"


def test_only_the_sanitisers_html_is_printed_as_it_is() -> None:
    for file in (ROOM / "templates").glob("**/*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape", text), file.name
        for printed in re.findall(r"\{\{([^}]*)\|\s*emoji_html", text):
            assert printed.strip().endswith("_html"), f"{file.name}: {printed}"


@for_each(FEED_POSTS)
def test_b4_b3_nothing_gets_out_of_its_place_in_a_list(name: str) -> None:
    item = FEED_POSTS[name]
    poisoned = Reading(render_one(filled_with(POISON, item), Language.ENGLISH))
    harmless = Reading(render_one(filled_with(HARMLESS, item), Language.ENGLISH))
    assert [tag for tag, _ in poisoned.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(a) for _, a in poisoned.elements] == [sorted(a) for _, a in harmless.elements]
    for _, attributes in Reading(
        render_one(filled_with("javascript:alert(1)", item), Language.ENGLISH)
    ).elements:
        assert not any(attributes.get(key, "").startswith("javascript:") for key in ("href", "src", "poster"))


def test_every_button_of_a_list_belongs_to_the_form_of_its_page() -> None:
    page = read("home")
    assert [form["id"] for form in page.all("form")] == ["act"]
    assert {button["form"] for button in page.all("button")} == {"act"}
    pressed = {(b["name"], b["value"]) for b in page.all("button") if b.get("aria-pressed") == "true"}
    assert pressed == {("unlike", "11502"), ("unsave", "11502"), ("unboost", "11503")}


@for_each(SAMPLES)
def test_every_form_hands_back_the_token(name: str) -> None:
    html = rendered(*SAMPLES[name])
    for form in re.findall(r"<form\b.*?</form>", html, re.DOTALL):
        if 'method="get"' in form:
            assert "csrf" not in form, "the token is no part of an address"
            continue
        assert 'method="post"' in form
        if '<form class="row typed"' in form:
            assert "csrf" not in form, "the page is the same for all visitors"
            continue
        assert f'<input type="hidden" name="csrf" value="{SAMPLES[name][1].csrf}">' in form
        assert SAMPLES[name][1].csrf, "a page with a form needs the token"


@for_each(SAMPLES)
def test_fields_are_labelled_and_known_to_the_browser(name: str) -> None:
    page = read(name)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
        for key in ("aria-describedby", "aria-labelledby"):
            assert set(attributes.get(key, "").split()) <= set(ids)
    labelled = {label.get("for") for label in page.all("label")}
    fields = [*page.all("input"), *page.all("textarea"), *page.all("select")]
    for field in fields:
        if field.get("type") == "hidden" or "aria-hidden" in field:
            continue
        assert field in page.wrapped or field["id"] in labelled
        if field.get("type") == "password":
            assert field["autocomplete"] in {"current-password", "new-password"}
            assert "value" not in field
        elif field.get("name") in FILLED_BY_BROWSER:  # what has no name is for scripts, and never sent
            assert field["autocomplete"] == FILLED_BY_BROWSER[field["name"]]
    for picture in page.all("img"):
        assert "alt" in picture
        assert picture["width"]
        assert picture["height"]
    for button in page.all("button"):
        assert button.get("type", "submit") == "submit"


def test_what_was_typed_is_kept_and_what_is_wrong_is_said_twice() -> None:
    html = rendered(*SAMPLES["setup-wrong"])
    assert 'value="jona"' in html
    assert 'value="jona@"' in html
    page = Reading(html)
    assert page.text.count("This name is taken.") == 2, "on top, and at the field"
    assert {"href": "#f-username"} in page.all("a")
    assert [f["name"] for f in page.all("input") if "aria-invalid" in f] == ["username", "password"]
    assert "<title>Please check: Set up your server" in html


def test_the_code_field_fits_a_phone() -> None:
    (code,) = [field for field in read("second-factor").all("input") if field["name"] == "code"]
    assert (code["inputmode"], code["autocomplete"]) == ("numeric", "one-time-code")


def test_consent_posts_the_whole_request_back() -> None:
    page, _ = SAMPLES["consent"]
    assert isinstance(page, pages.ConsentPage)
    hidden = [(f["name"], f["value"]) for f in read("consent").all("input") if f["type"] == "hidden"]
    assert set(page.request) <= set(hidden)
    decisions = [b["value"] for b in read("consent").all("button") if b.get("name") == "decision"]
    assert decisions == ["deny", "allow"]


def metas(name: str) -> dict[str, str]:
    return {m.get("property") or m.get("name", ""): m.get("content", "") for m in read(name).all("meta")}


def test_public_pages_tell_others_what_they_show() -> None:
    post = metas("post")
    assert post["og:title"] == "Ines Brandt (@ines@hof.example)"
    assert post["og:image"].startswith("https://mauerwinkel.example/")
    assert post["og:description"].startswith("Heute früh")
    assert "robots" not in post
    assert metas("profile")["og:type"] == "profile"
    assert read("post").all("div")
    assert "de" in {d.get("lang") for d in read("post").all("div")}


def test_a_warned_post_hides_its_words_and_pictures_from_previews() -> None:
    page, _ = SAMPLES["post-warned"]
    assert isinstance(page, public_pages.PostPage)
    assert metas("post-warned")["og:image"].endswith(page.post.author.avatar)
    html = rendered(*SAMPLES["post-warned"])
    assert html.count("The fox got two") == 1
    assert html.index("<details") < html.index("The fox got two") < html.index("</details>")


def test_who_does_not_want_to_be_found_is_not() -> None:
    for name in ("profile-empty", "post-answer", "sign-in", "settings", "error-404"):
        assert "noindex" in metas(name)["robots"], name
    for name in ("profile", "post", "landing", "about"):
        assert "robots" not in metas(name), name


def test_times_are_machine_readable() -> None:
    assert {"datetime": NOW.isoformat()} in read("post").all("time")


def test_classes_and_drawings_exist() -> None:
    sheet = "".join(file.read_text(encoding="utf-8") for file in (ROOM / "static").glob("*.css"))
    sprite = (ROOM / "static" / "icons.svg").read_text(encoding="utf-8")
    plain = {"plain", "public", "n0", "end", "fx2", "fy2", "to"}
    for name in SAMPLES:
        for _, attributes in read(name).elements:
            for word in attributes.get("class", "").split():
                assert re.search(rf"\.{re.escape(word)}\b", sheet) or word in plain, f"{name}: .{word}"
            if attributes.get("href", "").startswith("/static/icons.svg"):
                drawing = attributes["href"].split("#")[1]
                assert f'id="{drawing}"' in sprite, drawing


def test_small_enough_for_a_slow_line() -> None:
    assert len(assets()["martlet.css"].content) < 24_000
    assert len(assets()["app.css"].content) < 12_000
    assert len(assets()["desk.css"].content) < 6_000
    assert max(len(render(*sample)) for sample in SAMPLES.values()) < 27_000
