"""What makes the pages an app on a phone, and what is kept there."""

import json
import re

from martlet.web.assets import assets
from martlet.web.device import MOST_PAGES, SHELL
from tests.browser import Browser, forms
from tests.client import Api
from tests.mastodon.acts import publish


def test_what_is_kept_brings_in_nothing_that_is_not() -> None:
    """A module that is missing without a line takes the whole script of a page with it."""
    found = {name: assets()[name].content for name in SHELL if name.endswith(".js")}
    brought = {
        one.decode()
        for text in found.values()
        for one in re.findall(rb'(?:from|^import) "[^"]*/(\w+\.js)', text, re.MULTILINE)
    }
    assert "outbox.js" in brought
    assert brought <= found.keys()


def test_it_can_be_installed_in_the_readers_language(api: Api) -> None:
    browser = Browser(api)
    assert 'rel="manifest" href="&#x2f;manifest.webmanifest"' in browser.get("/about").text
    reply = browser.get("/manifest.webmanifest")
    assert reply.headers["content-type"] == "application/manifest+json"
    said = json.loads(reply.text)
    assert (said["name"], said["start_url"], said["scope"], said["display"]) == (
        "Martlet",
        "/home",
        "/",
        "standalone",
    )
    for one in said["icons"]:
        assert browser.get(one["src"]).status == 200
    target = said["share_target"]
    assert (target["action"], target["method"]) == ("/share", "POST")
    assert ".zip" in target["params"]["files"][0]["accept"]
    assert said["file_handlers"] == [{"action": "/files/read", "accept": {"application/zip": [".zip"]}}]
    assert [one["name"] for one in said["shortcuts"]] == ["Write", "News", "Search"]
    german = Browser(api, headers={"accept-language": "de"}).get("/manifest.webmanifest")
    assert json.loads(german.text)["shortcuts"][0]["name"] == "Schreiben"


def test_the_worker_keeps_what_is_there(api: Api) -> None:
    browser = Browser(api)
    reply = browser.api.get("/service-worker.js", headers={"service-worker": "script"})
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == (
        "text/javascript; charset=utf-8",
        "no-cache",
    )
    version, shell = re.match(r'const VERSION = "(\w{10})";\nconst SHELL = (\[.*\]);\n', reply.text).groups()  # type: ignore[union-attr]  # else the test fails here
    assert version
    for address in json.loads(shell):
        assert browser.get(address).status == 200, address
    assert f"MOST_PAGES = {MOST_PAGES}," in reply.text
    assert not re.search(r"https?://", reply.text)


def test_only_a_members_timelines_and_threads_are_kept(api: Api) -> None:
    ada = api.person("ada")
    post = publish(api, ada)
    inside, outside = Browser(api), Browser(api)
    inside.sign_in(ada)
    for path in (
        "/home",
        "/local",
        "/news",
        f"/@ada/{post['id']}",
        "/write",
        f"/write?reply={post['id']}",
        "/outbox",
    ):
        assert inside.get(path).headers["martlet-keep"] == str(ada.id), path
    for path in ("/write/unsent", "/settings", "/settings/device", "/saved"):
        assert "martlet-keep" not in inside.get(path).headers, path
    for path in ("/", "/local", f"/@ada/{post['id']}", "/offline"):
        assert "martlet-keep" not in outside.get(path).headers, path


def test_the_device_forgets_when_it_is_told_and_at_the_end(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in(api.person("ada"))
    for path in ("/settings/device", "/auth/sign_out"):
        form = next(
            one for one in forms(browser.get(path)) if one.method == "post" and "vote" not in one.names
        )
        reply = browser.post(path, form.fields)
        assert (reply.status, reply.headers["clear-site-data"]) == (303, '"cache", "storage"')
