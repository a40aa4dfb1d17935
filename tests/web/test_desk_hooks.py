"""Web hooks at the desk."""

import re

from martlet.model.roles import Permission, Role
from martlet.model.web_hooks import HookEvent
from martlet.storage import roles
from tests.browser import Browser
from tests.client import Api, Reply
from tests.mastodon.moderating import log, report, staff
from tests.web.desking import press, sit_down, text_of, ways

HOOK = "https://chat.example/hook"


def secret_of(page: Reply) -> str:
    """Of the page that shows it."""
    found = re.search(r"<blockquote[^>]*><p[^>]*>([^<]+)</p>", text_of(page))
    assert page.status == 200
    assert found is not None
    return found[1]


def made(browser: Browser, **values: str) -> Reply:
    return browser.send(browser.get("/desk/hooks"), {"url": HOOK, **values}, "/desk/hooks")


def test_a_hook_is_made_changed_and_removed(api: Api) -> None:
    boss, jona = staff(api, "boss", "owner"), sit_down(api, "jona")
    assert "Choose at least one." in made(jona).text
    wrong = made(jona, **{"report.created": "1", "template": "{{nothing here}}"})
    assert wrong.status == 422
    assert "names no value" in wrong.text
    secret = secret_of(made(jona, **{"report.created": "1", "status.held": "1"}))
    [way] = set(ways(jona.get("/desk/hooks"), r"/desk/hooks/\d+"))
    assert "taken" in made(jona, **{"report.created": "1"}).text
    assert secret not in jona.get(way).text
    another = secret_of(press(jona, f"{way}/rotate"))
    assert another != secret
    ada, bob = api.person("ada"), api.person("bob")
    report(api, bob, ada)
    api.work()
    page = text_of(jona.get(way))
    assert page.count("A report came") == 2, "in the form, and told"
    assert "Turn it on" not in page
    assert "It stands in the log." in press(jona, f"{way}/disable").text
    page = text_of(jona.get(way))
    assert "not told" in page
    assert "Turn it off" not in page
    press(jona, f"{way}/enable")
    changed = {"url": f"{HOOK}/2", "template": '{"text": "{{event}}"}', "report.created": "1"}
    assert jona.send(jona.get(way), changed, way).status == 200
    assert f"{HOOK}/2" in text_of(jona.get("/desk/hooks"))
    press(jona, f"{way}/remove")
    assert "No program is told of anything." in jona.get("/desk/hooks").text
    acts = [one["action"] for one in log(api, boss) if one["action"].startswith("web_hook.")]
    assert [one.removeprefix("web_hook.") for one in acts] == [
        "remove", "change", "enable", "disable", "rotate_secret", "add",
    ]  # fmt: skip
    for broken in (way, f"{way}/enable", "/desk/hooks/x"):
        assert jona.get(broken).status == 404, broken


def test_nobody_is_offered_what_they_may_not_see_themselves(api: Api) -> None:
    may = Permission.MANAGE_WEBHOOKS | Permission.MANAGE_REPORTS
    with api.built.ground.store.write() as db:
        roles.put(db, Role("hooks", 9, "Hooks", "", 5, int(may), 0))
    for who, role, wanted in (
        ("jona", "owner", {one.value for one in HookEvent}),
        ("hugo", "hooks", {"report.created", "report.updated", "status.held"}),
    ):
        page = sit_down(api, who, role).get("/desk/hooks")
        assert set(re.findall(r'name="([a-z]+\.[a-z]+)"', page.text)) == wanted, who
