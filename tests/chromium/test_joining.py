"""
People come: openly with a letter, by a link, asking to be let in; they say who they are, let apps in, take a second step, forget
their password, leave and come back.
"""

import email
import io
import re
import time
from datetime import UTC, datetime
from email import policy

from PIL import Image
from playwright.sync_api import Page, expect

from martlet.signing import totp
from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit
from tests.chromium.test_every_page import _violations

WORDS, OTHER = "kiln swift plaster noon", "mortar wing arch evening"


def test_somebody_joins_and_keeps_the_account_theirs(visit: Visit) -> None:
    _let_in(visit("/desk/server", "jona"), "open")
    page = visit("/auth/sign_up", width=PHONE)
    _fill(page, "wren", "wren@home.example")
    page.goto(_link(visit, "wren@home.example"))
    page.locator("main a.go").click()
    _sign_in(page, "wren", WORDS)
    page.wait_for_url("**/welcome")
    page.fill("[name=display_name]", "Wren")
    page.locator("main form button.go").click()
    page.wait_for_url("**/welcome/people")
    visit.keep(page, "first-run")
    follow = page.locator("button[name=follow]")
    follow.first.click()
    expect(page.locator("main")).to_contain_text("You follow one person.")
    page.locator("main a[href='/write']").click()
    expect(page.locator("#f-text")).to_be_visible()
    _says_who_they_are(visit, page)
    _lets_an_app_in(visit, page)

    page.goto(TOWN + "/settings/two_factor/setup")
    secret = totp.secret_from_text(re.sub(r"\s", "", page.locator(".secret").inner_text()))
    step = totp.step_at(datetime.now(UTC))
    page.fill("[name=code]", totp.code(secret, step))
    page.fill("[name=password]", WORDS)
    page.locator("main form button.go").click()
    expect(page.locator(".codes li").first).to_be_visible()
    recovery = page.locator(".codes li").all_inner_texts()

    other = visit("/auth/sign_in", width=DESKTOP)
    _sign_in(other, "wren", WORDS)
    other.fill("[name=code]", totp.code(secret, step + 1))
    other.locator("main form button.go").first.click()
    other.wait_for_url("**/home")
    page.goto(TOWN + "/settings/apps")
    expect(page.locator(".thing")).to_have_count(2)
    page.locator("main button.stop").click()
    expect(page.locator(".thing")).to_have_count(1)
    other.goto(TOWN + "/home")
    other.wait_for_url("**/auth/sign_in*")

    other.goto(TOWN + "/auth/password/new")
    other.fill("[name=email]", "wren@home.example")
    other.locator("main form button.go").click()
    other.goto(_link(visit, "wren@home.example", "/auth/password/"))
    other.fill("[autocomplete=new-password]", OTHER)
    other.locator("main form button.go").click()
    other.wait_for_url(lambda url: "/auth/password/" not in url)
    page.goto(TOWN + "/home")
    page.wait_for_url("**/auth/sign_in*")
    _leaves_and_comes_back(visit, other, recovery)


def _says_who_they_are(visit: Visit, page: Page) -> None:
    page.goto(TOWN + "/settings/profile")
    page.fill("[name=display_name]", "Wren of the kiln")
    page.fill("[name=note]", "I fire pots. #clay")
    for name, shape, colour in (("avatar", (90, 90), "teal"), ("header", (600, 200), "peru")):
        file = io.BytesIO()
        Image.new("RGB", shape, colour).save(file, "PNG")
        page.set_input_files(
            f"[name={name}]", {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}
        )
    page.fill("[name=avatar_text]", "A teal bird")
    page.fill("[name=name_1]", "Pronouns")
    page.fill("[name=value_1]", "she")
    visit.keep(page, "profile-form")
    page.locator("main form:has([name=display_name]) button.go").click()
    page.wait_for_url("**/@wren?done=profile_saved")
    assert _violations(page) == []
    visit.keep(page, "profile-filled")
    for shown in (visit("/@wren", "jona", PHONE), visit("/@wren", width=DESKTOP)):
        expect(shown.locator("h1")).to_have_text("Wren of the kiln")
        expect(shown.locator("main .words").first).to_contain_text("I fire pots.")
        expect(shown.locator("dl.facts")).to_contain_text("Pronouns")
        expect(shown.locator("dl.facts")).to_contain_text("she")
        expect(shown.locator("img.cover")).to_be_visible()
        assert shown.locator("img.face").evaluate("one => one.decode().then(() => one.naturalWidth > 1)")


NEW_APP = """async (address) => (await fetch("/api/v1/apps", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_name: "Kiln reader", redirect_uris: address, scopes: "read write:statuses" }),
})).json()"""
TRADED = """async ([app, code, address]) => (await (await fetch("/oauth/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
        grant_type: "authorization_code", code, redirect_uri: address, client_id: app.client_id, client_secret: app.client_secret,
    }),
})).json()).access_token"""
USED = """async (token) => (await fetch("/api/v1/accounts/verify_credentials", {
    credentials: "omit", headers: { authorization: `Bearer ${token}` },
})).status"""
IN_HAND = "urn:ietf:wg:oauth:2.0:oob"


def _lets_an_app_in(visit: Visit, page: Page) -> None:
    app = page.evaluate(NEW_APP, IN_HAND)
    asked = (
        f"response_type=code&client_id={app['client_id']}&redirect_uri={IN_HAND}&scope=read+write:statuses"
    )
    page.goto(f"{TOWN}/oauth/authorize?{asked}")
    expect(page.locator("h1")).to_contain_text("Kiln reader")
    expect(page.locator(".may li")).not_to_have_count(0)
    assert _violations(page) == []
    visit.keep(page, "consent")
    page.locator("button[value=allow]").click()
    code = page.locator(".copy").inner_text().strip()
    token = page.evaluate(TRADED, [app, code, IN_HAND])
    assert page.evaluate(USED, token) == 200
    page.goto(TOWN + "/settings/apps")
    grant = page.locator(".thing", has_text="Kiln reader")
    grant.locator("button").click()
    page.wait_for_url("**done=*")
    expect(grant).to_have_count(0)
    assert page.evaluate(USED, token) == 401


def _leaves_and_comes_back(visit: Visit, page: Page, recovery: list[str]) -> None:
    _sign_in_with(page, recovery[0])
    page.wait_for_url("**/home")
    page.goto(TOWN + "/settings/delete")
    page.fill("[name=password]", OTHER)
    page.locator("main button.stop").click()
    page.wait_for_url("**done=account_leaving*")
    expect(page.locator(".say[role=status]")).to_contain_text("will be deleted soon")
    visitor = visit("/@wren", width=PHONE)
    expect(visitor.locator("body")).not_to_contain_text("Wren of the kiln")
    _sign_in_with(page, recovery[1])
    page.wait_for_url("**/settings/delete")
    visit.keep(page, "account-leaving")
    page.locator("main button.go").click()
    page.wait_for_url("**done=account_kept*")
    visitor.goto(TOWN + "/@wren")
    expect(visitor.locator("h1")).to_have_text("Wren of the kiln")


def _sign_in_with(page: Page, recovery: str) -> None:
    page.goto(TOWN + "/auth/sign_in")
    _sign_in(page, "wren", OTHER)
    page.locator("main details summary").click()
    page.fill("[name=recovery_code]", recovery)
    page.locator("main form:has([name=recovery_code]) button").click()


def test_the_owner_decides_who_joins(visit: Visit) -> None:
    owner = visit("/desk/server", "jona")
    _let_in(owner, "invite")
    owner.goto(TOWN + "/settings/invitations")
    owner.locator("main form button.go").first.click()
    invitation = owner.locator(".copy").inner_text().strip()
    page = visit("/auth/sign_up", width=PHONE)
    expect(page.locator("[name=username]")).to_have_count(0)
    page.goto(invitation)
    expect(page.locator("main")).to_contain_text("Jona")
    _fill(page, "dipper", "dipper@home.example")
    page.goto(_link(visit, "dipper@home.example"))
    expect(page.locator("main a.go")).to_be_visible()

    owner.goto(TOWN + "/desk/server")
    _let_in(owner, "approval")
    page.goto(TOWN + "/auth/sign_up")
    page.fill("[name=reason]", "I count swifts.")
    _fill(page, "siskin", "siskin@home.example")
    page.goto(_link(visit, "siskin@home.example"))
    owner.goto(TOWN + "/desk/sign-ups")
    row = owner.locator("main li", has_text="@siskin")
    expect(row).to_contain_text("I count swifts.")
    row.locator("button.go, a.go").first.click()
    owner.locator(".work form button").first.click()
    owner.wait_for_url("**done=*")
    owner.goto(TOWN + "/desk/sign-ups")
    expect(row).to_have_count(0)
    page.goto(TOWN + "/auth/sign_in")
    _sign_in(page, "siskin", WORDS)
    page.wait_for_url(re.compile("/home|/welcome"))


def _fill(page: Page, username: str, address: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=email]", address)
    page.fill("[autocomplete=new-password]", WORDS)
    if page.locator("[name=agreement]").count():
        page.locator("[name=agreement]").check()
    page.locator("main form button.go").click()
    expect(page.locator("main")).to_contain_text(address)


def _sign_in(page: Page, who: str, password: str) -> None:
    page.fill("[name=identifier]", who)
    page.fill("[name=password]", password)
    page.locator("main form button.go").first.click()


def _let_in(owner: Page, how: str) -> None:
    owner.locator("[name=registration]").select_option(how)
    owner.locator("main form:has([name=registration]) button").click()
    owner.wait_for_url("**done=*")


def _link(visit: Visit, to: str, path: str = "/") -> str:
    """The address in the last letter to somebody; it comes when it comes."""
    for _ in range(600):
        for letter in reversed(visit.town.mail.letters):
            said = email.message_from_bytes(letter, policy=policy.default)
            body = said.get_body(("plain",))
            found = re.search(rf"{TOWN}{path}\S+", body.get_content() if body else "")
            if to in str(said["to"]) and found:
                return found.group()
        time.sleep(0.1)
    raise AssertionError(f"no letter to {to}")
