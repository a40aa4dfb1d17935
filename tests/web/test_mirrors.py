"""Mirrors in the settings and at the desk. What they do is tried in `tests/federation/test_mirrors.py`."""

from martlet.activitypub.things import Offer
from martlet.model.mirrors import DAY, Grant
from martlet.model.names import Uri
from martlet.services import mirroring
from martlet.storage import accounts, mirrored
from tests.browser import Browser, forms
from tests.client import Api
from tests.make import insert_stranger
from tests.web.desking import press, sit_down, text_of, ways


def test_a_mirror_is_asked_and_ended_in_the_settings(api: Api) -> None:
    browser, thief, path = Browser(api), Browser(api), "/settings/mirrors"
    for name, one in (("ada", browser), ("mallory", thief)):
        api.person(name)
        one.sign_in(name)
    for wrong in ("", "not a name", "localhost:3000"):
        page = browser.send(browser.get(path), {"server": wrong}, path)
        assert (page.status, "Type the name of another server" in page.text) == (422, True), wrong
    page = browser.send(browser.get(path), {"server": "https://Hill.example/", "push": "1"}, path)
    assert page.status == 200
    for said in ("hill.example", "It is being looked for.", "may bring posts elsewhere"):
        assert said in page.text, said
    assert "asked this server already" in browser.send(page, {"server": "hill.example"}, path).text
    [form] = [one for one in forms(browser.get(path)) if one.action.endswith("/end")]
    token = forms(thief.get(path))[0].fields["csrf"]
    assert thief.post(form.action, {"csrf": token}).status == 404
    assert "It is over." in browser.send(browser.get(path), {}, form.action).text


def test_who_is_mirrored_is_decided_at_the_desk(api: Api) -> None:
    ground, jona = api.built.ground, sit_down(api, "jona")
    with ground.store.write() as db:
        id = insert_stranger(db, "eve", "sea.example", ground.here)
        eve, now = accounts.get(db, id), ground.here.now_ms()
        grant = Grant(eve.uri, 0, 1 << 30, now + DAY)
        mirroring.offered(db, Offer(Uri(f"{eve.uri}#1"), eve.uri, grant, now), eve, ground.here)
    [way] = set(ways(jona.get("/desk/mirrors"), r"/desk/mirrors/\d+"))
    assert "@eve@sea.example" in text_of(jona.get(way))
    page = jona.send(jona.get(way), {}, f"{way}/accept")
    assert "Posts kept" in page.text
    press(jona, f"{way}/end")
    with ground.store.read() as db:
        found = mirrored.find(db, id)
    assert found is not None
    assert found.state == "ended"
    page = jona.send(jona.get("/desk/mirrors"), {"digest": "ab"}, "/desk/mirrors")
    assert (page.status, "This is no SHA-256" in page.text) == (422, True)
    page = jona.send(jona.get("/desk/mirrors"), {"digest": "ab" * 32, "reason": "by law"}, "/desk/mirrors")
    assert "by law" in page.text
    log = jona.get("/desk/log").text
    for said in ("Became somebody’s mirror", "Ended being somebody’s mirror", "Took a copy down"):
        assert said in log, said
    [back] = set(
        ways(jona.get("/desk/log"), r"/desk/log/\d+/undo")
    )  # mirrors themselves were told, and are not taken back
    press(jona, back)
    assert "by law" not in jona.get("/desk/mirrors").text
    for address in (f"{way}/accept", f"{way}/nonsense", "/desk/mirrors/1", "/desk/mirrors/x"):
        assert jona.get(address).status == 404, address
    assert sit_down(api, "ada", "user").get("/desk/mirrors").status in (403, 404)
