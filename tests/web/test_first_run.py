"""What a new owner and somebody new are shown once."""

import io
import re

import pytest
from PIL import Image

from martlet.services import setting_up
from tests.browser import Browser
from tests.client import PASSWORD, Api
from tests.web.desking import press, sit_down, text_of, tokens


def test_a_new_owner_is_led_through_first_steps(api: Api) -> None:
    with api.built.ground.store.write() as db:
        token = setting_up.make_token(db)
    owner = Browser(api)
    wish = {
        "server_name": "Lower Town",
        "username": "jona",
        "email": "jona@mail.example",
        "password": PASSWORD,
    }
    guide = owner.send(owner.get(f"/setup/{token}"), wish)
    assert "First steps" in guide.text
    assert guide.text.count("not yet") == 7
    owner.send(owner.get("/desk/rules"), {"text": "Be decent."}, "/desk/rules")
    press(owner, "/desk/server", description="Gardens.", registration="invite")
    assert owner.get("/desk/first-steps").text.count("not yet") == 5
    assert "First steps" in owner.get("/desk").text
    refused = owner.post("/desk/first-steps/mail", {"csrf": tokens(owner)[0]})
    assert (refused.status, "sends no mail" in refused.text) == (422, True)
    owner.send(owner.get("/desk/first-steps"), {}, "/desk/first-steps/end")
    assert "First steps" not in owner.get("/desk").text, "it comes once"


def test_somebody_new_is_welcomed(api: Api) -> None:
    bob = api.person("bob")
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET is_discoverable = 1 WHERE id = :id", id=bob.id)
    api.work()
    owner = sit_down(api, "jona")
    made = owner.send(owner.get("/settings/invitations"), {"uses": "5", "days": "7"})
    code = re.findall(r"/invite/(\w+)", text_of(made))[0]
    ada = Browser(api)
    form = {"username": "ada", "email": "ada@mail.example", "password": PASSWORD}
    first = ada.send(ada.get(f"/invite/{code}"), form)
    assert "Welcome to" in first.text
    assert "/welcome/people" in text_of(first), "it can be left out"
    token = tokens(ada)[0]

    def name(value: str, picture: bytes = b"") -> tuple[int, str]:
        files = {"avatar": ("x.png", picture, "image/png")}
        reply = ada.follow(ada.upload("/welcome", {"csrf": token, "display_name": value}, files))
        return reply.status, text_of(reply)

    assert name("Ada", b"no picture")[0] == 422
    assert name("x" * 61)[0] == 422
    kept = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(kept, "PNG")
    status, people = name("Ada L.", kept.getvalue())
    assert (status, "Three people" in people) == (200, True)
    assert "Ada L." in ada.get("/@ada").text


@pytest.mark.parametrize("path", ["/welcome", "/welcome/people"])
def test_it_is_for_members(api: Api, path: str) -> None:
    assert Browser(api).get(path).headers["location"].startswith("/auth/sign_in")


def test_people_are_suggested_and_followed(api: Api) -> None:
    bob, carla, ada = (api.person(name) for name in ("bob", "carla", "ada"))
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET is_discoverable = 1")
        db.run(
            "INSERT INTO suggested_account (source, account_id, reason, place) VALUES ('most_followed', :id, 3, 1)",
            id=bob.id,
        )
    del carla
    browser = Browser(api)
    browser.sign_in(ada)
    page = browser.get("/welcome/people")
    assert "@bob" in page.text
    after = browser.send(page, {"follow": str(bob.id)}, "/act/person")
    assert "You follow one person." in after.text
    assert "@bob" not in after.text
