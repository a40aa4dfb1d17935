"""Somebody writes on a train: three posts and a like without a line, the page closed; all of it arrives once, in order."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.chromium.conftest import PHONE, TOWN, Visit

AT_HAND = """async () => {
    await navigator.serviceWorker.ready;
    for (let n = 0; n < 200; n += 1) {
        for (const name of await caches.keys()) {
            if (!name.startsWith("pages-")) continue;
            const cache = await caches.open(name);
            const found = await Promise.all(["/write", "/outbox"].map((path) => cache.match(path, { ignoreVary: true })));
            if (found.every(Boolean)) return true;
        }
        await new Promise((done) => setTimeout(done, 100));
    }
    return false;
}"""


def test_what_is_done_without_a_line_waits_and_goes_out_once(visit: Visit) -> None:
    page = visit("/home", "xiaoyu", PHONE)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(TOWN + "/home")
    assert page.evaluate(AT_HAND)
    context = page.context
    context.set_offline(True)

    page.goto(TOWN + "/home")
    page.locator(".acts button[name=like]").first.click()
    pressed = page.locator(".acts button.later")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    liked = pressed.get_attribute("value")
    for n in range(3):
        _write(page, n)
    visit.keep(page, "outbox-waiting")
    _change(page, "From the train 2", "From the train, third")

    page.close()
    page = context.new_page()
    page.goto(TOWN + "/outbox")
    expect(page.locator("[data-entry]")).to_have_count(4)
    expect(page.locator("[data-outbox] b")).to_have_text("4")
    context.set_offline(False)
    expect(page.locator("[data-none]")).to_be_visible()

    page.goto(TOWN + "/@xiaoyu")
    words = page.locator("article .words", has_text="From the train")
    expect(words).to_have_text(["From the train, third", "From the train 1", "From the train 0"])
    expect(page.locator("article img[alt='A teal field']")).to_have_count(1)
    page.goto(TOWN + "/home")
    expect(page.locator(f".acts button[name=unlike][value='{liked}']")).to_have_count(1)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    unreachable = re.compile(r"net::ERR_|Failed to fetch")
    visit.faults[:] = [fault for fault in visit.faults if not unreachable.search(fault)]


def _write(page: Page, n: int) -> None:
    page.goto(TOWN + "/write")
    page.locator("#f-text").fill(f"From the train {n}")
    if n == 1:
        file = io.BytesIO()
        Image.new("RGB", (64, 48), "teal").save(file, "PNG")
        page.locator("[data-more-files] summary").click()
        page.set_input_files(
            "#f-files", {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}
        )
        page.locator("[data-later] textarea").fill("A teal field")
    _send(page)


def _send(page: Page) -> None:
    expect(page.locator(".sending .to-outbox")).to_be_visible()
    page.locator(".sending .go").click()
    page.wait_for_url(re.compile("/outbox"))
    expect(page.locator("[data-entry]").first).to_be_visible()


def _change(page: Page, before: str, after: str) -> None:
    page.locator("[data-entry]", has_text=before).locator("[data-change]").click()
    expect(page.locator("#f-text")).to_have_value(before)
    page.locator("#f-text").fill(after)
    _send(page)
