"""A server's first minutes on a phone: the link that it prints, the owner's account, first steps one by one."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.chromium.conftest import HEIGHTS, PATIENCE_MS, PHONE
from tests.chromium.test_every_page import _violations
from tests.client import PASSWORD
from tests.running import Running, running


def test_an_owner_makes_a_server_their_own(chromium: Browser, tmp_path: Path) -> None:
    with running(tmp_path / "data", "sqlite") as server:
        context = chromium.new_context(viewport={"width": PHONE, "height": HEIGHTS[PHONE]}, locale="de")
        context.set_default_timeout(PATIENCE_MS)
        try:
            _begins(context.new_page(), server)
        finally:
            context.close()


def _begins(page: Page, server: Running) -> None:
    printed = re.search(r"/setup/[\w-]+", server.log.read_text())
    assert printed is not None
    page.goto(server.url + printed[0])
    assert _violations(page) == []
    wishes = {"server_name": "Unterstadt", "username": "jona", "email": "jona@mail.example"}
    for name, value in {**wishes, "password": PASSWORD}.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form button").click()
    page.wait_for_url("**/desk/first-steps")
    todo = page.get_by_text("noch nicht", exact=True)
    expect(todo).to_have_count(7)
    assert _violations(page) == []

    page.locator("main a[href$='/desk/rules']").last.click()
    form = page.locator("main form[action='/desk/rules']")
    form.locator("[name=text]").fill("Seid freundlich.")
    form.locator("button").last.click()
    expect(page.locator("main")).to_contain_text("Seid freundlich.")
    page.goto(server.url + "/desk/first-steps")
    expect(todo).to_have_count(6)
    page.locator("main form[action='/desk/first-steps/end'] button").click()
    page.wait_for_url(re.compile("/desk(\\?|$)"))
    expect(
        page.locator("main a[href$='/desk/first-steps'], main form[action$='/desk/first-steps']")
    ).to_have_count(0)

    page.goto(server.url + printed[0])
    expect(page.locator("main")).not_to_contain_text("Passwort")  # the link is good once
