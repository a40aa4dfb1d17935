"""Somebody's public posts by e-mail: asked for, agreed to, sent, ended; and what the author and the database know of it."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from martlet import app
from martlet.model.roles import Permission
from martlet.services import newsletters, sweeping
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import postbox
from tests.browser import Browser, forms
from tests.client import Api, Person, Reply
from tests.mastodon.acts import publish
from tests.mastodon.moderating import staff
from tests.postbox import Postbox

READER = "Ines@mail.example"


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox.opened() as found:
        yield found


@pytest.fixture
def api(box: Postbox, ground: Ground, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A server that sends mail, and letters with posts at once."""
    monkeypatch.setattr(newsletters, "WAIT_MS", 0)
    monkeypatch.setattr(newsletters, "PAUSE_MS", 0)
    posting = msgspec.structs.replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=box.port,
        smtp_security="none",
        mail_from="martlet@town.example",
    )
    here = replace(ground.here, sends_mail=True, set_registration="open")
    client = Api(app.build_on(replace(ground, here=here), posting))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> Person:
    """An author who may be read by e-mail, and wants it."""
    found = staff(api, "ada", "owner")
    _offer(api, found, offered="1")
    return found


def _inside(api: Api, who: Person) -> Browser:
    browser = Browser(api)
    browser.sign_in(who)
    return browser


def _offer(api: Api, who: Person, **form: str) -> int:
    browser = _inside(api, who)
    page = browser.get("/settings/subscribers")
    if "offered" not in page.text:
        return 403
    return _press(browser, page, "/settings/subscribers", **form)


def _press(browser: Browser, page: Reply, address: str, **fields: str) -> int:
    (form,) = [one for one in forms(page) if one.action == address]
    return browser.follow(browser.post(address, {"csrf": form.fields["csrf"], **fields})).status


def subscribe(api: Api, whom: Person, email: str = READER) -> int:
    headers = {"accept-language": "fr;q=0.9,de-AT"}
    path = f"/api/v1/accounts/{whom.id}/email_subscriptions"
    return api.call("POST", path, json={"email": email}, headers=headers).status


def agree(api: Api, box: Postbox) -> None:
    api.work()
    browser = Browser(api)
    assert browser.send(browser.get(box.links[-1]), {}, box.links[-1]).status == 200


def offers(api: Api, whom: Person) -> bool:
    found: bool = api.get(f"/api/v1/accounts/{whom.id}").json["email_subscriptions"]
    return found


def test_from_asking_to_ending(api: Api, box: Postbox, ada: Person) -> None:
    assert offers(api, ada)
    bob = api.person("bob")
    api.work()
    publish(api, ada, "Nobody reads yet")
    assert subscribe(api, ada) == 200
    api.work()
    (question,) = box.letters
    assert (question["To"], question["Subject"]) == (READER, "Die Beiträge von ada per E-Mail?")
    publish(api, ada, "Not agreed yet")
    api.work()
    Browser(api).get(box.links[0])  # a program that looks into letters opens the link
    publish(api, ada, "Still not agreed")
    api.work()
    assert len(box.letters) == 1
    agree(api, box)
    assert subscribe(api, ada, "ines@MAIL.example") == 200
    api.work()
    assert len(box.letters) == 1  # nothing to ask any more, and nothing is told
    other = publish(api, bob, "Bob's")
    publish(api, ada, "The ferry <runs> again")
    publish(api, ada, "It is blue", spoiler_text="About colours")
    for form in ({"visibility": "private"}, {"visibility": "unlisted"}, {"local_only": True}):
        publish(api, ada, "not for letters", **form)
    publish(api, ada, "an answer", in_reply_to_id=other["id"])
    api.post(f"/api/v1/statuses/{other['id']}/reblog", ada)
    api.work()
    letter, text = box.letters[1], box.letters[1].get_content()
    assert letter["Subject"] == "2 neue Beiträge von ada"
    assert "The ferry <runs> again" in text
    assert "About colours" in text
    assert not any(word in text for word in ("blue", "not for letters", "an answer", "Bob's", "Nobody reads"))
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:3000")
    assert link in box.links
    assert Browser(api).get(link).status == 200
    ended = api.call("POST", link, form={"List-Unsubscribe": "One-Click"})
    assert ended.status == 200
    publish(api, ada, "Gone")
    api.work()
    assert len(box.letters) == 2
    assert api.call("POST", link, form={}).status == 404
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM subscriber") == 0


def test_who_may_be_read_so_and_where_not(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    assert not offers(api, bob)
    assert [subscribe(api, bob), subscribe(api, ada, ""), subscribe(api, ada, "nobody")] == [404, 422, 422]
    assert _offer(api, bob, offered="1") == 403
    owner = api.person("own", "read write admin:read admin:write", role="owner")
    mod = staff(api, "mod", "moderator")
    assert _offer(api, mod, offered="1") == 403
    assert Permission.MANAGE_EMAIL_SUBSCRIPTIONS.value == 1 << 22
    carl = staff(api, "carl", "admin")
    _offer(api, carl, offered="1")
    assert offers(api, carl)
    api.post(f"/api/v1/admin/accounts/{carl.id}/action", owner, form={"type": "silence"})
    assert (offers(api, carl), subscribe(api, carl)) == (False, 404)
    _offer(api, ada)
    assert (offers(api, ada), subscribe(api, ada)) == (False, 404)


def test_what_is_kept_and_what_the_author_sees(api: Api, box: Postbox, ada: Person) -> None:
    assert subscribe(api, ada) == 200
    agree(api, box)
    subscribe(api, ada, "never@mail.example")
    ground = api.built.ground
    with ground.store.read() as db:
        kept = str(db.rows("SELECT * FROM subscriber")) + str(db.rows("SELECT body FROM job"))
    assert "mail.example" not in kept
    assert "Ines" not in kept
    page = _inside(api, ada).get("/settings/subscribers")
    assert "I…@mail.example" in page.text
    assert "Ines@" not in page.text
    assert "n…@" not in page.text
    (forget,) = [one.action for one in forms(page) if one.action.endswith("/forget")]
    stranger = _inside(api, staff(api, "eve", "admin"))
    csrf = forms(stranger.get("/settings/subscribers"))[0].fields["csrf"]
    stranger.post(forget, {"csrf": csrf})
    with ground.store.write() as db:
        assert db.value("SELECT count(*) FROM subscriber") == 2
        db.run("UPDATE subscriber SET created_at = created_at - :week", week=8 * sweeping.DAY)
    api.run(sweeping.sweep(ground, "", ground.here))
    browser = _inside(api, ada)
    assert _press(browser, browser.get("/settings/subscribers"), forget) == 200
    with ground.store.read() as db:
        assert db.value("SELECT count(*) FROM subscriber") == 0


def test_what_the_mail_server_does_not_take_is_tried_again_and_no_letter_is_sent_twice(
    api: Api, box: Postbox, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        subscribe(api, ada, f"reader{n}@mail.example")
        agree(api, box)
    box.letters.clear()
    box.refuses = True
    monkeypatch.setattr(newsletters, "TRIES", 2)
    publish(api, ada, "Hello")
    api.work()
    assert box.letters == []
    box.refuses = False
    publish(api, ada, "Again")
    api.work()
    assert sorted(letter["To"] for letter in box.letters) == [f"reader{n}@mail.example" for n in range(3)]


def test_whoever_joins_follows_whom_they_read(api: Api, box: Postbox, ada: Person) -> None:
    carl, dora = staff(api, "carl", "admin"), staff(api, "dora", "admin")
    api.patch("/api/v1/accounts/update_credentials", carl, form={"locked": "true"})
    for author in (carl, dora):
        _offer(api, author, offered="1")
    for author in (ada, carl):
        subscribe(api, author)
        agree(api, box)
    subscribe(api, dora)  # and nobody agreed
    api.work()
    wish = {
        "username": "ines",
        "email": READER.lower(),
        "password": "a sturdy lime kiln",
        "agreement": "true",
        "locale": "de",
    }
    token = api.post("/api/v1/accounts", api.app_token(), form=wish).json["access_token"]
    api.work()
    ground = api.built.ground
    with ground.store.read() as db:
        assert db.value("SELECT count(*) FROM subscriber") == 3
    assert Browser(api).get(box.links[-1]).status == 200
    api.work()
    ids = [("id[]", str(one.id)) for one in (ada, carl, dora)]
    relations = api.get("/api/v1/accounts/relationships", token, query=ids).json
    assert [(one["following"], one["requested"]) for one in relations] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    with ground.store.read() as db:
        assert db.value("SELECT count(*) FROM subscriber") == 1


def test_visitors_find_a_small_form_on_the_profile(api: Api, box: Postbox, ada: Person) -> None:
    browser = Browser(api)
    page = browser.get("/@ada")
    assert "/@ada/subscribe" in [one.action for one in forms(page)]
    assert "Set-Cookie" not in page.headers
    sent = api.call("POST", "/@ada/subscribe", form={"email": READER})
    assert "Please look into your mail" in sent.text
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert api.call("POST", "/@ada/subscribe", form={"email": READER}, headers=foreign).status == 403
    wrong = api.call("POST", "/@ada/subscribe", form={"email": "nobody"})
    assert wrong.status == 422
    assert 'value="nobody"' in wrong.text
    agree(api, box)
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM subscriber WHERE confirmed_at IS NOT NULL") == 1
    assert [api.call("GET", f"/@{name}/subscribe").status for name in ("ada", "nobody")] == [200, 404]
    statuses = {
        api.call("POST", "/@ada/subscribe", form={"email": "x@mail.example"}).status for _ in range(8)
    }
    assert statuses == {200, 429}
