"""What people do all day, in a browser whose scripts are off (Tor Browser on its safest setting)."""

import re

from playwright.sync_api import Page, expect

from tests.chromium.conftest import PHONE, TOWN, Visit


def test_a_day_without_script(visit: Visit) -> None:
    page = visit("/home", "jona", PHONE, script=False)
    _send_at_once(page)
    _write(page, "The swifts are back over the mill. #swifts")
    mine = page.locator("article", has_text="The swifts are back over the mill").first
    expect(mine).to_be_visible()

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
    """Instead of ten seconds later."""
    page.goto(TOWN + "/write/unsent")
    page.locator("[name=holds]").uncheck()
    page.locator("form", has=page.locator("[name=holds]")).get_by_role("button").click()


def _write(page: Page, text: str) -> None:
    page.goto(TOWN + "/write")
    page.locator("textarea[name=text]").fill(text)
    page.locator("main form button.go").click()
    page.goto(TOWN + "/home")
