"""What stands open to the rest of the web: profiles with their tabs, feeds, what pages say of themselves to machines."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from lxml import etree

from martlet.model.names import AccountId
from martlet.services import moderating
from martlet.storage import directory
from martlet.web import showing
from martlet.web.language import Language
from martlet.web.public_posts import render_public
from tests.browser import Browser
from tests.client import Api, Person, Reply
from tests.mastodon.test_profile import picture
from tests.web.sample_cards import CHOIR, LINKED, QUOTING, SENSITIVE, TOMATOES, WARNED
from tests.web.test_pages import HARMLESS, POISON, Reading, filled_with

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "</script><img src=x onerror=1>]]>&\"'<!--\u2028\u0007"


def say(api: Api, who: Person, text: str, **more: Any) -> dict[str, Any]:
    reply = api.post("/api/v1/statuses", token=who, json={"status": text, **more})
    assert reply.status == 200, reply.text
    return dict(reply.json)


# -- profiles ------------------------------------------------------------


def test_a_profile_has_tabs_for_visitors(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = say(api, bob, "What now?")
    say(api, ada, "plain words")
    say(api, ada, "@bob answered", in_reply_to_id=first["id"])
    shown = Browser(api)
    page = shown.get("/@ada").text
    assert "plain words" in page
    assert "answered" not in page
    assert "answered" in shown.get("/@ada?show=replies").text
    pictures = shown.get("/@ada?show=media").text
    assert "plain words" not in pictures
    assert "No pictures yet." in pictures
    assert 'aria-current="page">Pictures' in pictures


def test_what_was_kept_is_never_old(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = say(api, ada, "before")
    shown = Browser(api)
    assert "before" in shown.get("/@ada").text
    api.put(f"/api/v1/statuses/{post['id']}", token=ada, form={"status": "after"})
    assert "after" in shown.get("/@ada").text
    assert "after" in shown.get(f"/@ada/{post['id']}").text
    api.patch("/api/v1/accounts/update_credentials", token=ada, form={"display_name": "Countess"})
    assert "Countess" in shown.get("/@ada").text
    assert "Countess" in shown.get("/").text
    api.post("/api/v1/featured_tags", token=ada, form={"name": "engines"})
    assert "#engines" in shown.get("/@ada").text
    poll = say(api, ada, "which?", poll={"options": ["left", "right"], "expires_in": 3600})
    assert "0 people took part" in shown.get("/@ada").text
    api.post(f"/api/v1/polls/{poll['poll']['id']}/votes", token=bob, json={"choices": [1]})
    assert "One person took part" in shown.get("/@ada").text
    api.delete(f"/api/v1/statuses/{post['id']}", token=ada)
    assert "after" not in shown.get("/@ada").text
    german = Browser(api, headers={"accept-language": "de"}).get("/@ada").text
    assert 'lang="de"' in german


def test_who_is_signed_in_leaves_no_name_on_a_page_that_is_kept(api: Api) -> None:
    ada, eve = api.person("ada"), api.person("eve")
    say(api, ada, "Hello")
    leaving = Browser(api)
    leaving.sign_in(eve)
    with api.built.ground.store.write() as db:
        db.run(
            "UPDATE account SET deletes_at = :at WHERE id = :id",
            at=api.built.ground.here.now_ms() + 9**12,
            id=eve.id,
        )
    page = leaving.get("/@ada")
    assert page.headers["cache-control"] == "private, no-store"
    assert "Sign in" in Browser(api).get("/@ada").text


def test_followers_are_shown_unless_hidden(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    shown = Browser(api)
    assert "@bob" in shown.get("/@ada/followers").text
    assert "Nobody yet." in shown.get("/@ada/following").text
    api.patch("/api/v1/accounts/update_credentials", token=ada, form={"hide_collections": "true"})
    hidden = shown.get("/@ada/followers").text
    assert "@bob" not in hidden
    assert "not shown to others" in hidden
    assert shown.get("/@nobody/followers").status == 404


def test_a_hashtag_is_followed_from_its_page(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    say(api, bob, "a #boat")
    browser = Browser(api)
    browser.sign_in(ada)
    page = browser.get("/tags/boat")
    assert "Answer" in page.text
    page = browser.send(page, {"follow": "boat"})
    assert "Posts with this hashtag come to your home." in page.text
    api.work()
    assert "boat" in browser.get("/home").text
    page = browser.send(page, {"unfollow": "boat"})
    assert "Follow the hashtag" in page.text
    assert browser.send(page, {"follow": "no tag"}).status == 404


# -- what pages say to machines ------------------------------------------


def data_of(page: Reply) -> dict[str, Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert len(found) == 1
    return dict(json.loads(found[0]))


def test_b1_b4_what_is_said_to_machines_cannot_leave_its_place(api: Api) -> None:
    ada = api.person("ada")
    form = {"display_name": HOSTILE[:30], "note": HOSTILE, "discoverable": "true", "indexable": "true"}
    api.patch("/api/v1/accounts/update_credentials", token=ada, form=form)
    post = say(api, ada, HOSTILE)
    for path in ("/@ada", f"/@ada/{post['id']}"):
        page = Browser(api).get(path)
        told = data_of(page)
        assert told["@context"] == "https://schema.org"
        assert "</script><img" in json.dumps(told, ensure_ascii=False).replace("\\", "")
        reading = Reading(page.text)
        assert not [a for _, a in reading.elements if "onerror" in a]
        assert all("src" in one or one["type"] == "application/ld+json" for one in reading.all("script"))
        assert "script-src 'self';" in page.headers["content-security-policy"]
    said = data_of(Browser(api).get(f"/@ada/{post['id']}"))
    assert said["author"]["url"] == "http://localhost:3000/@ada"
    assert said["url"] == f"http://localhost:3000/@ada/{post['id']}"


def test_warned_posts_and_people_who_hide_say_less(api: Api) -> None:
    ada = api.person("ada")
    post = say(api, ada, "the end of it", spoiler_text="Spoilers")
    assert "ld+json" not in Browser(api).get(f"/@ada/{post['id']}").text
    form = {"discoverable": "true", "indexable": "true"}
    api.patch("/api/v1/accounts/update_credentials", token=ada, form=form)
    page = Browser(api).get(f"/@ada/{post['id']}")
    assert data_of(page)["text"] == "Spoilers"
    head = page.text[: page.text.index("</head>")]
    assert "the end of it" not in head


@pytest.mark.parametrize(
    "card", [TOMATOES, CHOIR, WARNED, LINKED, SENSITIVE, QUOTING], ids=lambda card: f"post-{card.id}"
)
def test_b4_nothing_gets_out_of_its_place_in_a_public_list(card: Any) -> None:
    poisoned = Reading(render_public(filled_with(POISON, card), Language.ENGLISH))
    harmless = Reading(render_public(filled_with(HARMLESS, card), Language.ENGLISH))
    assert [tag for tag, _ in poisoned.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(a) for _, a in poisoned.elements] == [sorted(a) for _, a in harmless.elements]


# -- sitemaps ------------------------------------------------------------


def test_search_engines_are_told_only_of_those_who_want_to_be_found(api: Api) -> None:
    """And of nothing that is not for everybody; what there is is named from the index, and that from robots.txt."""
    found, hidden = api.person("ada"), api.person("bob")
    for who, is_found in ((found, "true"), (hidden, "false")):
        api.patch("/api/v1/accounts/update_credentials", token=who, form={"discoverable": is_found})
    wanted = say(api, found, "for everybody")["id"]
    say(api, found, "for followers", visibility="private")
    say(api, found, "not in timelines", visibility="unlisted")
    say(api, hidden, "not to be found")
    api.work()
    with api.built.ground.store.write() as db:
        directory.put(db, {AccountId(one.id): (True, 1) for one in (found, hidden)})
    browser = Browser(api)
    assert "\nSitemap: http://localhost:3000/sitemap.xml\n" in browser.get("/robots.txt").text
    index = browser.get("/sitemap.xml")
    assert index.headers["cache-control"] == "public, max-age=3600"
    files = re.findall(r"<loc>http://localhost:3000(.*?)</loc>", index.text)
    listed = [re.findall(r"<loc>(.*?)</loc>", browser.get(path).text) for path in files]
    assert listed == [["http://localhost:3000/@ada"], [f"http://localhost:3000/@ada/{wanted}"]]
    assert {browser.get(f"/sitemap/{name}").status for name in ("2", "5", "x")} == {404}


# -- feeds ---------------------------------------------------------------


def atom(page: Reply) -> ET.Element:
    """Parsed, and held to what RFC 4287 demands of each feed and entry."""
    assert page.status == 200
    assert page.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(page.body)  # noqa: S314  our own
    for one in (root, *root.iter(f"{ATOM}entry")):
        assert [len(one.findall(ATOM + name)) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.findtext(f"{ATOM}updated") or "")
        assert one.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return root


def rss(page: Reply) -> etree._Element:
    """Parsed, and held to what RSS 2.0 demands."""
    assert page.status == 200
    assert page.headers["content-type"] == "application/rss+xml; charset=utf-8"
    root = etree.fromstring(page.body)
    assert root.get("version") == "2.0"
    (channel,) = root
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    for item in channel.iter("item"):
        assert item.findtext("title")
        assert item.findtext("guid")
        assert len(item.findall("enclosure")) <= 1
        for enclosure in item.iter("enclosure"):
            assert set(enclosure.attrib) == {"url", "length", "type"}
    return channel


def test_somebodys_posts_are_a_feed(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    other = say(api, bob, "from bob")
    say(api, ada, "@bob answered", in_reply_to_id=other["id"])
    api.post(f"/api/v1/statuses/{other['id']}/reblog", token=ada)
    say(api, ada, "for friends", visibility="private")
    say(api, ada, "the end of it", spoiler_text="Spoilers")
    say(api, ada, HOSTILE)
    browser = Browser(api)
    page = browser.get("/@ada/feed.atom")
    entries = [one.findtext(f"{ATOM}title") for one in atom(page).iter(f"{ATOM}entry")]
    assert entries == [HOSTILE.replace("\u2028", " ").replace("\u0007", "").strip(), "Spoilers"]
    assert "the end of it" not in page.text
    assert page.cookies == ()
    assert "public" in page.headers["cache-control"]
    channel = rss(browser.get("/@ada/feed.rss"))
    assert len(list(channel.iter("item"))) == 2
    html = next(item.findtext("description") or "" for item in channel.iter("item"))
    assert not [a for _, a in Reading(html).elements if "onerror" in a]
    assert "answered" in browser.get("/@ada/feed.atom?replies=1").text
    assert "from bob" in browser.get("/@ada/feed.atom?boosts=1").text
    assert "<entry" not in browser.get("/@ada/feed.atom?pictures=1").text
    assert browser.get("/@ada.rss").headers["location"] == "/@ada/feed.rss"
    assert browser.get("/tags/boats.atom").headers["location"] == "/tags/boats/feed.atom"
    assert '/@ada/feed.atom"' in browser.get("/@ada").text.replace("&#x2f;", "/")


def test_a_feed_that_did_not_change_is_not_sent_again(api: Api) -> None:
    ada = api.person("ada")
    post = say(api, ada, "Hello")
    browser = Browser(api)
    first = browser.get("/@ada/feed.rss")
    known = {"if-none-match": f'W/{first.headers["etag"]}, "x"'}
    again = Browser(api, headers=known).get("/@ada/feed.rss")
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    since = {"if-modified-since": first.headers["last-modified"]}
    assert Browser(api, headers=since).get("/@ada/feed.rss").status == 304
    assert Browser(api, headers={"if-modified-since": "nonsense"}).get("/@ada/feed.rss").status == 200
    api.put(f"/api/v1/statuses/{post['id']}", token=ada, form={"status": "Goodbye"})
    assert "Goodbye" in Browser(api, headers=known).get("/@ada/feed.rss").text


@pytest.mark.parametrize("column", ["is_locked", "is_noindex"])
def test_who_wants_no_feed_has_none(api: Api, column: str) -> None:
    ada = api.person("ada")
    say(api, ada, "a #boat")
    for path in ("/@ada/feed.atom", "/tags/boat/feed.rss", "/local/feed.atom"):
        assert "boat</" in Browser(api).get(path).text
    with api.built.ground.store.write() as db:
        db.run(f"UPDATE account SET {column} = 1, version = version + 1 WHERE id = :id", id=ada.id)
    assert Browser(api).get("/@ada/feed.atom").status == 404
    assert "feed.atom" not in Browser(api).get("/@ada").text
    assert "<item" not in Browser(api).get("/tags/boat/feed.rss").text
    assert "<entry" not in Browser(api).get("/local/feed.atom").text


def test_feeds_of_a_hashtag_and_of_the_server(api: Api) -> None:
    ada = api.person("ada")
    say(api, ada, "a #boat")
    say(api, ada, "quiet #boat", visibility="unlisted")
    for path in ("/tags/boat/feed.atom", "/local/feed.atom"):
        page = Browser(api).get(path)
        assert len(list(atom(page).iter(f"{ATOM}entry"))) == 1
        assert "quiet" not in page.text
    for path in ("/tags/boat/feed.rss", "/local/feed.rss"):
        assert len(list(rss(Browser(api).get(path)).iter("item"))) == 1
    assert Browser(api).get("/tags/a b/feed.rss").status == 404
    assert atom(Browser(api).get("/tags/nothing/feed.atom")) is not None


def test_pictures_are_enclosed_unless_they_are_sensitive(api: Api) -> None:
    ada = api.person("ada")
    files = {"file": ("a.png", picture(), "image/png")}
    described = {"description": HOSTILE}
    shown, hidden = (
        api.call("POST", "/api/v2/media", token=ada, form=described, files=files).json["id"] for _ in "ab"
    )
    say(api, ada, "look", media_ids=[shown])
    say(api, ada, "or not", media_ids=[hidden], sensitive=True)
    browser = Browser(api)
    links = [
        link
        for entry in atom(browser.get("/@ada/feed.atom")).iter(f"{ATOM}entry")
        for link in entry.findall(f"{ATOM}link[@rel='enclosure']")
    ]
    assert [link.get("type", "").startswith("image/") for link in links] == [True]
    assert int(links[0].get("length", "0")) > 0
    assert browser.get(links[0].get("href", "").removeprefix("http://localhost:3000")).status == 200
    channel = rss(browser.get("/@ada/feed.rss"))
    assert len(list(channel.iter("enclosure"))) == 1
    told = [item.findtext("description") or "" for item in channel.iter("item")]
    assert ["<img" in html for html in told] == [False, True]
    assert not [a for _, a in Reading(told[1]).elements if "onerror" in a]


def test_suspended_people_have_no_feed(api: Api) -> None:
    ada = api.person("ada")
    say(api, ada, "a #boat")
    with api.built.ground.store.write() as db:
        moderating.suspend(db, ada.id, api.built.ground.here)
    assert Browser(api).get("/@ada/feed.atom").status == 404
    assert "<entry" not in Browser(api).get("/tags/boat/feed.atom").text


def test_a_line_about_a_quoting_post_has_its_own_words() -> None:
    quoting = (
        '<p class="quote-inline">RE: <a href="https://q.example/1">q.example/1</a></p><p>Look at that</p>'
    )
    assert showing.summary(quoting) == "Look at that"
