"""The card below a post, from the link to what clients are shown."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine

from martlet import app
from martlet.activitypub.addressing import PUBLIC
from martlet.media import limits
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.network.answers import Answer
from martlet.network.errors import TimedOut
from martlet.services import deleting, previewing
from martlet.settings import Settings
from martlet.storage import cards
from martlet.storage.database import Store
from martlet.wiring.ground import ground_for
from tests.client import Api, Person
from tests.previews.web import PAGES, Web, hurry, look_up, waiting

NEWS = "https://www.kreisblatt.example/stadt/gaswerk"
BLOG = "https://blog.example/ferry"
FILM = "https://films.example/watch?v=41"
FILM_OEMBED = "https://films.example/oembed?url=https%3A%2F%2Ffilms.example%2Fwatch%3Fv%3D41"


def publish(api: Api, author: Person, text: str, **more: Any) -> str:
    reply = api.post("/api/v1/statuses", author, form={"status": text, **more})
    assert reply.status == 200, reply.text
    return str(reply.json["id"])


def card(api: Api, post: str, viewer: Person | None = None) -> Any:
    return api.get(f"/api/v1/statuses/{post}", viewer).json["card"]


def previewed(api: Api, author: Person, url: str) -> Any:
    post = publish(api, author, f"look {url}")
    look_up(api)
    return card(api, post)


def files(api: Api) -> list[str]:
    return list(api.built.ground.media.keys())


# -- kinds of pages ------------------------------------------------------


def test_a_newspaper(api: Api, ada: Person, web: Web) -> None:
    web.page(NEWS, "newspaper.html")
    web.picture("https://www.kreisblatt.example/bilder/gaswerk.png")
    web.person("jona", attributionDomains=["kreisblatt.example"])
    found = previewed(api, ada, f"{NEWS}?utm_source=feed&utm_medium=x#top")
    account = found["authors"][0].pop("account")
    assert account["acct"] == "jona@peer.example"
    image, blurhash = found.pop("image"), found.pop("blurhash")
    assert image.startswith("http://localhost:3000/media/")
    assert blurhash
    assert found == {
        "url": NEWS,
        "title": "Das alte Gaswerk bleibt stehen & die Segler auch",
        "description": "Der Stadtrat hat entschieden. Zwölf neue Nistkästen kommen dazu.",
        "language": "de",
        "type": "link",
        "authors": [{"name": "Jona Feldmann, dpa", "url": "https://www.kreisblatt.example/autoren/jona"}],
        "author_name": "Jona Feldmann, dpa",
        "author_url": "https://www.kreisblatt.example/autoren/jona",
        "provider_name": "Kreisblatt Mauerwinkel",
        "provider_url": "https://www.kreisblatt.example/",
        "html": "",
        "width": 662,
        "height": 347,
        "image_description": "Rote Dächer, darüber Mauersegler",
        "embed_url": "",
        "published_at": "2026-11-20T07:30:00.000Z",
        "missing_attribution": False,
        "source": {"name": "Reuters", "url": "https://www.reuters.com/world/gasworks"},
    }
    served = api.get(image.removeprefix("http://localhost:3000"))
    assert served.headers["content-type"] == "image/jpeg"


def test_a_film_with_oembed(api: Api, ada: Person, web: Web) -> None:
    web.page(FILM, "film.html")
    web.picture("https://films.example/still.png")
    told = {
        "version": "1.0",
        "type": "video",
        "title": "Swifts over the gasworks",
        "author_name": "Amara",
        "author_url": "https://films.example/@amara",
        "provider_name": "FilmTube",
        "provider_url": "https://films.example/",
        "thumbnail_url": "https://films.example/still.png",
        "width": 200,
        "height": 113,
        "html": '<iframe width="200" height="113" src="https://films.example/embed/41?a=1&amp;b=2" onload="x()"></iframe>',
    }
    web.html(FILM_OEMBED, json.dumps(told), "application/json; charset=utf-8")
    found = previewed(api, ada, FILM)
    assert (found["type"], found["embed_url"]) == ("video", "https://films.example/embed/41?a=1&b=2")
    assert found["html"] == (
        '<iframe src="https://films.example/embed/41?a=1&amp;b=2" width="200" height="113" sandbox="allow-scripts '
        'allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms" allowfullscreen="true" '
        'scrolling="no" frameborder="0"></iframe>'
    )
    assert (found["width"], found["height"]) == (200, 113)
    assert (found["author_name"], found["provider_name"]) == ("Amara", "FilmTube")
    assert found["description"] == "One minute of an evening in July."
    assert found["image"]


def test_a_photograph_with_oembed(api: Api, ada: Person, web: Web) -> None:
    web.page("https://photos.example/7", "photo.html")
    web.picture("https://photos.example/7.png", (300, 200))
    told = {
        "type": "photo",
        "url": "https://photos.example/7.png",
        "width": 300,
        "height": 200,
        "title": "Roofs",
    }
    web.html("https://photos.example/oembed?id=7", json.dumps(told), "application/json")
    found = previewed(api, ada, "https://photos.example/7")
    assert (found["type"], found["title"], found["html"]) == ("photo", "Roofs", "")
    assert found["embed_url"] == found["image"]
    assert (found["width"], found["height"]) == (300, 200)
    assert found["image"]


def test_a_blog_that_calls_itself_somebody_else(api: Api, ada: Person, web: Web) -> None:
    """Its own host only: else one page could stand for another's."""
    web.page(BLOG, "blog.html")
    web.picture("https://blog.example/ferry.png", (64, 64))
    found = previewed(api, ada, BLOG)
    assert (found["url"], found["title"], found["language"]) == (BLOG, "Ferry times", "en")
    assert found["published_at"] == "2026-11-01T00:00:00.000Z"
    assert found["author_name"] == "By Ines Brandt, AFP"
    assert found["source"] == {"name": "AFP", "url": ""}
    assert found["image"]
    assert "https://tracker.example/oembed" not in web.asked


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/html; charset=GBK"])
def test_a_page_in_gbk(api: Api, ada: Person, web: Web, content_type: str) -> None:
    text = (PAGES / "gbk.html").read_text()
    web.html("https://news.example/41.shtml", text.encode("gbk"), content_type)
    found = previewed(api, ada, "https://news.example/41.shtml")
    assert found["title"] == "老煤气厂将保留"
    assert found["description"] == "市议会决定保留老煤气厂，并增设十二个雨燕巢箱。"
    assert found["source"] == {"name": "新华社", "url": ""}


def test_a_bare_page(api: Api, ada: Person, web: Web) -> None:
    web.page("https://bare.example/", "bare.html", "text/html")
    found = previewed(api, ada, "https://bare.example")
    assert (found["url"], found["title"], found["type"]) == ("https://bare.example/", "Just a title", "link")
    assert (found["image"], found["authors"], found["source"]) == (None, [], None)


def test_a_huge_page_is_read_as_far_as_it_goes(api: Api, ada: Person, web: Web) -> None:
    start = (PAGES / "bare.html").read_bytes()
    web.html("https://huge.example/", start + b"<p>ha</p>" * 2_000_000)
    assert previewed(api, ada, "https://huge.example/")["title"] == "Just a title"


def test_files_and_pages_without_a_title_have_no_card(api: Api, ada: Person, web: Web) -> None:
    web.html("https://a.example/x.pdf", b"%PDF-1.7", "application/pdf")
    web.html("https://a.example/untitled", "<p>Hello")
    web.answers["https://a.example/gone"] = Answer(410, {}, b"", "https://a.example/gone")
    for url in ("https://a.example/x.pdf", "https://a.example/untitled", "https://a.example/gone"):
        assert previewed(api, ada, url) is None
        assert previewed(api, ada, url) is None
        assert web.times_asked(url) == 1


def test_a_slow_page_is_tried_again(api: Api, ada: Person, web: Web) -> None:
    web.failures[BLOG] = TimedOut("It takes too long.")
    post = publish(api, ada, BLOG)
    look_up(api)
    assert card(api, post) is None
    del web.failures[BLOG]
    web.page(BLOG, "blog.html")
    look_up(api)
    assert card(api, post)["title"] == "Ferry times"


def test_a_page_that_never_answers_is_given_up(api: Api, ada: Person, web: Web) -> None:
    web.failures[BLOG] = TimedOut("It takes too long.")
    post = publish(api, ada, BLOG)
    for _ in range(5):
        look_up(api)
    assert (card(api, post), web.times_asked(BLOG), waiting(api)) == (None, 3, 0)


def test_what_a_redirect_leads_to_is_shown(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.redirect("https://short.example/x", BLOG)
    first = publish(api, ada, "https://short.example/x")
    second = publish(api, ada, BLOG)
    look_up(api)
    assert card(api, first)["url"] == card(api, second)["url"] == BLOG


def test_a_page_does_not_change_what_another_said(api: Api, ada: Person, web: Web) -> None:
    web.html("https://pages.example/ada", "<title>Ada</title>")
    web.html("https://pages.example/eve", '<title>Eve</title><link rel="canonical" href="/ada">')
    assert previewed(api, ada, "https://pages.example/ada")["title"] == "Ada"
    assert previewed(api, ada, "https://pages.example/eve")["title"] == "Ada"


def test_a_page_takes_back_what_another_said_of_it(api: Api, ada: Person, web: Web) -> None:
    web.html("https://pages.example/ada", "<title>Ada</title>")
    web.html("https://pages.example/eve", '<title>Eve</title><link rel="canonical" href="/ada">')
    post = publish(api, ada, "https://pages.example/eve")
    look_up(api)
    assert card(api, post)["title"] == "Eve"
    assert previewed(api, ada, "https://pages.example/ada")["title"] == "Ada"
    api.work()
    assert card(api, post)["title"] == "Ada"


# -- which link, and whose -----------------------------------------------


def test_the_first_link_counts(api: Api, ada: Person, bob: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    own = "http://localhost:3000/@bob"
    post = publish(api, ada, f"@bob #ferry {own} ftp://x.example {BLOG} and https://later.example/")
    look_up(api)
    assert card(api, post)["url"] == BLOG
    assert web.asked == [BLOG, "https://blog.example/ferry.png"]


@pytest.mark.parametrize(
    ("visibility", "has_card"), [("public", True), ("unlisted", True), ("private", True), ("direct", False)]
)
def test_posts_to_named_people_have_no_card(
    api: Api, ada: Person, web: Web, visibility: str, *, has_card: bool
) -> None:
    web.page(BLOG, "blog.html")
    post = publish(api, ada, f"@ada {BLOG}", visibility=visibility)
    look_up(api)
    assert (card(api, post, ada) is not None) == has_card
    assert (BLOG in web.asked) == has_card


def test_a_post_of_another_server(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    eve = web.person("eve")
    note = eve.note(
        '<p><a href="https://peer.example/@eve" class="u-url mention">@eve</a> '
        '<a href="https://peer.example/tags/ferry" class="mention hashtag" rel="tag">#<span>ferry</span></a> '
        f'<a href="{BLOG}">ferry</a></p>',
        to=["http://localhost:3000/users/ada", PUBLIC],
    )
    web.bring(api, eve.act("Create", note))
    look_up(api)
    found = api.get("/api/v1/accounts/lookup", ada, query={"acct": "eve@peer.example"}).json
    [post] = api.get(f"/api/v1/accounts/{found['id']}/statuses", ada).json
    assert post["card"]["title"] == "Ferry times"


def test_an_edit_changes_the_card(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.page("https://bare.example/", "bare.html")
    post = publish(api, ada, BLOG)
    look_up(api)
    api.put(f"/api/v1/statuses/{post}", ada, form={"status": "https://bare.example/"})
    api.work()
    assert card(api, post) is None
    look_up(api)
    assert card(api, post)["title"] == "Just a title"
    api.put(f"/api/v1/statuses/{post}", ada, form={"status": "https://bare.example/ it is"})
    api.work()
    assert card(api, post)["title"] == "Just a title"
    api.put(f"/api/v1/statuses/{post}", ada, form={"status": "nothing"})
    api.work()
    assert card(api, post) is None


def test_nothing_is_asked_where_previews_are_off(store: Store, settings: Settings, web: Web) -> None:
    off = msgspec.structs.replace(settings, link_previews=False)
    api = Api(app.build_on(ground_for(off, store), off, web))
    web.page(BLOG, "blog.html")
    assert previewed(api, api.person("ada"), BLOG) is None
    assert web.asked == []
    api.close()


# -- how often, and how long ---------------------------------------------


def test_a_page_is_asked_for_anew_after_weeks(api: Api, ada: Person, web: Web) -> None:
    web.html(BLOG, "<title>Before</title>")
    post = publish(api, ada, BLOG)
    look_up(api)
    web.html(BLOG, "<title>After</title>")
    publish(api, ada, f"again {BLOG}")
    look_up(api)
    assert card(api, post)["title"] == "Before"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=22)):
        later = publish(api, ada, f"and again {BLOG}")
        api.work()
        assert card(api, later)["title"] == "Before"
        look_up(api)
        api.work()
        assert card(api, post)["title"] == card(api, later)["title"] == "After"
    assert web.times_asked(BLOG) == 2


def test_the_last_post_takes_the_card_along(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.picture("https://blog.example/ferry.png")
    first, second = publish(api, ada, BLOG), publish(api, ada, f"again {BLOG}")
    look_up(api)
    assert len(files(api)) == 1
    api.delete(f"/api/v1/statuses/{first}", ada)
    look_up(api)
    assert (card(api, second)["title"], len(files(api))) == ("Ferry times", 1)
    api.delete(f"/api/v1/statuses/{second}", ada)
    look_up(api)
    with api.built.ground.store.read() as db:
        left = [db.value(f"SELECT count(*) FROM {table}") for table in ("card", "link", "loose_card")]
    assert (left, files(api)) == ([0, 0, 0], [])


def test_a_post_deleted_while_its_page_is_asked_for_leaves_nothing(
    api: Api, ada: Person, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.page(BLOG, "blog.html")
    web.picture("https://blog.example/ferry.png")
    waiting_posts = [PostId(int(publish(api, ada, BLOG)))]
    ground, get = api.built.ground, web.get

    async def get_slowly(url: str, **options: Any) -> Answer:
        if waiting_posts:
            await ground.store.writing(deleting.delete, ada.id, waiting_posts.pop(), ground.here)
        return await get(url, **options)

    monkeypatch.setattr(web, "get", get_slowly)
    look_up(api)
    assert len(files(api)) == 1
    look_up(api)
    with ground.store.read() as db:
        left = [db.value(f"SELECT count(*) FROM {table}") for table in ("card", "link", "loose_card")]
    assert (left, files(api)) == ([0, 0, 0], [])


def test_a_page_asked_for_anew_keeps_one_picture(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.picture("https://blog.example/ferry.png")
    publish(api, ada, BLOG)
    look_up(api)
    before = files(api)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=22)):
        post = publish(api, ada, f"again {BLOG}")
        look_up(api)
        api.work()
        assert card(api, post)["image"].endswith(files(api)[0])
    assert len(files(api)) == 1
    assert files(api) != before


def test_a_picture_that_cannot_be_had_anew_stays(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.picture("https://blog.example/ferry.png")
    publish(api, ada, BLOG)
    look_up(api)
    before = files(api)
    web.failures["https://blog.example/ferry.png"] = TimedOut("It takes too long.")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=22)):
        post = publish(api, ada, f"again {BLOG}")
        look_up(api)
        api.work()
        assert card(api, post)["image"].endswith(before[0])
    assert (web.times_asked(BLOG), files(api)) == (2, before)


def test_pictures_have_half_of_the_room_for_files_from_elsewhere(
    api: Api, ada: Person, web: Web, here: Server
) -> None:
    store = api.built.ground.store
    web.page(BLOG, "blog.html")
    web.picture("https://blog.example/ferry.png")
    post = publish(api, ada, BLOG)
    look_up(api)
    [key] = files(api)
    with store.write() as db:
        assert cards.picture_bytes(db) == api.built.ground.media.size(key)
        cards._count_bytes(db, here.limits.remote_media_bytes // 2)
    image = '<meta property="og:image" content="https://blog.example/ferry.png">'
    web.html("https://b.example/", f"<title>B</title>{image}")
    assert previewed(api, ada, "https://b.example/")["image"] is None
    api.delete(f"/api/v1/statuses/{post}", ada)
    look_up(api)
    with store.write() as db:
        assert cards.picture_bytes(db) == here.limits.remote_media_bytes // 2
        cards._count_bytes(db, -1)
    web.html("https://c.example/", f"<title>C</title>{image}")
    assert previewed(api, ada, "https://c.example/")["image"]


def test_a_picture_that_is_none_is_left_out(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.html("https://blog.example/ferry.png", b"<svg>", "image/svg+xml")
    assert previewed(api, ada, BLOG)["image"] is None
    assert files(api) == []


def test_pictures_are_bounded(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.html("https://blog.example/ferry.png", b"\x89PNG\r\n\x1a\n" + bytes(9 * limits.MIB), "image/png")
    assert previewed(api, ada, BLOG)["image"] is None


# -- whose page it is ----------------------------------------------------


@pytest.mark.parametrize(
    ("domains", "is_named"),
    [
        (["kreisblatt.example"], True),
        (["www.kreisblatt.example"], True),
        (["blatt.example", "kreisblatt.example.org"], False),
        ([], False),
    ],
    ids=["site", "host", "another", "none"],
)
def test_an_author_says_so_too(
    api: Api, ada: Person, web: Web, domains: list[str], *, is_named: bool
) -> None:
    web.page(NEWS, "newspaper.html")
    web.person("jona", attributionDomains=domains)
    [author] = previewed(api, ada, NEWS)["authors"]
    assert (author["account"] is not None) == is_named


def test_an_author_of_this_server_may_take_it_back(api: Api, ada: Person, bob: Person, web: Web) -> None:
    page = '<title>By Bob</title><meta name="fediverse:creator" content="@bob@localhost:3000">'
    web.html("https://bob.example/1", page)
    api.patch("/api/v1/accounts/update_credentials", bob, json={"attribution_domains": ["bob.example"]})
    api.work()
    post = publish(api, ada, "https://bob.example/1")
    look_up(api)
    [author] = card(api, post)["authors"]
    assert (author["name"], author["account"]["acct"]) == ("bob", "bob")
    api.patch("/api/v1/accounts/update_credentials", bob, json={"attribution_domains": []})
    api.work()
    assert card(api, post)["authors"] == []


# -- timelines by link ---------------------------------------------------


def test_the_timeline_of_a_link(api: Api, ada: Person, bob: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    web.redirect("https://short.example/x", BLOG)
    written = [publish(api, ada, f"{n} {BLOG}") for n in range(3)]
    written.append(publish(api, bob, "https://short.example/x"))
    for visibility in ("unlisted", "private", "direct"):
        publish(api, ada, BLOG, visibility=visibility)
    look_up(api)
    link = "/api/v1/timelines/link"
    found = api.get(link, query={"url": BLOG})
    assert [one["id"] for one in found.json] == written[::-1]
    assert api.get(link, query={"url": f"{BLOG}#part"}).json == found.json
    assert api.get(link, query={"url": "https://short.example/x"}).json == found.json
    page = api.get(link, query={"url": BLOG, "limit": 2})
    assert [one["id"] for one in page.json] == written[:1:-1]
    assert [one["id"] for one in api.get(page.links["next"]).json] == written[1::-1]
    api.post(f"/api/v1/accounts/{bob.id}/block", ada)
    assert [one["id"] for one in api.get(link, ada, query={"url": BLOG}).json] == written[2::-1]
    assert api.get(link, query={"url": "https://unknown.example/"}).status == 404
    assert api.get(link, query={"url": "nonsense"}).status == 404
    assert api.get(link).status == 422


def test_shares_are_counted_by_the_day(api: Api, ada: Person, bob: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    for author, visibility in ((ada, "public"), (ada, "public"), (bob, "public"), (bob, "private")):
        publish(api, author, f"{BLOG}", visibility=visibility)
    look_up(api)
    with api.built.ground.store.read() as db:
        rows = db.rows("SELECT uses, accounts FROM card_day")
    assert [tuple(row) for row in rows] == [(3, 2)]


def test_a_job_that_is_done_twice_changes_nothing(api: Api, ada: Person, web: Web) -> None:
    web.page(BLOG, "blog.html")
    post = publish(api, ada, BLOG)
    api.work()
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO job (name, body, key, run_at, tries, error) "
            "SELECT name, body, 'twice', 0, 0, '' FROM job WHERE name = :name",
            name=previewing.PREVIEW,
        )
    hurry(api)
    api.work()
    assert card(api, post)["title"] == "Ferry times"
