"""A moderator's hour: somebody reports a post, it is worked on, something is done, taken back, and stands in the log."""

import re

from playwright.sync_api import Page, expect

from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit
from tests.chromium.test_every_page import _violations

WORDS = "He shouts at the ferry again."


def test_a_report_is_made_worked_on_and_taken_back(visit: Visit) -> None:
    _report(visit("/@theo", "xiaoyu", PHONE))
    desk = visit("/desk/reports", "jona", DESKTOP)
    desk.locator("main .lines li", has_text=WORDS).locator("a").first.click()
    expect(desk.locator("main")).to_contain_text(WORDS)
    report = desk.url
    assert _violations(desk) == []
    desk.locator("form[action$='/assign'] button").click()
    desk.locator("textarea[name=note]").fill("Talked to him.")
    desk.locator("form[action$='/notes'] button").click()
    expect(desk.locator("main")).to_contain_text("Talked to him.")
    desk.locator("a[href*='/measure/limit']").click()
    desk.locator("textarea[name=text]").fill("Please be kind.")
    assert _violations(desk) == []
    desk.locator(".work form button").click()
    desk.wait_for_url("**done=desk_done*")

    desk.goto(TOWN + "/desk/log")
    undoable = desk.locator("main a[href*='/undo']")
    count = undoable.count()
    undoable.first.click()
    desk.locator(".work form button").click()
    desk.wait_for_url("**done=undone*")
    expect(undoable).to_have_count(count - 1)
    visit.keep(desk, "desk-log")
    desk.goto(report)
    expect(desk.locator("main")).to_contain_text("Talked to him.")


def _report(page: Page) -> None:
    page.locator("details.more summary").click()
    page.locator("details.more a[href$='/report']").click()
    page.locator("[name=category][value=other]").check()
    page.locator("main .pad.form button").click()
    page.wait_for_url(re.compile("step="))
    page.locator("main .pad.form button").click()
    page.locator("textarea[name=text]").fill(WORDS)
    assert _violations(page) == []
    page.locator("main .pad.form button.stop").click()
    page.wait_for_url(re.compile("step=done"))
