"""Files that carry posts, made and opened in a browser."""

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.browser import OWN, Browser, forms
from tests.carrying import ACTIVITY, Island, Islands, bundle, note, signed
from tests.client import Reply


@pytest.fixture
def sea(islands: Islands) -> Island:
    return islands("sea.example")


def browser_of(island: Island, name: str) -> Browser:
    found = Browser(island.api)
    found.sign_in(island.person(name))
    return found


def first_file(page: Reply) -> str:
    """The address of the first file that a page leads to."""
    found = re.search(r"/files/\d+", html.unescape(page.text))
    assert found is not None
    return found[0]


def home_of(island: Island, name: str) -> str:
    """The page of somebody's first post."""
    with island.ground.store.read() as db:
        id = db.value("SELECT MIN(id) FROM post WHERE author_id = :id", id=island.account(name))
    return f"/@{name}/{id}"


def thread_in(page: Reply) -> str:
    """The thread that the form is filled in with which the page leads to."""
    found = re.search(r"/files\?thread=([^\"]+)", html.unescape(page.text))
    assert found is not None
    return f"http://localhost:3000{unquote(found[1])}"


def make(browser: Browser, **values: str) -> Reply:
    form = next(form for form in forms(browser.get("/files")) if "what" in form.names)
    fields = {"csrf": form.fields["csrf"], **values}
    return browser.follow(browser._call("POST", "/files", {"origin": OWN}, form=fields))


def opened(browser: Browser, body: bytes) -> Reply:
    form = next(form for form in forms(browser.get("/files")) if "file" in form.names)
    fields = {"csrf": form.fields["csrf"]}
    files: Any = {"file": ("posts.zip", body, "application/zip")}
    return browser.follow(browser._call("POST", "/files/open", {"origin": OWN}, form=fields, files=files))


def test_posts_are_chosen_one_by_one(sea: Island, shore: Island) -> None:
    """What is not one's own, or not for everyone, cannot be chosen whatever the form says."""
    first, second = (shore.publish("ada", text)["id"] for text in ("First", "Second"))
    private = shore.publish("ada", "Third", visibility="private")["id"]
    other = shore.publish("bob", "Fourth")["id"]
    browser = browser_of(shore, "ada")
    page = browser.get("/files/choose")
    assert [word in page.text for word in ("First", "Second", "Third", "Fourth")] == [
        True,
        True,
        False,
        False,
    ]
    form = next(form for form in forms(page) if f"p-{first}" in form.names)

    def send(*chosen: str) -> Reply:
        fields = {"csrf": form.fields["csrf"], **{f"p-{id}": "1" for id in chosen}}
        return browser.follow(browser._call("POST", "/files/choose", {"origin": OWN}, form=fields))

    assert send().status == 422
    send(second, private, other)
    shore.api.work()
    address = first_file(browser.get("/files"))
    body = browser.get(f"{address}/posts.martlet.zip").body
    sea.knows(shore, "ada")
    file = sea.file()
    file.write_bytes(body)
    found = sea.bring(file)
    assert (found.new, found.refused) == (1, 0)


def test_what_is_read_on_the_device_alone(sea: Island, shore: Island) -> None:
    """The page needs nobody to be signed in; a member's device is told the keys of those whom they follow, and their own."""
    shore.follows("bob", sea, "ada")
    shore.api.get("/users/bob", headers=ACTIVITY)  # makes the key
    page = Browser(shore.api).get("/files/read")
    assert page.status == 200
    assert "blob:" in page.headers["content-security-policy"]
    assert "blob:" not in Browser(shore.api).get("/about").headers["content-security-policy"]
    said = json.loads(browser_of(shore, "bob").get("/files/keys").text)["keys"]
    assert {one["owner"] for one in said} == {sea.uri("ada"), shore.uri("bob")}
    assert all(one["uri"] == f"{one['owner']}#ed25519-key" and one["public"][0] == "z" for one in said)


def test_a_file_is_made_fetched_and_opened(shore: Island) -> None:
    shore.publish("ada", "For all")
    shore.publish("ada", "For few", visibility="private")
    browser = browser_of(shore, "ada")
    page = make(browser, what="own")
    assert "It has begun." in page.text
    assert make(browser, what="own").status == 409
    shore.api.work()
    address = first_file(page)
    page = browser.get(address)
    assert "one post" in page.text
    more = thread_in(browser.get(f"{home_of(shore, 'ada')}/more"))
    assert make(browser, what="thread", thread=more).status == 200
    shore.api.work()
    reply = browser.get(f"{address}/posts.martlet.zip")
    assert reply.headers["content-disposition"] == 'attachment; filename="posts.martlet.zip"'
    assert browser_of(shore, "bob").get(f"{address}/posts.martlet.zip").status == 404
    again = opened(browser_of(shore, "bob"), shore.packed("ada").read_bytes())
    shore.api.work()
    assert "It has begun." in again.text
    found = browser_of(shore, "bob").get("/files")
    assert "0 new · 1 known before" in found.text


def test_what_came_of_somebody_is_handed_on(islands: Islands, sea: Island, shore: Island) -> None:
    """With their own signatures: a third server, which has not reached theirs since, believes it as if it came from there."""
    shore.follows("bob", sea, "ada")
    hill = islands("hill.example")
    hill.knows(sea, "ada")
    kept, gone = sea.publish("ada", "Kept"), sea.publish("ada", "Gone")
    shore.bring(sea.packed("ada"))
    sea.api.delete(f"/api/v1/statuses/{gone['id']}", sea.person("ada"))
    shore.bring(sea.packed("ada"))
    browser = browser_of(shore, "bob")
    assert "/files?account=%40ada%40sea.example" in html.unescape(browser.get("/@ada@sea.example").text)
    asked = browser.get("/files?account=%40ada%40sea.example")
    assert 'value="@ada@sea.example"' in asked.text
    page = make(browser, what="account", who="@ada@sea.example")
    shore.api.work()
    file = hill.file()
    file.write_bytes(browser.get(f"{first_file(page)}/posts.martlet.zip").body)
    found = hill.bring(file)
    assert (found.new, found.aside, found.refused) == (2, 0, 0)
    assert hill.post(kept["uri"])["content"] == "<p>Kept</p>"
    [author] = found.authors.values()
    assert (author.documents, author.logged) == (2, 2)
    for who, words in (
        ("bob", "nothing to put"),
        ("nobody", "nobody of this name"),
        ("@", "nobody of this name"),
    ):
        page = make(browser, what="account", who=who)
        shore.api.work()
        assert words in (page.text if page.status == 422 else browser.get("/files").text), who


def test_what_cannot_be_made_or_opened_is_told(shore: Island) -> None:
    browser = browser_of(shore, "ada")
    private = shore.publish("ada", "For few", visibility="private")
    for values, status, words in (
        ({"what": "thread", "thread": private["url"]}, 422, "no public post"),
        ({"what": "thread", "thread": "https://sea.example/1"}, 422, "no public post"),
        ({"what": "new", "since": "yesterday"}, 422, "does not look right"),
        ({"what": "answers"}, 422, "This is needed"),
    ):
        page = make(browser, **values)
        assert (page.status, words in page.text) == (status, True), values
    for body in (b"PK", b"", bytes(1000)):
        page = opened(browser, body)
        assert (page.status, "damaged" in page.text or "choose a file" in page.text) == (422, True)
    make(browser, what="own")
    shore.api.work()
    assert "There is nothing to put into a file." in browser.get("/files").text


def test_g5_what_is_not_certain_is_read_apart(shore: Island, tmp_path: Path) -> None:
    mallory = shore.stranger("mallory", is_known=False)
    eve = shore.stranger("eve", is_known=True)
    bad = note(eve).replace(b"Hello", b"Hullo")
    body = bundle(
        tmp_path / "x.zip",
        note(mallory, content="<p>Hello <b>there</b><script>x</script></p>"),
        note(eve, content="<p>Sure</p>"),
        bad,
        actors=[signed(mallory, mallory.document)],
    ).read_bytes()
    browser = browser_of(shore, "ada")
    page = opened(browser, body)
    shore.api.work()
    page = browser.get("/files")
    assert "1 new · 1 set aside · 1 refused" in page.text
    address = first_file(page)
    page = browser.get(address)
    for words in ("Author not yet confirmed", "Author confirmed", "The signature does not fit this text."):
        assert words in page.text
    page = browser.get("/files/aside")
    assert "Hello there" in page.text
    assert "mallory@peer.example" in page.text
    assert "Sure" not in page.text
    assert browser.get("/files/aside?author=https://nobody.example/").status == 200
