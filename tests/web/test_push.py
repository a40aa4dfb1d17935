"""A browser is told of news while no page is open: in its owner's language, in words that only it can read."""

import base64
import json

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.browser import Browser, forms
from tests.client import Api, Person
from tests.mastodon.acts import publish
from tests.receiving import Receiver
from tests.web.acts import inside


class Phone:
    """What a browser keeps to itself, and the fields that `static/push.js` fills in."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"

    def fields(self, endpoint: str) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        p256dh, auth = (base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (point, self.auth))
        return {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}

    def read(self, message: bytes) -> dict[str, str]:
        raw = http_ece.decrypt(message, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        found: dict[str, str] = json.loads(raw)
        return found


def turn_on(browser: Browser, phone: Phone, endpoint: str, **chosen: str) -> None:
    page = browser.send(browser.get("/settings/push"), phone.fields(endpoint) | chosen, "/settings/push")
    assert "This device is told from now on." in page.text


def like(api: Api, who: Person, post: str) -> None:
    api.post(f"/api/v1/statuses/{post}/favourite", token=who)
    api.work()


def test_a_browser_is_told_in_words_only_it_can_read(calling_api: Api) -> None:
    api, endpoint, phone = calling_api, Receiver(201), Phone()
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    browser = inside(api, ada)
    browser.send(browser.get("/settings/language"), {"language": "de"}, "/settings/language")
    browser.get("/settings?lang=en")
    post = str(publish(api, ada, text="Über den Dächern")["id"])
    with endpoint.listening() as address:
        turn_on(browser, phone, address, marks="1", policy="all")
        like(api, bob, post)
        like(api, eve, post)
        api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)  # was not chosen
        api.work()
        first, second = (phone.read(body) for _, _, body in endpoint.received)
        assert all(b"Dach" not in body for _, _, body in endpoint.received)
        assert first["title"] == "bob gefällt dein Beitrag"
        assert second["title"] == "eve und jemand anderem gefällt dein Beitrag"
        assert first["tag"] == second["tag"]
        assert (first["body"], first["url"], first["lang"]) == ("Über den Dächern", f"/@ada/{post}", "de")
        assert browser.get(first["icon"]).status == 200

        page = browser.send(browser.get("/settings/push"), {}, "/settings/push/off")
        assert "This device is no longer told." in page.text
        like(api, api.person("dan"), post)
        assert len(endpoint.received) == 2


def test_it_ends_with_the_session_and_when_all_is_forgotten(api: Api) -> None:
    ada, phone = api.person("ada"), Phone()
    kept, left, forgot = (inside(api, ada) for _ in range(3))
    for browser in (kept, left, forgot):
        turn_on(browser, phone, "https://push.example/1", mentions="1")
        assert "Stop telling this device" in browser.get("/settings/push").text
    for browser, path in ((left, "/auth/sign_out"), (forgot, "/settings/device")):
        form = next(one for one in forms(browser.get(path)) if one.method == "post")
        assert browser.post(path, form.fields).status == 303
    assert "Stop telling this device" not in forgot.get("/settings/push").text
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM push_subscription") == 1


def test_what_is_handed_in_is_looked_at(api: Api) -> None:
    browser, phone = inside(api, api.person("ada")), Phone()
    good = phone.fields("https://push.example/1")
    page = browser.get("/settings/push")
    for wrong in (
        {"p256dh": "AAAA"},
        {"auth": ""},
        {"endpoint": "nowhere"},
        {"endpoint": "https://x.example/" + "x" * 2100},
    ):
        assert browser.send(page, good | wrong, "/settings/push").status == 422, wrong
    csrf = forms(page)[0].fields["csrf"]
    renewed = phone.fields("https://push.example/2") | {"csrf": csrf}
    assert browser.post("/settings/push/renew", renewed).status == 404
    turn_on(browser, phone, good["endpoint"], posts="1", policy="followed")
    assert browser.post("/settings/push/renew", renewed).status == 204
    with api.built.ground.store.read() as db:
        row = db.row("SELECT endpoint, alerts, policy FROM push_subscription")
    assert row == ("https://push.example/2", '["post"]', "followed")
    assert 'name="desk"' not in page.text
