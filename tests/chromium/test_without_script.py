"""What people do all day, in a browser whose scripts are off (Tor Browser on its safest setting)."""

import re
import time

from playwright.sync_api import Page, expect

from tests.chromium.conftest import PATIENCE_MS, PHONE, TOWN, Visit


def test_a_day_without_script(visit: Visit) -> None:
    page = visit("/home", "jona", PHONE, script=False)
    _write(page, "The swifts are bakc. #swifts")
    page.wait_for_url("**/home?sent=*")
    page.get_by_role("button", name="Rückgängig").click()  # as Jona's language says it
    page.wait_for_url("**/write*")
    text = page.locator("textarea[name=text]")
    expect(text).to_have_value("The swifts are bakc. #swifts")
    text.fill("The swifts are back over the mill. #swifts")
    page.locator("main form button.go").click()
    mine = page.locator("article", has_text="The swifts are back over the mill").first
    until = time.monotonic() + PATIENCE_MS / 1000
    while not mine.count():  # it is held for ten seconds, so that it can be taken back
        assert time.monotonic() < until
        page.wait_for_timeout(500)
        page.goto(TOWN + "/home")

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


def _write(page: Page, text: str) -> None:
    page.goto(TOWN + "/write")
    page.locator("textarea[name=text]").fill(text)
    page.locator("main form button.go").click()
