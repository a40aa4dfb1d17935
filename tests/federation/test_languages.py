"""Posts in several languages, between servers."""

import json

from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere
from tests.federation.test_intake import follow

MAP = {"en": "<p>Good morning</p>", "de": "<p>Guten Morgen</p>", "zh": "<p>早上好</p>"}


def test_a_post_from_here_has_all_in_its_content_map(api: Api, ada: client.Person) -> None:
    form = {
        "status": "Good morning", "language": "en", "spoiler_text": "Time",
        "content_map": {"de": "Guten Morgen", "zh": "早上好"}, "spoiler_text_map": {"de": "Zeit"},
    }  # fmt: skip
    post = api.post("/api/v1/statuses", ada, json=form).json
    path = post["uri"].removeprefix("http://localhost:3000")
    document = api.get(path, headers={"accept": "application/activity+json"}).json
    assert document["contentMap"] == MAP
    assert document["content"] == MAP["en"]
    assert document["summaryMap"] == {"en": "Time", "de": "Zeit"}


def test_a_post_from_elsewhere_is_read_in_all_of_its_languages(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    eve = there.person("eve")
    follow(api, there, ada, eve)
    note = eve.note(
        MAP["en"],
        contentMap={
            **MAP,
            "fr": "<p>Bonjour<script>alert(1)</script></p>",
            "xx-x": "<p>?</p>",
            "it": MAP["en"],
        },
    )
    there.bring(api, eve.act("Create", note))
    (post,) = api.get("/api/v1/timelines/home", ada).json
    assert (post["language"], post["languages"]) == ("en", ["en", "de", "zh", "fr"])
    at = f"/api/v1/statuses/{post['id']}"
    for accepts, content in (
        ("de", MAP["de"]),
        ("zh-TW", MAP["zh"]),
        ("fr", "<p>Bonjour</p>"),
        ("sv", MAP["en"]),
    ):
        assert api.get(at, headers={"accept-language": accepts}).json["content"] == content
    changed = {
        **note,
        "contentMap": {"en": MAP["en"], "de": "<p>Hallo</p>"},
        "updated": "2126-01-01T00:00:00Z",
    }
    there.bring(api, eve.act("Update", changed))
    seen = api.get(at, headers={"accept-language": "de"}).json
    assert (seen["content"], seen["languages"]) == ("<p>Hallo</p>", ["en", "de"])
    assert "<script" not in json.dumps(api.get(f"{at}/history").json)


def test_too_many_languages_are_not_kept(api: Api, there: Elsewhere, ada: client.Person) -> None:
    eve = there.person("eve")
    follow(api, there, ada, eve)
    codes = ["de", "fr", "it", "es", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs", "sk", "hu", "ro"]
    note = eve.note("<p>x</p>", contentMap={"en": "<p>x</p>", **{code: f"<p>{code}</p>" for code in codes}})
    there.bring(api, eve.act("Create", note))
    (post,) = api.get("/api/v1/timelines/home", ada).json
    assert len(post["languages"]) == 11
