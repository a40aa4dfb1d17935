"""What people do all day, in a browser whose scripts are off (Tor Browser on its safest setting)."""

import re

from playwright.sync_api import Page, expect

from tests.chromium.conftest import PHONE, TOWN, Visit


def test_a_day_without_script(visit: Visit) -> None:
    page = visit("/home", "jona", PHONE, script=False)
    _write(page, "The swifts are bakc. #swifts")
    page.wait_for_url("**/home?sent=*")
    page.get_by_role("button", name="Rückgängig").click()  # as Jona's language says it
    page.wait_for_url("**/write*")
    text = page.locator("textarea[name=text]")
    expect(text).to_have_value("The swifts are bakc. #swifts")
    _send_at_once(visit("/write/unsent", "jona", PHONE, script=False))
    text.fill("The swifts are back over the mill. #swifts")
    page.locator("main form button.go").click()
    expect(page.locator("article", has_text="The swifts are back over the mill").first).to_be_visible()

    page.goto(TOWN + "/@xiaoyu")
    theirs = page.locator("article").first
    like = theirs.get_by_role("button", name=re.compile("^Gefällt mir ?: .+"))
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")

    page.goto(TOWN + "/search?q=swifts")
    expect(page.locator("main")).to_contain_text("The swifts are back over the mill")

    page.goto(TOWN + "/news")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def _send_at_once(page: Page) -> None:
    """Nothing that Jona sends is held for ten seconds any more."""
    page.locator("#f-holds").uncheck()
    page.locator("form:has(#f-holds) button").click()
    page.wait_for_url("**done=*")


def _write(page: Page, text: str) -> None:
    page.goto(TOWN + "/write")
    page.locator("textarea[name=text]").fill(text)
    page.locator("main form button.go").click()
