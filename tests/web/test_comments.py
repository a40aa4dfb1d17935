"""Comments under an article of some website, and posts in frames: what is shown, what is never done to readers."""

import html
import re
from typing import Any

import pytest

from martlet import app
from martlet.model.names import PostId
from martlet.services import commenting
from martlet.settings import Settings, WrongSetting, load
from martlet.storage import cards
from martlet.storage.cards import Card
from martlet.storage.opening import open_store
from martlet.web import onward
from martlet.web.door import WebDoor
from martlet.wiring.ground import ground_for
from tests.browser import Browser
from tests.client import Api, Person, Reply
from tests.services.test_importing_posts import Nobody
from tests.web.test_pages import Reading

HOSTILE = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.test/",
    "https://good.test@evil.test/",
    '"><script>alert(1)</script>',
    "https://" + "a" * 3000 + ".test/",
    "http://[::1",
    "",
]
ARTICLE = "https://blog.example/swifts"


def say(api: Api, who: Person, text: str, **more: Any) -> dict[str, Any]:
    reply = api.post("/api/v1/statuses", token=who, json={"status": text, **more})
    assert reply.status == 200, reply.text
    return dict(reply.json)


def told(page: Reply) -> str:
    return html.unescape(page.text)


def is_harmless(page: Reply) -> None:
    """Of a page in a frame: it may be framed, and does nothing to who reads it there."""
    assert page.cookies == ()
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "form-action 'none'" in policy
    assert "script-src 'self'" in policy
    assert "x-frame-options" not in page.headers
    assert page.headers["vary"] == "Accept-Language"
    reading = Reading(page.text)
    assert not reading.all("form")
    assert [one["src"].partition("?")[0] for one in reading.all("script")] == ["/static/frame.js"]
    assert reading.all("base") == [{"target": "_blank"}]


def test_answers_to_a_post_are_comments(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    root = say(api, ada, f"New article: {ARTICLE}")
    first = say(api, bob, "@ada well said", in_reply_to_id=root["id"])
    say(api, eve, "@bob not at all", in_reply_to_id=first["id"])
    say(api, eve, "@ada psst", in_reply_to_id=root["id"], visibility="direct")
    for asked in (root["id"], root["url"]):
        page = Browser(api).get(f"/comments?post={asked}")
        assert f"/comments/answer?post={first['id']}" in told(page)
        assert page.status == 200
        is_harmless(page)
        assert "well said" in page.text
        assert "not at all" in page.text
        assert "psst" not in page.text
        assert "2 answers" in page.text
    german = Browser(api).get(f"/comments?post={root['id']}&lang=de&theme=dark")
    assert "Mitreden" in german.text
    assert 'data-theme="dark"' in german.text


def test_who_reads_in_a_frame_is_nobody(api: Api) -> None:
    """Whatever cookies a browser brings along."""
    ada, bob = api.person("ada"), api.person("bob")
    root = say(api, ada, "an article")
    say(api, bob, "@ada only for followers", in_reply_to_id=root["id"], visibility="private")
    browser = Browser(api)
    browser.sign_in(bob)
    for path in (
        f"/comments?post={root['id']}",
        f"/comments?post={root['id']}&lang=zh",
        f"/@ada/{root['id']}/embed",
    ):
        page = browser.get(path)
        is_harmless(page)
        assert "only for followers" not in page.text
        assert "@bob" not in page.text


def test_the_author_of_a_post_decides_what_stands_below_it_elsewhere(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    root = say(api, ada, "an article")
    spam = say(api, eve, "@ada buy now", in_reply_to_id=root["id"])
    say(api, bob, "@eve no, thanks", in_reply_to_id=spam["id"])
    say(api, bob, "@ada well said", in_reply_to_id=root["id"])
    address = f"/comments?post={root['id']}"
    assert "buy now" in Browser(api).get(address).text
    author = Browser(api)
    author.sign_in(ada)
    more = f"/@eve/{spam['id']}/more"
    author.send(author.get(more), {"hide_comment": spam["id"]}, "/act")
    page = Browser(api).get(address).text
    assert "buy now" not in page
    assert "no, thanks" not in page
    assert "well said" in page
    assert "buy now" in Browser(api).get(f"/@ada/{root['id']}").text, "elsewhere it stays"
    assert "Show it again" in author.get(more).text
    author.send(author.get(more), {"show_comment": spam["id"]}, "/act")
    assert "buy now" in Browser(api).get(address).text


def test_nobody_else_decides(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    root = say(api, ada, "an article")
    answer = say(api, bob, "@ada well said", in_reply_to_id=root["id"])
    stranger = Browser(api)
    stranger.sign_in(eve)
    more = stranger.get(f"/@bob/{answer['id']}/more")
    assert "hide_comment" not in more.text
    refused = stranger.send(more, {"hide_comment": answer["id"]}, "/act", is_followed=False)
    assert refused.status == 403
    with api.built.ground.store.write() as db:
        commenting.show(db, eve.id, PostId(int(answer["id"])))
        db.run("INSERT INTO hidden_comment VALUES (:eve, :post, 0)", eve=eve.id, post=int(answer["id"]))
    assert "well said" in Browser(api).get(f"/comments?post={root['id']}").text
    secret = say(api, bob, "@ada psst", in_reply_to_id=root["id"], visibility="direct")
    assert stranger.send(more, {"hide_comment": secret["id"]}, "/act", is_followed=False).status == 404


def test_posts_that_link_to_a_page_are_its_comments(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    ids = [
        int(say(api, who, f"Read {ARTICLE}?utm_source=x number {n:02}")["id"])
        for n in range(25)
        for who in (ada,)
    ]
    quiet = int(say(api, bob, f"quietly {ARTICLE}", visibility="unlisted")["id"])
    with api.built.ground.store.write() as db:
        card = cards.put(db, Card(api.built.ground.here.next_id(), ARTICLE, "Swifts", "", 0))
        cards.attach(db, [PostId(id) for id in (*ids, quiet)], card)
    page = Browser(api).get(f"/comments?url={ARTICLE}%3Futm_source=mail%23part")
    is_harmless(page)
    assert "number 24" in page.text
    assert "number 04" not in page.text
    assert "quietly" not in page.text
    (older,) = re.findall(r'href="([^"]*max_id=\d+)"', told(page))
    assert "number 04" in Browser(api).get(older).text
    empty = Browser(api).get("/comments?url=https://blog.example/other")
    is_harmless(empty)
    assert "Nobody has said anything yet." in empty.text
    assert "/comments/answer?url=https" in told(empty)
    assert "Swifts" in Browser(api).get(f"/links?url={ARTICLE}").text
    assert Browser(api).get("/links?url=https://blog.example/other").status == 404


@pytest.mark.parametrize("url", HOSTILE, ids=[f"url-{n}" for n, _ in enumerate(HOSTILE)])
def test_b3_b6_hostile_addresses_get_nowhere(api: Api, url: str) -> None:
    query = {"url": url}
    page = Browser(api).get("/comments", query=query)
    assert page.status == 422
    is_harmless(page)
    assert "<script>alert" not in page.text
    assert Browser(api).get("/comments/answer", query=query).status == 404
    page = Browser(api).get("/comments", query={"post": url})
    assert page.status == 404
    is_harmless(page)
    assert Browser(api).get("/links", query=query).status == 404


def test_one_answers_here_or_from_ones_own_server(api: Api) -> None:
    ada = api.person("ada")
    root = say(api, ada, "an article")
    page = Browser(api).get(f"/comments/answer?post={root['id']}")
    assert page.cookies == ()
    assert f"/auth/sign_in?next=/@ada/{root['id']}#answer" in told(page).replace("%2F", "/").replace(
        "%40", "@"
    ).replace("%23", "#")
    for typed in ("peer.example", "@ada@peer.example", "https://PEER.example/@ada", "ada@peer.example"):
        page = Browser(api).get("/comments/answer", query={"post": root["id"], "server": typed})
        assert "https://peer.example/authorize_interaction?uri=http" in told(page), typed
    for typed in (
        "javascript:alert(1)",
        '"><img src=x onerror=1>',
        "peer.example\\@evil.test",
        "nothing",
        "a b.example",
    ):
        page = Browser(api).get("/comments/answer", query={"post": root["id"], "server": typed})
        assert "This is no server" in told(page), typed
        assert "authorize_interaction" not in page.text
        assert not [a for _, a in Reading(page.text).elements if "onerror" in a]
    page = Browser(api).get("/comments/answer", query={"url": ARTICLE, "server": "peer.example"})
    assert "https://peer.example/share?text=https" in told(page)
    assert "/write?url=https" in told(page)
    assert Browser(api).get("/comments/answer?post=1").status == 404


FOLLOW, CREATE = "https://w3id.org/fep/3b86/Follow", "https://w3id.org/fep/3b86/Create"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"


@pytest.mark.parametrize(
    ("templates", "wish", "wanted"),
    [
        ({SUBSCRIBE: "https://a.example/go?u={uri}"}, "follow", "https://a.example/go?u=https%3A%2F%2Fx%2F%3F%26"),
        ({SUBSCRIBE: "https://a.example/?u={uri}", FOLLOW: "https://a.example/f?o={object}&e={on-success}"}, "follow",
         "https://a.example/f?o=https%3A%2F%2Fx%2F%3F%26&e="),
        ({CREATE: "https://a.example/w?r={inReplyTo}"}, "answer", "https://a.example/w?r=https%3A%2F%2Fx%2F%3F%26"),
        ({CREATE: "https://a.example/w?t={content}"}, "answer", None),
        ({CREATE: "https://a.example/w?t={content}"}, "share", "https://a.example/w?t=https%3A%2F%2Fx%2F%3F%26"),
        ({SUBSCRIBE: "https://a.example/same"}, "follow", None),
        ({SUBSCRIBE: "javascript:alert('{uri}')"}, "follow", None),
        ({SUBSCRIBE: "http://a.example/{uri}"}, "follow", None),
        ({SUBSCRIBE: "{uri}"}, "follow", None),
        ({SUBSCRIBE: "https://b@a.example/{uri}"}, "follow", None),
        ({SUBSCRIBE: "https://a.example/" + "x" * 3000 + "{uri}"}, "follow", None),
        ({}, "share", None),
    ],
    ids=range(12),
)  # fmt: skip
def test_b6_a_servers_own_page_is_found_by_its_templates(
    templates: dict[str, str], wish: onward.Wish, wanted: str | None
) -> None:
    assert onward.chosen(templates, wish, "https://x/?&") == wanted


def test_ones_own_server_is_asked_where_its_page_is(api: Api) -> None:
    """And where it does not say, or is away, it goes on as with most servers."""

    class There(Nobody):
        async def templates(self, handle: str) -> dict[str, str]:
            asked.append(handle)
            return {SUBSCRIBE: "https://social.peer.example/intent?uri={uri}"} if "@peer" in handle else {}

    asked: list[str] = []
    api.person("ada")
    door = next(one for one in api.built.application.doors if isinstance(one, WebDoor))
    door._desk.resolver = There()
    browser = Browser(api)
    assert "/comments/answer?person=ada" in told(browser.get("/@ada"))
    page = told(browser.get("/comments/answer", query={"person": "ada", "server": "@bob@peer.example"}))
    assert "https://social.peer.example/intent?uri=http%3A%2F%2Flocalhost%3A3000%2Fusers%2Fada" in page
    assert "Go on to social.peer.example" in page
    page = told(browser.get("/comments/answer", query={"person": "ada", "server": "other.example"}))
    assert "https://other.example/authorize_interaction?uri=http" in page
    assert asked == ["bob@peer.example", "other.example@other.example"]
    assert browser.get("/comments/answer?person=nobody").status == 404


def test_other_servers_send_people_of_here_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    root = say(api, ada, "an article")
    finger = api.get("/.well-known/webfinger?resource=acct:ada@localhost:3000").json
    (template,) = (one["template"] for one in finger["links"] if "template" in one)
    assert template == "http://localhost:3000/authorize_interaction?uri={uri}"
    browser = Browser(api)
    asked = {"uri": root["uri"]}
    assert browser.get("/authorize_interaction", query=asked).headers["location"].startswith("/auth/sign_in")
    browser.sign_in(bob)
    page = browser.get("/authorize_interaction", query=asked)
    assert page.headers["location"] == f"/@ada/{root['id']}#answer"
    page = browser.get("/authorize_interaction", query={"uri": "http://localhost:3000/users/ada"})
    assert page.headers["location"] == "/@ada"
    page = browser.get("/authorize_interaction", query={"uri": "acct:eve@peer.example"})
    assert page.headers["location"].startswith("/search?q=eve")
    assert (
        browser.get("/authorize_interaction", query={"uri": "//evil.test/"})
        .headers["location"]
        .startswith("/search")
    )


def test_authors_are_given_the_code(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post, secret = say(api, ada, "an article"), say(api, ada, "psst", visibility="private")
    browser = Browser(api)
    browser.sign_in(ada)
    page = browser.get(f"/@ada/{post['id']}/comments")
    assert (
        f'<script src="http://localhost:3000/comments.js" data-post="{post["id"]}" async></script>'
        in told(page)
    )
    assert browser.get(f"/@ada/{secret['id']}/comments").status == 404
    other = Browser(api)
    other.sign_in(bob)
    assert other.get(f"/@ada/{post['id']}/comments").status == 404
    script = Browser(api).get("/comments.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.cookies == ()


def test_an_embedded_post_may_be_of_either_theme(api: Api) -> None:
    ada = api.person("ada")
    post = say(api, ada, "look", poll={"options": ["left", "right"], "expires_in": 3600})
    page = Browser(api).get(f"/@ada/{post['id']}/embed?theme=light")
    is_harmless(page)
    assert 'data-theme="light"' in page.text
    assert "left" in page.text
    assert f"/comments/answer?post={post['id']}" in told(page)
    assert "data-theme" not in Browser(api).get(f"/@ada/{post['id']}/embed?theme=x%22y").text


def test_owners_say_which_websites_have_comments(database: str, settings: Settings) -> None:
    own = Settings(database=database, data=settings.data, rate_limits=False, comment_sites=("blog.example",))
    with pytest.raises(WrongSetting, match="comment_sites"):
        load(environment={"MARTLET_COMMENT_SITES": "blog.example; script-src *"})
    store = open_store(own.database, own.folder)
    api = Api(app.build_on(ground_for(own, store), own))
    try:
        page = Browser(api).get(f"/comments?url={ARTICLE}")
        assert page.status == 200
        assert page.headers["content-security-policy"].endswith("frame-ancestors https://blog.example")
        assert Browser(api).get("/comments?url=https://other.example/").status == 422
    finally:
        api.close()
        store.close()
