"""The pages that anybody may read, with everything on them written by somebody who wants to break out."""

from typing import Any

from lxml import etree

from martlet.model.names import PostId
from martlet.storage import cards
from martlet.storage.cards import Card
from tests.browser import Browser
from tests.client import Api
from tests.mastodon.test_profile import picture
from tests.web.test_pages import Reading

PAYLOADS = (
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "'><svg/onload=alert(1)>",
    "--><iframe srcdoc='<script>alert(1)</script>'>",
    "<a hx-post=/settings/delete hx-trigger=load>x</a>",
    "]]><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "{{ 7*7 }}{% raw %}\u2028\u202e\u0007",
)
ALLOWED = {"application/ld+json", "module"}


def test_b1_b2_b4_b5_nobody_breaks_out_of_an_open_page(api: Api) -> None:
    for number, payload in enumerate(PAYLOADS):
        _crawl(api, f"ada{number}", payload, f"https://blog.example/{number}")


def _crawl(api: Api, name: str, payload: str, article: str) -> None:
    ada, bob = api.person(name), api.person(f"{name}b")
    profile = {
        "display_name": payload[:30],
        "note": payload,
        "discoverable": "true",
        "indexable": "true",
        "fields_attributes[0][name]": payload,
        "fields_attributes[0][value]": payload,
    }
    for who in (ada, bob):
        assert api.patch("/api/v1/accounts/update_credentials", token=who, form=profile).status == 200
    files = {"file": ("a.png", picture(), "image/png")}
    media = api.call("POST", "/api/v2/media", token=ada, form={"description": payload}, files=files).json[
        "id"
    ]
    post = _say(api, ada, f"{payload} #boats {article}", media_ids=[media])
    _say(api, ada, payload, spoiler_text=payload, poll={"options": [payload, "no"], "expires_in": 3600})
    _say(api, bob, f"@{name} {payload}", in_reply_to_id=post)
    with api.built.ground.store.write() as db:
        card = Card(
            api.built.ground.here.next_id(),
            article,
            payload,
            payload,
            0,
            author_name=payload,
            provider_name=payload,
            source_name=payload,
        )
        cards.attach(db, [PostId(int(post))], cards.put(db, card))
    visitor = Browser(api)
    for path in (
        "/",
        f"/@{name}",
        f"/@{name}?show=replies",
        f"/@{name}?show=media",
        f"/@{name}/tagged/boats",
        f"/@{name}/{post}",
        f"/@{name}/{post}/embed",
        f"/comments?post={post}",
        f"/comments?url={article}",
        f"/comments/answer?post={post}",
        f"/links?url={article}",
        "/tags/boats",
        "/explore",
    ):
        page = visitor.get(path)
        assert page.status == 200, path
        for tag, attributes in Reading(page.text).elements:
            assert not [key for key in attributes if key.startswith(("on", "hx-"))], path
            assert tag not in {"iframe", "math", "object", "embed", "style"}, path
            assert tag != "script" or attributes.get("type") in ALLOWED, path
            assert attributes.get("src", "/").startswith("/"), path
    for path in (
        f"/@{name}/feed.atom?replies=1",
        f"/@{name}/feed.rss",
        "/tags/boats/feed.rss",
        "/local/feed.atom",
    ):
        _read(visitor.get(path).body)


def _say(api: Api, who: Any, text: str, **more: Any) -> str:
    reply = api.post("/api/v1/statuses", token=who, json={"status": text, **more})
    assert reply.status == 200, reply.text
    return str(reply.json["id"])


def _read(feed: bytes) -> None:
    """Nothing but what feeds have, and in their HTML nothing that runs."""
    root = etree.fromstring(feed)
    for one in root.iter():
        space = etree.QName(one).namespace or ""
        assert not space.endswith("xhtml")
        if etree.QName(one).localname in ("content", "description") and "yahoo" not in space and one.text:
            for tag, attributes in Reading(f"<main>{one.text}</main>").elements:
                assert tag in {"main", "p", "a", "b", "img", "ul", "li", "br", "span", "blockquote"}
                assert not [key for key in attributes if key.startswith(("on", "hx-"))]
