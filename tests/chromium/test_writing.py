"""Somebody writes on a phone: a name completed, a picture at once, a reload in the middle, and what was sent taken back."""

import io
import re

from PIL import Image
from playwright.sync_api import expect

from tests.chromium.conftest import PHONE, TOWN, Visit, until

KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('martlet.draft.'))"


def test_what_is_written_survives_a_reload_and_can_be_taken_back(visit: Visit) -> None:
    page = visit("/write", "xiaoyu", PHONE)
    words = page.locator("#f-text")
    words.press_sequentially("你好 @ama")
    expect(page.locator("#completions li")).to_have_attribute("data-text", "@amara")
    words.press("ArrowDown")
    words.press("Enter")
    expect(words).to_have_value("你好 @amara ")
    words.fill(" ")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert page.evaluate(KEPT) == [], "nothing was written"
    words.fill("你好 @amara ")

    page.locator("[data-more-files] summary").click()
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    page.set_input_files("#f-files", {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()})
    page.locator("[data-file] textarea").fill("一片蓝绿色")
    expect(page.locator("[data-saved]")).not_to_be_empty()

    page.evaluate("localStorage.clear()")  # as when the browser is killed before it has written that down
    page.goto(TOWN + "/write")
    page.locator("[data-take]").click()
    expect(words).to_have_value("你好 @amara ")
    expect(page.locator("[data-file] textarea")).to_have_value("一片蓝绿色")

    page.locator(".sending .go").click()
    page.locator("#sent button").click()
    page.wait_for_url(re.compile(r"/write\?draft="))
    expect(words).to_have_value("你好 @amara ")
    expect(page.locator("[data-file] textarea")).to_have_value("一片蓝绿色")
    visit.keep(page, "taken-back")
    until(page, f"!{KEPT}.length")
