"""The first owner's link, sign up, invitations."""

from dataclasses import replace
from datetime import timedelta

from martlet import app
from martlet.services import inviting, setting_up
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.browser import Browser
from tests.client import PASSWORD, Api

OWNER = {"server_name": "Lower Town", "username": "admin", "email": "ada@mail.example", "password": PASSWORD}


def setup_link(ground: Ground) -> str:
    with ground.store.write() as db:
        token = setting_up.make_token(db)
    assert token is not None
    return f"/setup/{token}"


def test_the_first_owner(api: Api, ground: Ground) -> None:
    old, link = setup_link(ground), setup_link(ground)
    browser = Browser(api)
    assert browser.get(old).status == 404
    page = browser.get(link)
    assert page.status == 200
    page = browser.send(page, OWNER | {"password": "short"})
    assert page.status == 422
    assert "Lower Town" in page.text
    reply = browser.send(page, OWNER, is_followed=False)
    assert (reply.status, reply.headers["location"]) == (303, "/desk/first-steps")
    assert browser.get("/auth/sign_out").status == 200
    assert api.get("/api/v2/instance").json["title"] == "Lower Town"
    assert api.get("/api/v2/instance").json["contact"]["account"]["username"] == "admin"
    assert Browser(api).get(link).status == 404
    with ground.store.write() as db:
        assert setting_up.make_token(db) is None
    assert "Lower Town" in Browser(api).get("/auth/sign_in").text


def test_only_one_first_owner(api: Api, ground: Ground) -> None:
    link = setup_link(ground)
    browsers = [Browser(api), Browser(api)]
    pages = [browser.get(link) for browser in browsers]
    names = ("ada", "bob")
    replies = [
        browser.send(page, OWNER | {"username": name, "email": f"{name}@mail.example"}, is_followed=False)
        for browser, page, name in zip(browsers, pages, names, strict=True)
    ]
    assert [reply.status for reply in replies] == [303, 404]


def test_by_invitation(api: Api, ground: Ground) -> None:
    bob = api.person("bob")
    assert "invitation" in Browser(api).get("/auth/sign_up").text
    with ground.store.write() as db:
        invitation = inviting.invite(db, bob.id, 1, timedelta(days=1), ground.here)
    browser = Browser(api)
    page = browser.get(f"/invite/{invitation.code}")
    assert "@bob" in page.text
    wish = {"username": "ada", "email": "ada@mail.example", "password": PASSWORD}
    page = browser.send(page, wish | {"username": "bob"})
    assert page.status == 422
    assert "This name is taken." in page.text
    reply = browser.send(page, wish, is_followed=False)
    assert reply.headers["location"] == "/welcome"
    assert browser.get("/auth/sign_out").status == 200
    assert Browser(api).get(f"/invite/{invitation.code}").status == 404
    assert Browser(api).get("/invite/nothing").status == 404


def test_an_invitation_goes_with_whoever_made_it(api: Api, ground: Ground) -> None:
    bob = api.person("bob")
    with ground.store.write() as db:
        invitation = inviting.invite(db, bob.id, None, None, ground.here)
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=bob.id)
    assert Browser(api).get(f"/invite/{invitation.code}").status == 404


def test_asking_to_join(ground: Ground, settings: Settings) -> None:
    api = Api(app.build_on(replace(ground, here=replace(ground.here, set_registration="approval")), settings))
    browser = Browser(api)
    page = browser.get("/auth/sign_up")
    wish = {
        "username": "ada",
        "email": "ada@mail.example",
        "password": PASSWORD,
        "reason": "I live next door",
    }
    page = browser.send(page, wish)
    assert "is kept for you" in page.text
    page = Browser(api).sign_in("ada")
    assert page.status == 403
    assert "is kept for you" in page.text
    api.close()
