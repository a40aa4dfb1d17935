"""Changing one's own profile."""

import io
from typing import Any

import pytest
from PIL import Image

from martlet.model.accounts import Account
from martlet.storage import accounts
from tests.client import Api, Person

PATH = "/api/v1/accounts/update_credentials"


def picture(colour: str = "red", size: tuple[int, int] = (64, 48)) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, colour).save(held, "PNG")
    return held.getvalue()


def change(api: Api, who: Person, **form: Any) -> Any:
    reply = api.patch(PATH, who, json=form)
    assert reply.status == 200, reply.body
    return reply.json


def account_of(api: Api, who: Person) -> Account:
    with api.built.ground.store.read() as db:
        return accounts.get(db, who.id)


def test_words_become_safe_html(api: Api) -> None:
    ada = api.person("ada")
    api.person("bob")
    shown = change(
        api,
        ada,
        display_name=" Ada \u202e Lovelace\n",
        note="I <b>am</b>\n\nSee https://ada.example @bob #Maths",
        fields_attributes=[{"name": "Home", "value": "https://ada.example"}, {"name": "", "value": ""}],
    )
    assert shown["display_name"] == "Ada Lovelace"
    assert "&lt;b&gt;am&lt;/b&gt;" in shown["note"]
    assert 'href="http://localhost:3000/@bob"' in shown["note"]
    assert "/tags/maths" in shown["note"].lower()
    assert len(shown["fields"]) == 1
    assert 'rel="me ' in shown["fields"][0]["value"]
    assert shown["source"]["note"] == "I <b>am</b>\n\nSee https://ada.example @bob #Maths"
    assert shown["source"]["fields"] == [
        {"name": "Home", "value": "https://ada.example", "verified_at": None}
    ]
    assert api.get(f"/api/v1/accounts/{ada.id}").json["note"] == shown["note"]


def test_what_is_left_out_stays(api: Api) -> None:
    ada = api.person("ada")
    change(
        api, ada, display_name="Ada", note="I am", locked=True, bot=True, indexable=True, discoverable=True
    )
    shown = change(api, ada, source={"language": "de"})
    assert (shown["display_name"], shown["locked"], shown["bot"]) == ("Ada", True, True)
    assert (shown["indexable"], shown["discoverable"]) == (True, True)
    shown = change(api, ada, display_name="", note="", bot=False, locked=None)
    assert (shown["display_name"], shown["note"], shown["bot"], shown["locked"]) == ("", "", False, True)
    assert change(api, ada)["locked"] is True


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
def test_fields_in_every_form(api: Api, method: str) -> None:
    ada = api.person("ada")
    pairs = [
        ("fields_attributes[420][name]", "1st"),
        ("fields_attributes[420][value]", "one"),
        ("fields_attributes[69][name]", "2nd"),
        ("fields_attributes[69][value]", "two"),
    ]
    expected = [("1st", "one"), ("2nd", "two")]
    rows = [{"name": name, "value": value} for name, value in expected]
    for sent in (
        {"form": pairs},
        {"query": pairs},
        {"form": pairs, "files": {}},
        {"json": {"fields_attributes": rows}},
        {"json": {"fields_attributes": {"7": rows[0], "-9999": rows[1]}}},
    ):
        assert change(api, ada, fields_attributes=[])["fields"] == []
        reply = api.call(method, PATH, ada, **sent)
        assert [(one["name"], one["value"]) for one in reply.json["fields"]] == expected


def test_preferences_for_posts(api: Api) -> None:
    ada = api.person("ada")
    wanted = {"privacy": "private", "sensitive": True, "language": "de-AT", "quote_policy": "followers"}
    shown = change(api, ada, source=wanted)["source"]
    assert {name: shown[name] for name in wanted} == wanted | {"language": "de"}
    post = api.post("/api/v1/statuses", ada, form={"status": "Hello"}).json
    assert (post["visibility"], post["sensitive"], post["language"]) == ("private", True, "de")
    form = [("source[privacy]", "unlisted"), ("source[sensitive]", "0"), ("source[language]", "")]
    shown = api.patch(PATH, ada, form=form).json["source"]
    assert (shown["privacy"], shown["sensitive"], shown["language"]) == ("unlisted", False, "")


def test_who_may_name_the_author(api: Api) -> None:
    ada = api.person("ada")
    shown = change(
        api, ada, attribution_domains=["https://News.example/", "*.blog.example", "", "news.example"]
    )
    assert shown["source"]["attribution_domains"] == ["news.example", "blog.example"]


@pytest.mark.parametrize(
    "form",
    [
        {"display_name": "x" * 61},
        {"note": "x" * 2001},
        {"note": "x" * 50_000},
        {"fields_attributes": [{"name": "n", "value": "v"}] * 9},
        {"fields_attributes": [{"name": "x" * 256, "value": "v"}]},
        {"fields_attributes": [{"name": "n", "value": "x" * 501}]},
        {"fields_attributes": [{"name": "", "value": "v"}]},
        {"fields_attributes": [7]},
        {"avatar_description": "x" * 1501},
        {"header_description": "x" * 1501},
        {"source": {"privacy": "direct"}},
        {"source": {"privacy": "everyone"}},
        {"source": {"language": "klingon"}},
        {"source": {"quote_policy": "friends"}},
        {"attribution_domains": ["not a host"]},
        {"attribution_domains": [f"h{n}.example" for n in range(11)]},
        {"avatar": "data:image/png;base64,AAAA"},
        {"display_name": {"a": 1}},
        {"locked": "maybe", "display_name": "x" * 61},
    ],
)
def test_what_is_out_of_bounds_changes_nothing(api: Api, form: dict[str, Any]) -> None:
    ada = api.person("ada")
    before = account_of(api, ada)
    reply = api.patch(PATH, ada, json=form)
    assert reply.status == 422, reply.body
    assert reply.json["error"].startswith("Validation failed: ")
    assert account_of(api, ada) == before


def test_letters_are_counted_as_people_count_them(api: Api) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert change(api, api.person("ada"), display_name=family * 60)["display_name"] == family * 60


def test_pictures(api: Api) -> None:
    ada = api.person("ada")
    files = {"avatar": ("../../x.php", picture(), "image/gif"), "header": ("b", picture("blue"), "")}
    reply = api.patch(
        PATH, ada, files=files, form={"avatar_description": "A red wall", "display_name": "Ada"}
    )
    assert reply.status == 200, reply.body
    shown = reply.json
    assert (shown["display_name"], shown["avatar_description"]) == ("Ada", "A red wall")
    assert shown["avatar"].startswith("http://localhost:3000/media/")
    assert shown["avatar"] != shown["header"]
    assert shown["avatar_static"] == shown["avatar"]
    assert api.get(shown["avatar"].removeprefix("http://localhost:3000")).status == 200

    second = api.patch(PATH, ada, files={"avatar": ("c.png", picture("green"), "image/png")}).json
    assert second["avatar"] != shown["avatar"]
    assert second["header"] == shown["header"]
    api.work()
    assert api.get(shown["avatar"].removeprefix("http://localhost:3000")).status == 404

    bare = api.delete("/api/v1/profile/avatar", ada).json
    assert bare["avatar"].endswith("/static/avatar.png")
    assert bare["avatar_description"] == ""
    assert api.delete("/api/v1/profile/header", ada).json["header"].endswith("/static/header.png")
    assert api.delete("/api/v1/profile/avatar", ada).status == 200
    api.work()
    assert not list(api.built.ground.media.keys())


def test_files_that_are_no_pictures_leave_nothing_behind(api: Api) -> None:
    ada = api.person("ada")
    before = account_of(api, ada)
    good = ("a.png", picture(), "image/png")
    for bad in (b"", b"<svg/>", b"GIF89a", b"%PDF-1.4"):
        files = {"avatar": good, "header": ("a.png", bad, "image/png")}
        assert api.patch(PATH, ada, files=files).status == 422
    assert api.patch(PATH, ada, files={"avatar": good}, form={"display_name": "x" * 61}).status == 422
    assert account_of(api, ada) == before
    assert not list(api.built.ground.media.keys())


def test_scopes(api: Api) -> None:
    ada = api.person("ada")
    token = api.token(ada.id, "read write:statuses")
    for method, path in (("PATCH", PATH), ("DELETE", "/api/v1/profile/avatar"), ("DELETE", "/api/v1/profile/header"),
                         ("PATCH", "/api/v1/profile"), ("PUT", "/api/v1/profile")):  # fmt: skip
        assert api.call(method, path, token).status == 403
        assert api.call(method, path).status == 401
        assert api.call(method, path, api.app_token()).status == 422
        assert api.call(method, path, api.token(ada.id, "write:accounts")).status == 200


def test_the_profile_of_mastodon_4_6(api: Api) -> None:
    ada = api.person("ada")
    shown = api.get("/api/v1/profile", ada).json
    assert (shown["avatar"], shown["header"], shown["note"]) == (None, None, "")
    reply = api.patch("/api/v1/profile", ada, files={"header": ("h", picture(), "")}, form={"note": "I <am>"})
    assert reply.json["note"] == "I <am>"
    assert reply.json["header"].startswith("http://localhost:3000/media/")
    assert api.get("/api/v1/profile", ada).json == reply.json
