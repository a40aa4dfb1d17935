"""What script asks for: what an open page is told, parts of pages, how far was read."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from martlet.storage import cards, links
from martlet.storage.cards import Card
from martlet.storage.links import Link
from tests.browser import Browser, forms
from tests.client import Api, Person, Reply
from tests.listening import Lines, asked
from tests.mastodon.acts import publish
from tests.web.acts import inside

PART = {"hx-request": "true"}
ARTICLE = "https://blog.example/swifts"


@contextmanager
def listening(api: Api, browser: Browser, address: str) -> Iterator[Lines]:
    """An open page of somebody who is signed in."""

    async def begin() -> Lines:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        answer = await asked(api, address, headers={"cookie": cookies})
        assert answer.status == 200, answer.body
        made = Lines(api, answer)
        made.stream.begin(made)
        return made

    stream = api.run(begin())
    try:
        yield stream
    finally:
        stream.stream.ended()


def press(browser: Browser, page: Reply, values: dict[str, str], action: str = "/act") -> Reply:
    """As script presses a button of the page's one form."""
    form = next(one for one in forms(page) if one.action.replace("&#x2f;", "/") == action)
    headers = PART | {"origin": "http://localhost:3000"}
    return browser._call("POST", action, form=form.fields | values, headers=headers)


def know(api: Api, url: str) -> None:
    """As if its page had been asked for."""
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        card = cards.put(db, Card(here.next_id(), url, "Swifts", "", here.now_ms()))
        links.put(db, Link(here.next_id(), url, "blog.example", card, here.now_ms()))


def follow(api: Api, follower: Person, followed: Person) -> None:
    api.post(f"/api/v1/accounts/{followed.id}/follow", follower)
    api.work()


def test_posts_about_a_page_are_told_where_it_is_read_about(api: Api) -> None:
    """The filters of lists hold, and what is not for everybody is no part of it."""
    ada, bob = api.person("ada"), api.person("bob")
    know(api, ARTICLE)
    old = publish(api, bob, f"old {ARTICLE}")["id"]
    api.work()
    browser = inside(api, ada)
    page = browser.get(f"/links?url={ARTICLE}").text
    address = f"/live?link={quote(ARTICLE, safe='')}&since="
    assert f"{html.escape(address)}{old}" in page.replace("&#x2f;", "/")
    missed = publish(api, bob, f"missed {ARTICLE}?utm_source=mail")["id"]
    api.work()
    with listening(api, browser, f"{address}{old}") as linked:
        assert linked.until("waiting").payload == missed
        publish(api, bob, f"quietly {ARTICLE}", visibility="unlisted")
        publish(api, bob, "about nothing")
        new = publish(api, bob, f"new {ARTICLE}")["id"]
        api.work()
        assert linked.until("post").payload == new
        api.delete(f"/api/v1/statuses/{new}", bob)
        api.work()
        assert linked.until("gone").payload == new
        assert linked.names().count("post") == 1


def test_new_posts_are_told_to_the_page_of_their_list(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    follow(api, ada, bob)
    browser = inside(api, ada)
    old = publish(api, bob, "old #Küche")["id"]
    api.work()
    assert f'data-newest="{old}"' in browser.get("/home").text
    missed = publish(api, bob, "missed #Küche")["id"]
    api.work()
    tag = f"/live?tag={quote('küche')}&since={old}"
    with (
        listening(api, browser, f"/live?list=home&since={old}") as home,
        listening(api, browser, f"/live?list=local&since={old}") as local,
        listening(api, browser, tag) as tagged,
        listening(api, browser, "/live") as nothing,
    ):
        for page in (home, local, tagged):
            assert page.until("waiting").payload == missed
        assert home.until("news").payload == "0"
        new, strange = publish(api, bob, "new"), publish(api, eve, "who? #küche")
        api.work()
        assert home.until("post").payload == new["id"]
        local.until_true(lambda: len([one for one in local.events() if one.name == "post"]) == 2)
        assert tagged.until("post").payload == strange["id"]
        api.delete(f"/api/v1/statuses/{new['id']}", bob)
        api.work()
        assert home.until("gone").payload == new["id"]
        assert home.names().count("post") == 1
        assert nothing.until("news").payload == "0"
        publish(api, eve, "@ada hello")
        api.work()
        assert nothing.until("news").payload == "1"
        assert set(nothing.names()) == {"news"}


def test_new_answers_are_told_to_the_page_of_what_they_answer(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    root = publish(api, ada, "Where do they nest?")["id"]
    branch, other = (publish(api, bob, text, in_reply_to_id=root)["id"] for text in ("Here", "There"))
    api.work()
    page = browser.get(f"/@ada/{root}").text
    assert f'data-live="/live?thread={root}&amp;since={other}"' in page.replace("&#x2f;", "/")
    assert f'data-talk data-newest="{other}"' in page
    missed = publish(api, bob, "Really", in_reply_to_id=branch)["id"]
    api.work()
    hidden = {"title": "x", "context": ["thread"], "filter_action": "hide"}
    api.post("/api/v2/filters", ada, json=hidden | {"keywords_attributes": [{"keyword": "loud"}]})
    with (
        listening(api, browser, f"/live?thread={root}&since={other}") as whole,
        listening(api, browser, f"/live?thread={branch}&since={branch}") as part,
    ):
        assert whole.until("waiting").payload == missed
        assert part.until("waiting").payload == missed
        publish(api, bob, "loud", in_reply_to_id=branch)
        publish(api, bob, "only for me", in_reply_to_id=branch, visibility="direct")
        beside = publish(api, bob, "No, there", in_reply_to_id=other)["id"]
        below = publish(api, bob, "Still here", in_reply_to_id=missed)["id"]
        api.work()
        assert part.until("post").payload == below
        whole.until_true(lambda: whole.names().count("post") == 2)
        assert [one.payload for one in whole.events() if one.name == "post"] == [beside, below]
    secret = publish(api, bob, "not for ada", visibility="direct")["id"]
    for one in (secret, "1", "x"):
        assert browser.get(f"/live?thread={one}").status == 404


def test_the_box_to_answer_in_comes_by_itself(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    post = publish(api, bob, "Are they back?", visibility="unlisted")["id"]
    assert browser.get(f"/write/answer/{post}").headers["location"] == f"/@bob/{post}#answer"
    assert browser.get("/write/answer/1").status == 404
    box = browser.get(f"/write/answer/{post}", headers=PART)
    assert "<html" not in box.text
    (form,) = forms(box)
    assert (form.fields["reply"], form.fields["audience"]) == (post, "unlisted")
    headers = PART | {"origin": "http://localhost:3000"}

    def send(text: str) -> Reply:
        values = form.fields | {"text": text}
        return browser._call(
            "POST", "/write", form=values, files={"x": ("", b"", "application/octet-stream")}, headers=headers
        )

    wrong = send("x" * 5001)
    assert (wrong.status, wrong.json["reason"]) == (422, "This is too long.")
    sent = send("@bob since May")
    assert "Sent." in sent.text
    assert "<html" not in sent.text
    (answer,) = api.get(f"/api/v1/statuses/{post}/context", bob).json["descendants"]
    assert "since May" in answer["content"]


def test_what_a_filter_hides_is_not_counted(api: Api) -> None:
    ada = api.person("ada")
    rain = {
        "title": "Rain",
        "context": ["public"],
        "filter_action": "hide",
        "keywords_attributes": [{"keyword": "rain"}],
    }
    api.post("/api/v2/filters", ada, json=rain)
    bob = api.person("bob")
    publish(api, bob, "rain")
    api.work()
    with listening(api, inside(api, ada), "/live?list=local&since=1") as page:
        assert page.until("waiting").payload == ""
        publish(api, bob, "rain again")
        dry = publish(api, bob, "dry")["id"]
        api.work()
        assert page.until("post").payload == dry


def test_an_open_page_is_left_when_the_session_ends(api: Api) -> None:
    browser = inside(api, api.person("ada"))
    other = inside(api, api.person("bob"))
    with listening(api, browser, "/live") as page, listening(api, other, "/live") as kept:
        browser.send(browser.get("/auth/sign_out"), {}, "/auth/sign_out")
        page.until_over()
        assert not kept.is_over
        kept.stream.stop()
        assert b"retry: " in kept.sent
    assert Browser(api).get("/live").headers["location"].startswith("/auth/sign_in")


def test_nobody_listens_to_the_list_of_another(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    made = api.post("/api/v1/lists", bob, form={"title": "Friends"}).json["id"]
    browser = inside(api, ada)
    for address in (
        f"/live?list={made}",
        "/live?list=x",
        "/live?tag=a%20b",
        "/live?link=x",
        "/live?link=https://blog.example/",
    ):
        assert browser.get(address).status == 404


def test_script_gets_the_part_that_has_changed(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    poll = {"options": ["one", "two"], "expires_in": 600}
    post = api.post("/api/v1/statuses", bob, json={"status": "which?", "poll": poll}).json
    api.work()
    browser = inside(api, ada)
    page = browser.get("/local")
    for pressed, then in (("like", "unlike"), ("unlike", "like"), ("boost", "unboost"), ("save", "unsave")):
        part = press(browser, page, {pressed: post["id"]})
        assert part.status == 200
        assert part.text.strip().startswith('<div class="acts">')
        assert f'name="{then}" value="{post["id"]}"' in part.text
    vote = {"vote": post["poll"]["id"], f"choice-{post['poll']['id']}-0": "1"}
    part = press(browser, page, vote)
    assert part.text.strip().startswith('<div class="poll-done"')
    assert "<html" not in part.text
    assert press(browser, page, {"like": "1"}).status == 404


def test_the_reader_finds_the_place_again(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, ada, bob)
    ids = [publish(api, bob, f"post {n}")["id"] for n in range(4)]
    api.work()
    browser = inside(api, ada)
    page = browser.get("/home")
    mark = "You had read up to here"
    assert f'mark read">{mark}' not in page.text
    form = next(one for one in forms(page) if one.action.replace("&#x2f;", "/") == "/act")
    told = {"csrf": form.fields["csrf"]}
    assert browser.post("/home/read", told | {"home": ids[1]}).status == 204
    assert browser.post("/home/read", told | {"home": ids[0]}).status == 204, "never back"
    assert browser.post("/home/read", told | {"home": "x"}).status == 422
    page = browser.get("/home")
    places = [page.text.index(words) for words in ("post 3", "post 2", f'mark read">{mark}', "post 1")]
    assert places == sorted(places)
    marker = api.get("/api/v1/markers", ada, query={"timeline[]": "home"}).json["home"]
    assert marker["last_read_id"] == ids[1]
    assert f'mark read">{mark}' not in browser.get("/local").text


def test_what_is_newer_than_the_newest_is_the_top_of_the_list(api: Api) -> None:
    ada = api.person("ada")
    newest = publish(api, ada, "the only one")["id"]
    api.work()
    reply = inside(api, ada).get(f"/home?min_id={newest}")
    assert reply.headers["location"] == "/home"


def test_news_can_be_looked_at_by_kind(api: Api) -> None:
    """Only the page of everything marks what it shows as read."""
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, ada, "mine")["id"]
    api.post(f"/api/v1/statuses/{post}/favourite", bob)
    follow(api, bob, ada)
    publish(api, bob, "@ada hello")
    api.work()
    browser = inside(api, ada)
    said = {"mentions": "bob wrote to you", "posts": "bob likes your post", "people": "bob follows you"}
    for only, words in said.items():
        page = browser.get(f"/news?only={only}").text
        assert words in page
        assert not any(other in page for other in said.values() if other != words)
        assert "<b data-news>3</b>" in page
    page = browser.get("/news?only=nonsense").text
    assert all(words in page for words in said.values())
    assert "<b data-news hidden>" in browser.get("/news").text
