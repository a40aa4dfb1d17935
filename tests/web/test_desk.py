"""Who may come to the desk, and what is done there about reports, accounts, sign-ups, roles, and by the log."""

import re

import pytest

from martlet.model.roles import FIRST, Permission
from martlet.storage import presets
from martlet.storage.presets import Preset
from martlet.web.desk.all import DESK
from martlet.web.visits import Route
from tests.browser import Browser
from tests.client import Api, Person
from tests.mastodon.acts import publish
from tests.mastodon.moderating import act, log, report, seen, staff
from tests.web.desking import press, sit_down, text_of, ways

ROUTES = [route for pages in DESK for route in pages.routes]
SOMEWHERE = {
    "id": "7",
    "act": "approve",
    "measure": "limit",
    "kind": "tags",
    "key": "moderator",
    "note": "1",
    "host": "x.example",
    "name": "about",
    "day": "2026-01-01",
}


def address_of(route: Route) -> str:
    return re.sub(r"{(\w+)}", lambda found: SOMEWHERE[found[1]], route.path)


def ask(browser: Browser, route: Route) -> int:
    """With a token of this browser's, as a page of theirs would have it."""
    if route.method == "GET":
        return browser.get(address_of(route)).status
    token = re.findall(r'name="csrf" value="([^"]+)"', browser.get("/settings").text)[0]
    if route.takes is not None:
        return browser.upload(address_of(route), {"csrf": token}).status
    return browser.post(address_of(route), {"csrf": token}).status


def test_h1_every_page_and_act_is_for_those_only_whose_role_allows_it(api: Api) -> None:
    """H1: nobody without the permission, whatever else they may."""
    assert all(route.permission and route.access == "member" for route in ROUTES)
    nobody = sit_down(api, "ada", role="user")
    moderator = sit_down(api, "mo", role="moderator")
    granted = FIRST["moderator"].granted
    for route in ROUTES:
        told = f"{route.method} {route.path}"
        assert ask(nobody, route) == 403, told
        if not granted & (route.permission or Permission(0)):
            assert ask(moderator, route) == 403, told
    visitor = Browser(api)
    for route in ROUTES:
        if route.method == "GET":
            assert visitor.get(address_of(route)).headers["location"].startswith("/auth/sign_in"), route.path
        else:
            assert visitor.post(address_of(route), {}).status in (303, 403), route.path


def test_every_page_without_an_id_opens_for_the_owner(api: Api) -> None:
    browser = sit_down(api, "jona")
    for route in ROUTES:
        if route.method == "GET" and not {"{id}", "{host}", "{day}", "{act}"} & set(
            re.findall(r"{\w+}", route.path)
        ):
            page = browser.get(address_of(route))
            assert page.status in (200, 404), route.path
    assert "Looking after the server" in browser.get("/settings").text
    assert "/desk" not in sit_down(api, "ada", role="user").get("/settings").text


@pytest.fixture
def mo(api: Api) -> Browser:
    return sit_down(api, "mo", role="moderator")


def test_a_report_is_worked_on(api: Api, mo: Browser) -> None:
    boss, ada, bob = staff(api, "boss", "owner"), api.person("ada"), api.person("bob")
    rude, secret = publish(api, ada, "You fool"), publish(api, ada, "quiet words", visibility="private")
    first = report(api, bob, ada, rude, comment="He shouts.")
    second = report(api, bob, ada, comment="Again.")
    queue = mo.get("/desk/reports").text
    assert queue.index("He shouts.") < queue.index("Again."), "the oldest first"
    assert "2 reports" in mo.get("/desk").text
    address = f"/desk/reports/{first}"
    page = mo.get(address)
    for words in ("You fool", "He shouts.", "@bob", "Answer with a warning", "Suspend"):
        assert words in page.text
    assert "quiet words" not in page.text, "F5: nobody reported it"
    mo.send(page, {}, f"{address}/assign")
    mo.send(mo.get(address), {"note": "Talked to her."}, f"{address}/notes")
    page = mo.get(address)
    assert "Hand it back" in page.text
    assert "Talked to her." in page.text
    [removing] = ways(page, rf"{address}/notes/\d+")
    mo.send(page, {}, removing)
    assert "Talked to her." not in mo.get(address).text
    limiting = f"/desk/accounts/{ada.id}/measure/limit?report={first}"
    asked = mo.get(limiting)
    assert "You can take it back at any time." in asked.text
    done = mo.send(asked, {"text": "No insults.", "tells": "1"})
    assert "It stands in the log." in done.text
    assert seen(api, boss, ada)["silenced"] is True
    assert "Nothing waits." in mo.get("/desk/reports").text, "all reports about her are closed with it"
    assert "Again." in mo.get("/desk/reports?state=closed").text
    assert "Again." not in mo.get("/desk/reports?state=closed&about=@nobody").text
    assert "No insults." in mo.get(f"/desk/reports/{second}").text, "the history shows it"
    mo.send(mo.get(address), {}, f"{address}/reopen")
    assert "He shouts." in mo.get("/desk/reports").text
    entry = next(one for one in log(api, boss) if one["action"] == "account.limit")
    press(mo, f"/desk/log/{entry['id']}/undo")
    assert seen(api, boss, ada)["silenced"] is False
    assert mo.get(f"/desk/log/{entry['id']}/undo").status == 404, "once"
    assert secret["id"] not in mo.get(f"/desk/accounts/{ada.id}").text


def test_posts_of_a_report_are_chosen(api: Api, mo: Browser) -> None:
    boss, ada, bob = staff(api, "boss", "owner"), api.person("ada"), api.person("bob")
    one, other, third = (publish(api, ada, text) for text in ("first", "second", "not reported"))
    filed = report(api, bob, ada, one, other)
    address = f"/desk/accounts/{ada.id}/measure/delete_posts?report={filed}"
    page = mo.get(address)
    assert "not reported" not in page.text
    assert "Choose at least one post." in mo.send(page, {"text": "x"}).text
    mo.send(mo.get(address), {f"post_{one['id']}": "1"})
    left = [api.get(f"/api/v1/statuses/{post['id']}", boss).status for post in (one, other, third)]
    assert left == [404, 200, 200]
    for broken in (
        f"/desk/accounts/{ada.id}/measure/delete_posts",
        f"/desk/accounts/{bob.id}/measure/delete_posts?report={filed}",
        f"/desk/accounts/{ada.id}/measure/bake",
    ):
        assert mo.get(broken).status == 404, broken


def test_a_report_is_corrected(api: Api, mo: Browser) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    filed = report(api, bob, ada)
    address = f"/desk/reports/{filed}/correct"
    mo.send(mo.get(f"/desk/reports/{filed}"), {"category": "spam"}, address)
    assert "Spam" in mo.get(f"/desk/reports/{filed}").text.split("What it is about")[1][:200]
    wrong = mo.send(mo.get(f"/desk/reports/{filed}"), {"category": "violation"}, address)
    assert wrong.status == 422
    assert mo.get("/desk/reports/1").status == 404
    assert mo.get("/desk/reports/x").status == 404


def test_an_appeal_is_decided(api: Api, mo: Browser) -> None:
    boss, ada = staff(api, "boss", "owner"), api.person("ada")
    act(api, boss, ada, "silence", text="Careful")
    mine = Browser(api)
    mine.sign_in("ada")
    [link] = set(ways(mine.get("/settings/decisions"), r"/strikes/[\w-]+"))
    mine.send(mine.get(link), {"text": "It was a quote."})
    page = mo.get("/desk/appeals")
    assert "It was a quote." in page.text
    [granting] = ways(page, r"/desk/appeals/\d+/approve")
    press(mo, granting)
    assert seen(api, boss, ada)["silenced"] is False
    assert "No appeal waits." in mo.get("/desk/appeals").text
    assert "granted" in mo.get("/desk/appeals?state=decided").text


def test_accounts_are_found_and_acted_upon(api: Api, mo: Browser) -> None:
    boss, ada = staff(api, "boss", "owner"), api.person("ada")
    api.person("bob")
    found = mo.get("/desk/accounts?username=ad").text
    assert "@ada" in found
    assert "@bob" not in found
    assert "@bob" in mo.get("/desk/accounts?email=bob%40&origin=local&status=active").text
    assert "Nobody is like this." in mo.get("/desk/accounts?origin=remote&status=nonsense&role=nonsense").text
    assert "@boss" in mo.get("/desk/accounts?role=owner").text
    assert "Suspend" not in mo.get(f"/desk/accounts/{boss.id}").text.split("</nav>")[-1], "they are above"
    assert mo.get(f"/desk/accounts/{boss.id}/measure/suspend").status == 403
    press(mo, f"/desk/accounts/{ada.id}/measure/suspend")
    page = mo.get(f"/desk/accounts/{ada.id}")
    assert "Suspend no longer" in page.text
    assert "Suspended" in mo.get("/desk/log").text
    press(mo, f"/desk/accounts/{ada.id}/lift/suspend")
    assert seen(api, boss, ada)["suspended"] is False
    assert mo.get(f"/desk/accounts/{ada.id}/data").status == 403, "moderators remove no data"
    assert mo.get(f"/desk/accounts/{ada.id}/lift/warn").status == 404
    assert mo.get("/desk/accounts/1").status == 404


def test_the_way_in_is_mended_by_those_who_may(api: Api, mo: Browser) -> None:
    ada = api.person("ada")
    owner = sit_down(api, "jona")
    for way in ("reset", "second-step", "email"):
        assert mo.get(f"/desk/accounts/{ada.id}/access/{way}").status == 403, way
    changed = press(owner, f"/desk/accounts/{ada.id}/access/email", email="new@mail.example")
    assert "new@mail.example" in changed.text
    wrong = press(owner, f"/desk/accounts/{ada.id}/access/email", email="nonsense")
    assert wrong.status == 422
    taken = press(owner, f"/desk/accounts/{ada.id}/access/email", email="jona@mail.example")
    assert "has this address" in taken.text
    no_mail = press(owner, f"/desk/accounts/{ada.id}/access/reset")
    assert (no_mail.status, "sends no mail" in no_mail.text) == (422, True)
    press(owner, f"/desk/accounts/{ada.id}/access/second-step")
    with api.built.ground.store.write() as db:
        db.run("UPDATE users SET confirmed_at = NULL WHERE account_id = :id", id=ada.id)
    press(mo, f"/desk/accounts/{ada.id}/access/confirm")
    assert "e-mail not confirmed" not in mo.get(f"/desk/accounts/{ada.id}").text
    assert owner.get(f"/desk/accounts/{ada.id}/access/bake").status == 404


def test_a_role_is_made_given_and_ended(api: Api) -> None:
    boss, ada = staff(api, "boss", "owner"), api.person("ada")
    owner = sit_down(api, "jona")
    new = owner.get("/desk/new-role")
    wrong = owner.send(new, {"key": "No!", "name": "Gardener", "position": "5"})
    assert (wrong.status, "small letters" in wrong.text) == (422, True)
    assert owner.send(new, {"key": "gardener", "name": "Gardener", "position": "five"}).status == 422
    may = f"may_{int(Permission.MANAGE_RULES)}"
    owner.send(new, {"key": "gardener", "name": "Gardener", "position": "5", may: "1"})
    press(owner, f"/desk/accounts/{ada.id}/role", role="gardener")
    assert seen(api, boss, ada)["role"]["name"] == "Gardener"
    gardener = Browser(api)
    gardener.sign_in("ada")
    assert gardener.get("/desk").status == 200
    assert gardener.get("/desk/reports").status == 403
    press(owner, "/desk/roles/gardener", name="Gardeners", position="6")
    assert gardener.get("/desk").status == 403, "nothing is allowed any more"
    press(owner, "/desk/roles/gardener/delete")
    assert owner.get("/desk/roles/gardener").status == 404
    assert owner.get("/desk/roles/moderator/delete").status == 404
    assert owner.get("/desk/roles/owner").status == 403, "not even by its owner"
    press(owner, "/desk/roles/user")


def test_whoever_waits_is_let_in_or_not(api: Api, mo: Browser) -> None:
    waiting = [api.person(name) for name in ("ada", "bob")]
    with api.built.ground.store.write() as db:
        for one in waiting:
            db.run(
                "UPDATE users SET approved_at = NULL, reason = 'I garden' WHERE account_id = :id", id=one.id
            )
    page = mo.get("/desk/sign-ups")
    assert page.text.index("@ada") < page.text.index("@bob"), "the oldest first"
    assert "I garden" in page.text
    assert "2 ask to join" in mo.get("/desk").text
    press(mo, f"/desk/sign-ups/{waiting[0].id}/approve")
    press(mo, f"/desk/sign-ups/{waiting[1].id}/reject")
    assert "Nobody waits to be let in." in mo.get("/desk/sign-ups").text
    assert mo.get(f"/desk/sign-ups/{waiting[0].id}/approve").status == 404
    assert mo.get(f"/desk/accounts/{waiting[1].id}").status == 404


def test_invitations_of_everybody_are_ended(api: Api, mo: Browser) -> None:
    api.person("ada")
    ada = Browser(api)
    ada.sign_in("ada")
    ada.send(ada.get("/settings/invitations"), {"uses": "5", "days": "7"})
    page = mo.get("/desk/invitations")
    assert "@ada" in page.text
    [ending] = ways(page, r"/desk/invitations/\d+/end")
    ended = mo.send(page, {}, ending)
    assert "over" in ended.text
    made = mo.send(mo.get("/desk/invitations"), {"uses": "1", "days": ""})
    assert "http://localhost:3000/invite/" in text_of(made)


def test_the_log_is_sifted(api: Api, mo: Browser) -> None:
    boss, ada = staff(api, "boss", "owner"), api.person("ada")
    act(api, boss, ada, "sensitive")
    assert "All pictures hidden" in mo.get("/desk/log?by=boss&kind=account").text
    for nothing in ("?by=mo", "?by=operator", "?by=nobody", "?kind=peer"):
        assert "Nothing was done yet." in mo.get(f"/desk/log{nothing}").text, nothing


def keep_reason(api: Api) -> int:
    with api.built.ground.store.write() as db:
        presets.insert(db, Preset(77, "Advertising", "Advertising is no subject"))
    return 77


def test_trends_are_decided(api: Api, mo: Browser) -> None:
    for kind in ("tags", "links", "posts", "sites"):
        assert mo.get(f"/desk/trends/{kind}").status == 200
    assert mo.get("/desk/trends/cakes").status == 404
    publish(api, api.person("ada"), "#harbour")
    api.work()
    with api.built.ground.store.write() as db:
        [tag] = db.rows("SELECT id FROM tag WHERE name = 'harbour'")
        db.run(
            "INSERT INTO trend (kind, subject_id, heat, score, people) VALUES (1, :tag, 1.0, 2.0, 3) ON CONFLICT (kind, subject_id) DO UPDATE SET score = 2.0",
            tag=tag[0],
        )
    page = mo.get("/desk/trends/tags")
    assert "not looked at" in page.text
    mo.send(page, {}, f"/desk/trends/tags/{tag[0]}")
    page = mo.get("/desk/trends/tags")
    assert "may trend" in page.text
    kept = keep_reason(api)
    asked = mo.get(f"/desk/trends/tags/{tag[0]}")
    assert "#harbour" in asked.text
    too_long = mo.send(asked, {"text": "x" * 1001}, f"/desk/trends/tags/{tag[0]}")
    assert too_long.status == 422
    mo.send(asked, {"preset": str(kept), "text": "Every day"}, f"/desk/trends/tags/{tag[0]}")
    assert "never trends" in mo.get("/desk/trends/tags").text
    told = mo.get("/desk/log").text
    assert told.index("Advertising is no subject") < told.index("Every day")


def test_jobs_that_were_set_aside_are_done_again_or_dropped(api: Api) -> None:
    owner = sit_down(api, "jona")
    with api.built.ground.store.write() as db:
        for id in (901, 902):
            db.run(
                "INSERT INTO job (name, body, run_at, tries, parked_at, error) VALUES ('sweep', '', :id, 12, 5, 'It broke')",
                id=id,
            )
        ids = [row[0] for row in db.rows("SELECT id FROM job WHERE parked_at IS NOT NULL ORDER BY id")]
    page = owner.get("/desk/health")
    assert "It broke" in page.text
    assert page.text.count('<figure class="pad chart">') == 10
    owner.send(page, {}, f"/desk/jobs/{ids[0]}/retry")
    press(owner, f"/desk/jobs/{ids[1]}/drop")
    assert "No job was set aside." in owner.get("/desk/health").text
    assert owner.get(f"/desk/jobs/{ids[1]}/drop").status == 404
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM job WHERE id = :id", id=ids[1]) == 0


def test_f5_what_nobody_reported_is_on_no_page(api: Api, mo: Browser) -> None:
    """F5: neither private posts nor what a reported post answers, if that is not for the moderator."""
    ada, bob = api.person("ada"), api.person("bob")
    hidden = publish(api, ada, "hidden parent", visibility="direct")
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO mention (post_id, account_id, is_silent) VALUES (:post, :bob, 0)",
            post=int(hidden["id"]),
            bob=bob.id,
        )
    answer = publish(api, bob, "loud answer", in_reply_to_id=hidden["id"])
    filed = report(api, ada, bob, answer)
    for address in (
        f"/desk/reports/{filed}",
        f"/desk/accounts/{ada.id}",
        f"/desk/accounts/{bob.id}",
        "/desk/reports",
        "/desk/log",
    ):
        assert "hidden parent" not in mo.get(address).text, address
    assert "loud answer" in mo.get(f"/desk/reports/{filed}").text


def test_lists_go_on(api: Api, mo: Browser) -> None:
    people: list[Person] = [api.person(f"p{n:02}") for n in range(42)]
    assert people
    page = mo.get("/desk/accounts?username=p")
    [older] = ways(page, r"/desk/accounts[^\"]+max_id[^\"]+")
    assert page.text.count("@p") == 40
    second = mo.get(older)
    assert second.text.count("@p") == 2
    assert 'rel="prev"' in second.text
