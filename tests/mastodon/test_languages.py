"""Posts in several languages: each reader gets theirs."""

from typing import Any

import pytest

from tests.client import Api, Person
from tests.listening import listening

EN, DE, ZH = "<p>Good morning</p>", "<p>Guten Morgen</p>", "<p>早上好</p>"
MAP = {"de": "Guten Morgen", "zh": "早上好"}


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def write(api: Api, who: Person, status: str = "Good morning", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, json={"status": status, "language": "en", **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def speaks(api: Api, who: Person, locale: str) -> None:
    with api.built.ground.store.write() as db:
        db.run("UPDATE users SET locale = :locale WHERE account_id = :id", locale=locale, id=who.id)


def seen(api: Api, post: Any, who: Person | None, accepts: str = "") -> tuple[str, str]:
    headers = {"accept-language": accepts} if accepts else {}
    found = api.get(f"/api/v1/statuses/{post['id']}", who, headers=headers).json
    return found["language"], found["content"]


def test_each_reader_gets_theirs(api: Api, ada: Person) -> None:
    bob, eve, lin = api.person("bob"), api.person("eve"), api.person("lin")
    for who, locale in ((bob, "de"), (eve, "fr"), (lin, "zh-CN")):
        speaks(api, who, locale)
    post = write(api, ada, content_map=MAP)
    plain = write(api, ada, "Only one")
    assert (post["languages"], post["language"], "languages" in plain) == (["en", "de", "zh"], "en", False)
    for _ in range(2):  # made, and kept
        assert seen(api, post, bob) == ("de", DE)
        assert seen(api, post, eve) == ("en", EN)
        assert seen(api, post, eve, "fr;q=0.9, de-AT;q=0.8, en;q=0.7") == ("de", DE)
        assert seen(api, post, lin) == ("zh", ZH)
        assert seen(api, post, None) == ("en", EN)
        assert seen(api, post, None, "zh-TW") == ("zh", ZH)
        assert seen(api, plain, bob) == ("en", "<p>Only one</p>")
    boost = api.post(f"/api/v1/statuses/{post['id']}/reblog", eve).json
    assert boost["reblog"]["content"] == EN
    of_eve = f"/api/v1/accounts/{eve.id}/statuses"
    assert api.get(of_eve, bob).json[0]["reblog"]["content"] == DE
    quote = write(api, eve, "See", quoted_status_id=post["id"])
    found = api.get(f"/api/v1/statuses/{quote['id']}", bob).json
    assert found["quote"]["quoted_status"]["content"] == DE


def test_streams_tell_each_in_theirs(api: Api, ada: Person) -> None:
    bob, eve = api.person("bob"), api.person("eve")
    speaks(api, bob, "de")
    local = "/api/v1/streaming/public/local"
    with listening(api, local, eve) as one, listening(api, local, bob) as other:
        write(api, ada, content_map=MAP)
        assert one.until("update").json["content"] == EN
        assert other.until("update").json["content"] == DE


def test_people_and_hashtags_of_all_languages_are_named(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    post = write(api, ada, content_map={"de": "Guten Morgen @bob #morgen"})
    assert [one["username"] for one in post["mentions"]] == ["bob"]
    assert [one["name"] for one in post["tags"]] == ["morgen"]
    assert len(api.get("/api/v1/notifications", bob).json) == 1


def test_search_and_filters_know_all_languages(api: Api, ada: Person) -> None:
    post = write(api, ada, content_map=MAP)
    for words in ("morning", "Morgen", "早上", "in:library language:de"):
        found = api.get("/api/v2/search", ada, query={"q": words, "type": "statuses"}).json["statuses"]
        assert [one["id"] for one in found] == [post["id"]], words
    bob = api.person("bob")
    form = {"title": "No mornings", "context": ["public"], "keywords_attributes": [{"keyword": "Morgen"}]}
    api.post("/api/v2/filters", bob, json=form)
    found = api.get("/api/v1/timelines/public", bob).json[0]
    assert found["content"] == EN
    assert found["filtered"][0]["keyword_matches"] == ["Morgen"]


def test_edits_keep_them_and_history_has_them(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    speaks(api, bob, "de")
    post = write(api, ada, content_map=MAP, spoiler_text="Time", spoiler_text_map={"de": "Zeit"})
    at = f"/api/v1/statuses/{post['id']}"
    source = api.get(f"{at}/source", ada).json
    assert (source["content_map"], source["spoiler_text_map"]) == (MAP, {"de": "Zeit"})
    assert api.get(at, bob).json["spoiler_text"] == "Zeit"
    api.put(at, ada, json={"status": "Good evening", "spoiler_text": "Time"})
    assert seen(api, post, bob) == ("de", DE)
    changed = api.put(at, ada, json={"status": "Good evening", "content_map": {"de": "Guten Abend"}}).json
    assert changed["languages"] == ["en", "de"]
    assert seen(api, post, bob) == ("de", "<p>Guten Abend</p>")
    assert api.put(at, ada, json={"status": "Good evening", "content_map": {}}).json.get("languages") is None
    assert seen(api, post, bob) == ("en", "<p>Good evening</p>")
    versions = [one.get("content_map") for one in api.get(f"{at}/history", ada).json]
    assert versions == [{"de": DE, "zh": ZH}, {"de": DE, "zh": ZH}, {"de": "<p>Guten Abend</p>"}, None]
    later = api.post(
        "/api/v1/statuses", ada,
        json={"status": "x", "language": "en", "content_map": MAP, "scheduled_at": "2126-01-01T00:00:00Z"},
    )  # fmt: skip
    assert later.json["params"]["content_map"] == MAP


@pytest.mark.parametrize(
    "form",
    [
        {"content_map": {"xx-no": "x"}},
        {"content_map": {"en": "x"}},
        {"content_map": {"de": "x", "DE": "y"}},
        {"content_map": {"de": "x" * 5001}},
        {
            "content_map": dict.fromkeys(
                ["de", "fr", "it", "es", "pt", "nl", "da", "sv", "nb", "fi", "pl"], "x"
            )
        },
        {"content_map": {"de": ["x"]}},
        {"content_map": "x"},
    ],
    ids=["no language", "its own", "twice", "too long", "too many", "no text", "no map"],
)
def test_what_cannot_be_taken(api: Api, ada: Person, form: dict[str, Any]) -> None:
    reply = api.post("/api/v1/statuses", ada, json={"status": "Hello", "language": "en", **form})
    assert reply.status == 422, reply.body


def test_pages_are_in_the_language_of_whoever_reads_them(api: Api, ada: Person) -> None:
    post = write(api, ada, content_map=MAP)
    for accepts, said, other in (
        ("de", "Guten Morgen", "Good morning"),
        ("fr", "Good morning", "Guten Morgen"),
    ):
        page = api.get(f"/@ada/{post['id']}", headers={"accept-language": accepts}).text
        words = page.partition('class="words')[2][:300]
        assert said in words
        assert other not in words


def test_forms_say_it_too(api: Api, ada: Person) -> None:
    form = {"status": "Good morning", "language": "en", "content_map[de]": "Guten Morgen"}
    assert api.post("/api/v1/statuses", ada, form=form).json["languages"] == ["en", "de"]
