"""People come: openly with a letter, by a link, asking to be let in; a second step, ended sessions, a forgotten password."""

import email
import re
import time
from datetime import UTC, datetime
from email import policy

from playwright.sync_api import Page, expect

from martlet.signing import totp
from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit

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

    page.goto(TOWN + "/settings/two_factor/setup")
    secret = totp.secret_from_text(re.sub(r"\s", "", page.locator(".secret").inner_text()))
    step = totp.step_at(datetime.now(UTC))
    page.fill("[name=code]", totp.code(secret, step))
    page.fill("[name=password]", WORDS)
    page.locator("main form button.go").click()
    expect(page.locator(".codes li").first).to_be_visible()

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
    page.goto(TOWN + "/home")
    page.wait_for_url("**/auth/sign_in*")


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
