"""Posts in other languages, asked of a service that speaks as LibreTranslate and DeepL do."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from msgspec.structs import replace

from martlet import app
from martlet.services import sweeping
from martlet.services.ports import Ground
from martlet.settings import Settings, WrongSetting, load
from tests.client import Api, Person, Reply
from tests.mastodon.acts import do, publish, upload, value
from tests.translators import KEY, Deepl, Libre, Service, running, shout

LANGUAGES = "/api/v1/instance/translation_languages"


@pytest.fixture(params=["libretranslate", "deepl"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    with running(Libre() if request.param == "libretranslate" else Deepl()) as found:
        yield found


@pytest.fixture
def translating(ground: Ground, settings: Settings, service: Service) -> Iterator[Api]:
    kind = "libretranslate" if isinstance(service, Libre) else "deepl"
    changed = replace(settings, translation=kind, translation_url=service.url, translation_key=KEY)
    with ExitStack() as stack:
        api = Api(app.build_on(ground, changed))
        stack.callback(api.close)
        yield api


@pytest.fixture
def ada(translating: Api) -> Person:
    return translating.person("ada")


def ask(api: Api, by: Person | str | None, post: dict[str, Any], lang: str | None = "de") -> Reply:
    return api.post(f"/api/v1/statuses/{post['id']}/translate", by, json={"lang": lang} if lang else {})


def test_a_post(translating: Api, ada: Person, service: Service) -> None:
    api, picture = translating, upload(translating, ada)
    with api.built.ground.store.write() as db:
        db.run("UPDATE media SET description = 'a <bird> & more' WHERE id = :id", id=int(picture))
    post = publish(
        api,
        ada,
        "good day #swifts https://paper.example/x",
        spoiler_text="birds & co",
        media_ids=[picture],
        language="en",
    )
    bob = api.person("bob")
    reply = ask(api, bob, post)
    assert reply.status == 200, reply.body
    told = reply.json
    assert told["content"].startswith("<p>GOOD DAY <a href=")
    assert 'href="https://paper.example/x"' in told["content"]
    assert told | {"content": ""} == {
        "content": "",
        "spoiler_text": "BIRDS & CO",
        "language": "de",
        "poll": None,
        "media_attachments": [{"id": picture, "description": "A <BIRD> & MORE"}],
        "detected_source_language": "en" if isinstance(service, Libre) else "fr",
        "provider": "LibreTranslate" if isinstance(service, Libre) else "DeepL.com",
    }
    assert ask(api, ada, post).json == told
    assert ask(api, ada, do(api, bob, "reblog", post)).json == told
    assert service.translations == 1  # the second and third time it is kept
    assert api.put(f"/api/v1/statuses/{post['id']}", ada, json={"status": "good night"}).status == 200
    assert ask(api, bob, post).json["content"] == "<p>GOOD NIGHT</p>"
    assert api.get("/api/v2/instance").json["configuration"]["translation"] == {"enabled": True}


def test_a_poll_and_a_language_nobody_named(translating: Api, ada: Person, service: Service) -> None:
    post = publish(translating, ada, "eh bien?", poll={"options": ["oui", "non"], "expires_in": 600})
    with translating.built.ground.store.write() as db:
        db.run("UPDATE post SET language = NULL")
        db.run("UPDATE users SET locale = 'de'")
    told = ask(translating, ada, post, None).json
    assert told["poll"] == {"id": post["poll"]["id"], "options": [{"title": "OUI"}, {"title": "NON"}]}
    assert (told["detected_source_language"], told["language"]) == ("fr", "de")
    app_token = translating.app_token("read")
    assert ask(translating, app_token, post).json == told


def test_languages(translating: Api, ada: Person, service: Service) -> None:
    found = translating.get(LANGUAGES).json
    if isinstance(service, Libre):
        assert found == {code: ["en", "de", "zh-Hant"] for code in ("en", "de", "fr")} | {
            "und": ["de", "en", "zh-Hant"]
        }
    else:
        assert found == {code: ["en-GB", "de", "zh-Hant"] for code in ("en", "de", "fr", "und")}
    assert translating.get(LANGUAGES).json == found
    assert len(service.asked) == (1 if isinstance(service, Libre) else 2)
    post = publish(translating, ada, "tag", language="de-AT")
    assert ask(translating, ada, post, "zh-TW").json["language"] == "zh-Hant"
    assert ask(translating, ada, post, "en").json["language"] == (
        "en" if isinstance(service, Libre) else "en-GB"
    )


def test_what_is_not_translated(translating: Api, ada: Person, service: Service) -> None:
    """F5"""
    api, bob = translating, translating.person("bob")
    for visibility, status in (("private", 404), ("direct", 404), ("unlisted", 200)):
        post = publish(api, ada, f"a {visibility} word", visibility=visibility, language="en")
        assert ask(api, bob, post).status == status, visibility
        assert ask(api, ada, post).status == (200 if status == 200 else 403), visibility
    assert ask(api, ada, publish(api, ada, "in the house", local_only=True, language="en")).status == 403
    post = publish(api, ada, "hello", language="en")
    for lang in ("en", "fr", "xx", "no language"):
        reply = ask(api, ada, post, lang)
        assert (reply.status, reply.json) == (403, {"error": "This action is not allowed"}), lang
    assert ask(api, ada, publish(api, ada, "hej", language="sv")).status == 403
    assert ask(api, ada, {"id": "1"}).json == {"error": "Record not found"}
    assert ask(api, None, post).status == 401
    assert ask(api, api.token(ada.id, "write"), post).status == 403
    assert service.translations == 1
    assert "private" not in str(service.asked)
    assert "direct" not in str(service.asked)


def test_a_service_that_fails(
    translating: Api, ada: Person, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """A18"""
    assert translating.get(LANGUAGES).status == 200
    with running(Libre()) as other, caplog.at_level(logging.DEBUG):
        for broken in (
            {"status": 500},
            {"status": 456},
            {"body": b'{"translations": 7, "translatedText": {}}'},
            {"body": b'{"translations": [{"text": "x"}], "translatedText": ["x"]}'},
            {"translate": lambda text: text * 300_000},
            {"status": 307, "location": other.url + "/translate"},
        ):
            post = publish(translating, ada, "hello", spoiler_text="x", language="en")
            for name, wrong in ({"status": 200, "body": None, "translate": shout} | broken).items():
                setattr(service, name, wrong)
            reply = ask(translating, ada, post)
            assert (reply.status, reply.json) == (503, {"error": "Service Unavailable"}), broken
        assert other.asked == []
    assert KEY not in caplog.text
    assert value(translating, "SELECT count(*) FROM translation") == 0


def test_its_languages_lead_nowhere_else(translating: Api, ada: Person, service: Service) -> None:
    """E1"""
    with running(Libre()) as other:
        service.status, service.location = 302, other.url + "/languages"
        assert translating.get(LANGUAGES).status == 503
        assert translating.get(LANGUAGES).status == 503
        assert other.asked == []
    assert len(service.asked) == 1  # for a minute it is not asked again


EVIL = """
<script>alert(1)</script>
<p onclick="alert(1)">x</p>
<a href="javascript:alert(1)">x</a>
<img src=x onerror=alert(1)>
<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>
"""


def test_what_comes_back_is_cleaned(translating: Api, ada: Person, service: Service) -> None:
    """B1, B3"""
    service.translate = lambda text: text + EVIL
    post = publish(translating, ada, "hello", spoiler_text="x", language="en")
    told = ask(translating, ada, post).json
    for part in ("script", "onclick", "javascript:", "onerror", "iframe", "<img"):
        assert part not in told["content"], told
    assert "<" not in told["spoiler_text"]


def test_old_translations_go(translating: Api, ada: Person, monkeypatch: Any) -> None:
    api = translating
    for text in ("one", "two", "three"):
        assert ask(api, ada, publish(api, ada, text, language="en")).status == 200
    monkeypatch.setattr(sweeping, "TRANSLATIONS", 2)
    ground = api.built.ground
    api.run(sweeping.sweep(ground, "", ground.here))
    assert value(api, "SELECT count(*) FROM translation") == 2
    with ground.store.write() as db:
        db.run("UPDATE translation SET made_at = 1")
    api.run(sweeping.sweep(ground, "", ground.here))
    assert value(api, "SELECT count(*) FROM translation") == 0


def test_without_a_service(api: Api) -> None:
    ada = api.person("ada")
    post = publish(api, ada, "hello", language="en")
    assert ask(api, ada, post).status == 404
    assert api.get(LANGUAGES).json == {}
    assert api.get("/api/v2/instance").json["configuration"]["translation"] == {"enabled": False}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"translation": "libretranslate"}, "translation_url"),
        ({"translation": "deepl"}, "translation_key"),
        ({"translation_url": "file:///etc/passwd"}, "translation_url"),
        ({"translation_url": "https://name:word@translate.example"}, "translation_url"),
        ({"translation_url": "https://translate.example/?key=x"}, "translation_url"),
        ({"translation": "someone"}, "translation"),
    ],
)
def test_a_wrong_setting_stops_the_start(values: dict[str, str], named: str) -> None:
    environment = {f"MARTLET_{name.upper()}": text for name, text in values.items()}
    with pytest.raises(WrongSetting, match=named):
        load(environment=environment)
