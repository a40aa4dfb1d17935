"""What is talked about and whom one might follow, with the reasons; what the front page has; what a first visit weighs."""

import re

import pytest

from martlet.model.names import AccountId
from martlet.model.trends import TrendKind
from martlet.storage import trends
from martlet.storage.trends import Trend
from martlet.web import candidates
from martlet.web.assets import assets
from tests.browser import Browser
from tests.client import Api, Person

BUDGET = 60_000
"""Bytes of a first public page over the wire, without pictures."""


def say(api: Api, who: Person, text: str) -> int:
    reply = api.post("/api/v1/statuses", token=who, json={"status": text})
    assert reply.status == 200, reply.text
    api.work()
    return int(reply.json["id"])


def put_forward(api: Api, kind: TrendKind, subject: int, people: int = 7) -> None:
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO trend (kind, subject_id, heat) VALUES (:kind, :subject, 1.0) ON CONFLICT DO NOTHING",
            kind=int(kind),
            subject=subject,
        )
        trends.put(db, Trend(kind, subject, 9.0, people, 3, 0.5, None, None), None)


def tag_id(api: Api, name: str) -> int:
    with api.built.ground.store.read() as db:
        return int(db.value("SELECT id FROM tag WHERE name = :name", name=name) or 0)


def test_each_thing_says_why_it_is_there(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    post = say(api, ada, "look at the #boats")
    put_forward(api, TrendKind.TAG, tag_id(api, "boats"))
    put_forward(api, TrendKind.POST, post, people=1)
    api.patch("/api/v1/accounts/update_credentials", token=ada, form={"discoverable": "true"})
    api.post(f"/api/v1/accounts/{bob.id}/follow", token=eve)
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    browser = Browser(api)
    browser.sign_in(eve)
    page = browser.get("/explore")
    assert "7 people wrote about it within 3 h; usually: 0.5." in page.text
    assert "One person liked or boosted it within 3 h." in page.text
    assert "One person you follow follows this account." in page.text
    page = browser.send(page, {"dismiss": str(ada.id)}, "/act/person")
    assert "One person you follow" not in page.text
    api.post(f"/api/v1/accounts/{ada.id}/block", token=eve)
    assert "look at the" not in browser.get("/explore").text
    assert "aria-current" in browser.get("/search").text


def test_visitors_see_the_same_unless_the_owner_keeps_it(api: Api) -> None:
    ada = api.person("ada")
    post = say(api, ada, "look at the #boats")
    visitor = Browser(api)
    assert "Nothing stands out just now." in visitor.get("/explore").text
    put_forward(api, TrendKind.TAG, tag_id(api, "boats"))
    put_forward(api, TrendKind.POST, post)
    page = visitor.get("/explore")
    assert "look at the" in page.text
    assert "7 people wrote about it" in page.text
    assert page.headers["cache-control"] == "public, max-age=30"
    assert "#boats" in visitor.get("/").text
    api.delete(f"/api/v1/statuses/{post}", token=ada)
    assert "look at the" not in visitor.get("/explore").text


def test_a_first_visit_is_light(api: Api) -> None:
    """Everything that comes with a page but its pictures: packed where we pack it, whole where a proxy would have to."""
    ada = api.person("ada")
    said = [say(api, ada, f"{n} " + "swifts over the gasworks " * 8 + "#swifts") for n in range(25)]
    post = said[-1]
    for path in (
        "/",
        "/@ada",
        f"/@ada/{post}",
        "/explore",
        "/tags/swifts",
        f"/comments?post={post}",
        "/about",
    ):
        page = Browser(api).get(path)
        assert page.status == 200
        linked = set(re.findall(r'(?:href|src)="/static/([\w.-]+)\?v=', page.text.replace("&#x2f;", "/")))
        linked |= {"trusted.js"} if "main.js" in linked else set()
        files = [assets()[name] for name in linked if not name.endswith(".png")]
        weight = len(page.body) + sum(len(one.packed or one.content) for one in files)
        assert weight <= BUDGET, f"{path}: {weight}"
        assert not re.findall(
            r'(?:src|href)="https?://(?!localhost:3000|example)[^"]*\.(?:js|css)', page.text
        )


def test_people_and_hashtags_are_suggested_while_typing(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    say(api, ada, "#harbour #小米手机")
    browser = Browser(api)
    assert browser.get("/search/suggest?q=a").status == 303
    browser.sign_in(bob)
    part = browser.get("/search/suggest?q=ada")
    assert "@ada" in part.text
    assert "<html" not in part.text
    assert part.headers["cache-control"] == "private, no-store"
    assert "harbour" in browser.get("/search/suggest?q=%23harb").text
    assert "小米手机" in browser.get("/search/suggest", query={"q": "小"}).text
    for nothing in ("", "\u0007", "%", '"><img src=x onerror=1>', "zzz" * 900):
        assert "onerror" not in browser.get("/search/suggest", query={"q": nothing}).text


def test_programs_find_where_a_password_is_changed(api: Api) -> None:
    assert Browser(api).get("/.well-known/change-password").headers["location"] == "/settings/password"
    assert Browser(api).get("/.well-known/security.txt").status == 404


def test_beside_a_list_stands_whom_to_follow_and_what_is_talked_about(api: Api) -> None:
    """What was found is kept for minutes; that somebody is blocked, muted or followed holds at once."""
    ada, bob, eve, finn, gwen = (api.person(name) for name in ("ada", "bob", "eve", "finn", "gwen"))
    say(api, ada, "look at the #boats")
    put_forward(api, TrendKind.TAG, tag_id(api, "boats"))
    others = {"ada": ada, "bob": bob, "finn": finn}
    for one in others.values():
        api.patch("/api/v1/accounts/update_credentials", token=one, form={"discoverable": "true"})
        api.post(f"/api/v1/accounts/{one.id}/follow", token=gwen)
    api.post(f"/api/v1/accounts/{gwen.id}/follow", token=eve)
    browser = Browser(api)
    assert browser.get("/explore/beside").status == 303
    browser.sign_in(eve)
    home = browser.get("/home")
    assert 'data-beside="/explore/beside"' in home.text.replace("&#x2f;", "/")
    part = browser.get("/explore/beside")
    assert part.headers["cache-control"] == "private, no-store"

    def people() -> set[str]:
        text = browser.get("/explore/beside").text
        assert "<html" not in text
        assert "#boats" in text
        assert "7 people wrote about it" in text
        return {name for name, one in others.items() if f'value="{one.id}"' in text}

    assert people() == set(others)
    assert "One person you follow follows this account." in part.text
    api.post(f"/api/v1/accounts/{bob.id}/mute", token=eve)
    api.post(f"/api/v1/accounts/{eve.id}/block", token=finn)
    assert people() == {"ada"}
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=eve)
    assert people() == set()


def test_candidates_are_kept_for_so_many_members_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MEMBERS", 2)
    kept = candidates.Candidates()
    for member in (1, 2, 1, 3):
        kept.keep(AccountId(member), (), 10)
    found = [kept.find(AccountId(member), now) for member, now in ((1, 10), (2, 10), (3, 10), (3, 11))]
    assert found == [(), None, (), None]
