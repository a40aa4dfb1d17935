"""What strangers try with links that we look at (docs/security.md, groups B, E and F)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from martlet import app
from martlet.media import webpages
from martlet.media.limits import Limits
from martlet.media.workshop import Workshop
from martlet.model.visibility import Visibility
from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.services import previewing
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api, Person
from tests.make import Make
from tests.network.servers import answer, here, listening, saying
from tests.previews.web import Web, look_up, waiting

OWN_DELAY = previewing.OWN_DELAY
LINK = "https://paper.example/news"


@pytest.fixture(autouse=True)
def much_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nothing is due before a test says so."""
    monkeypatch.setattr(previewing, "OWN_DELAY", (3600, 7200))


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def api(ground: Ground, settings: Settings, web: Web) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, web))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def publish(api: Api, author: Person, text: str, visibility: str = "public") -> str:
    reply = api.post("/api/v1/statuses", author, form={"status": text, "visibility": visibility})
    return str(reply.json["id"])


def card(api: Api, post: str) -> Any:
    return api.get(f"/api/v1/statuses/{post}").json["card"]


def test_e10_hundreds_of_posts_ask_once(api: Api, ada: Person, web: Web, make: Make) -> None:
    web.html(LINK, "<title>News</title>")
    posts = [make.post(ada.id, f"{LINK}?utm_source={n} again") for n in range(250)]
    api.work()
    assert (waiting(api), web.asked) == (1, [])
    look_up(api)
    assert web.asked == [LINK]
    for post in (posts[0], posts[200], posts[-1]):
        assert card(api, str(post))["title"] == "News"
    publish(api, ada, f"and once more {LINK}")
    look_up(api)
    assert web.asked == [LINK]


def test_e10_pages_are_asked_for_later_at_random(api: Api, ada: Person, web: Web) -> None:
    assert min(*OWN_DELAY, *previewing.DELAY) >= 1
    begun = api.built.ground.here.now_ms()
    for n in range(20):
        publish(api, ada, f"{LINK}/{n}")
    api.work()
    with api.built.ground.store.read() as db:
        due = [
            row[0] - begun
            for row in db.rows("SELECT run_at FROM job WHERE name = :name", name=previewing.PREVIEW)
        ]
    assert min(due) >= 3_600_000
    assert max(due) - min(due) > 600_000
    assert web.asked == []


def test_e10_what_had_nothing_is_not_asked_again(api: Api, ada: Person, web: Web) -> None:
    web.answers[LINK] = Answer(404, {}, b"", LINK)
    for _ in range(3):
        publish(api, ada, LINK)
        look_up(api)
    assert web.asked == [LINK]


def test_e10_nobody_who_looks_has_anything_fetched(api: Api, ada: Person, web: Web) -> None:
    web.html(LINK, "<title>News</title>")
    post = publish(api, ada, LINK)
    api.work()
    for path in (f"/api/v1/statuses/{post}", f"/@ada/{post}", "/api/v1/timelines/public"):
        assert api.get(path).status == 200
    assert api.get("/api/v1/timelines/link", query={"url": LINK}).status == 404
    assert web.asked == []


def test_e10_d21_one_site_waits_for_so_many_links(api: Api, ada: Person, make: Make) -> None:
    for n in range(120):
        make.post(ada.id, f"https://{n}.victim.example/{n}")
    make.post(ada.id, LINK)
    api.work()
    assert waiting(api) == 101


def test_f11_posts_to_named_people_are_not_previewed(api: Api, ada: Person, web: Web, make: Make) -> None:
    publish(api, ada, f"@ada {LINK}", "direct")
    make.post(ada.id, f"@ada {LINK}", Visibility.CIRCLE)
    look_up(api)
    assert web.asked == []


def test_f11_what_was_deleted_before_it_is_looked_at_is_not(api: Api, ada: Person, web: Web) -> None:
    post = publish(api, ada, LINK)
    api.work()
    api.delete(f"/api/v1/statuses/{post}", ada)
    look_up(api)
    assert web.asked == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM link") == 0


@pytest.mark.parametrize(
    "html",
    [
        '<iframe srcdoc="<script>x()</script>" src="https://paper.example/p"></iframe>',
        "<script>x()</script>",
        '<iframe src="javascript:x()"></iframe>',
        '<iframe src="http://paper.example/p"></iframe>',
        '<iframe src="https://evil.example/p"></iframe>',
        '<iframe src="https://paper.example.evil.example/p"></iframe>',
        '<object data="https://paper.example/p"></object>',
        '<iframe src="https://eve@paper.example/p"></iframe>',
        "",
    ],
    ids=["srcdoc", "script", "scheme", "http", "host", "look-alike", "object", "userinfo", "nothing"],
)
def test_b2_players_that_are_none_leave_a_plain_card(api: Api, ada: Person, web: Web, html: str) -> None:
    oembed = "https://paper.example/oembed"
    web.html(
        LINK,
        f'<title>News</title><link rel="alternate" type="application/json+oembed" href="{oembed}">'
        '<meta name="twitter:player" content="https://evil.example/p">',
    )
    told = {"type": "video", "title": "Film", "html": html, "width": 10, "height": 10}
    web.html(oembed, json.dumps(told), "application/json")
    post = publish(api, ada, LINK)
    look_up(api)
    found = card(api, post)
    assert (found["type"], found["html"], found["embed_url"]) == ("link", "", "")
    assert oembed in web.asked


def test_b2_players_bring_no_markup(api: Api, ada: Person, web: Web) -> None:
    """All that is taken from a player is its address, and that is written anew."""
    player = "https://paper.example/p?a='\"><script>x()</script>"
    page = f'<title>News</title><meta name="twitter:player" content="{player.replace(chr(34), "&quot;")}">'
    web.html(LINK, page)
    post = publish(api, ada, LINK)
    look_up(api)
    html = card(api, post)["html"]
    assert html.count("<") == 2
    assert "script>" not in html
    assert html.startswith(
        '<iframe src="https://paper.example/p?a=&#x27;%22%3E%3Cscript%3Ex()%3C/script%3E" width'
    )


@pytest.mark.parametrize(
    "page",
    [
        '<meta property="og:image" content="{inner}/x.png">',
        '<link rel="alternate" type="application/json+oembed" href="{inner}/oembed">',
        '<link rel="alternate" type="application/json+oembed" href="https://paper.example:{port}/oembed">',
        '<meta property="og:image" content="https://rebinding.example:{port}/x.png">',
        '<meta name="fediverse:creator" content="@eve@127.0.0.1:{port}">',
    ],
    ids=["image", "oembed", "oembed-of-a-name", "image-of-a-name", "creator"],
)
def test_e4_a_page_leads_us_to_no_private_address(
    ground: Ground, settings: Settings, tmp_path: Path, page: str
) -> None:
    """The picture, oEmbed and the author of a page are fetched by the one guarded client."""

    filled = ""

    class Half(Client):
        """The page itself is there; all else goes out."""

        async def get(self, url: str, **options: Any) -> Answer:
            if url == LINK:
                body = f"<title>News</title>{filled}".encode()
                return Answer(200, {"content-type": "text/html"}, body, url)
            return await super().get(url, **options)

    async def trial(api: Api) -> tuple[int, int]:
        async with listening(saying(answer(200, b"secret"))) as listener:
            nonlocal filled
            filled = page.format(inner=listener.url, port=listener.port)
            await ground.store.writing(lambda db: db.run("UPDATE job SET run_at = 0"))
            await api.built.runner.run_until_idle()
            return listener.connections, len(listener.requests)

    api = Api(app.build_on(ground, settings, Half("localhost:3000", lookup=here)))
    post = publish(api, api.person("ada"), LINK)
    api.work()
    assert api.run(trial(api)) == (0, 0)
    assert card(api, post)["title"] == "News"
    assert card(api, post)["image"] is None
    api.close()


HOSTILE: Sequence[bytes] = [
    b"<a " * 350_000,
    b"<a " + b" ".join(b"a%d=1" % n for n in range(120_000)),
    b"<div>" * 200_000,
    b"<div>" * 20_000 + b"</p>" * 200_000,
    b"<b><i><a>" * 100_000,
    b"<meta name=x content=y>" * 45_000,
    b"<meta " * 170_000 + b"charset",
    b"<html " * 170_000,
    b"<title>" + b"&amp;" * 200_000,
    b'<script type="application/ld+json">' + b"[" * 1_000_000,
    b'<script type="application/ld+json">' + b'{"@graph":[' * 20_000 + b"</script>",
    b'<script type="application/ld+json">' + b"\n \t" * 80_000 + b"</script>",
    b"\0" * 1_000_000,
    bytes(range(256)) * 4000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_e12_pages_cost_no_more_than_their_length(tmp_path: Path, body: bytes) -> None:
    """Each is read by a worker that is ended after a second or two of processor time."""
    with Workshop(tmp_path, Limits(page_seconds=1, page_patience=120), ffmpeg=None) as workshop:
        webpages.read_page(b"<title>Warm</title>", LINK, "", workshop)
        webpages.read_page(body[: 1 << 20], LINK, "", workshop)
        webpages.read_oembed(body[: 1 << 17], LINK, workshop)
