"""
Somebody writes on a train: three posts, two changes, marks and an end of a follow without a line, the page closed; all of it
arrives once, in order, and where a post was changed elsewhere meanwhile its author chooses.
"""

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
    edits = _own_posts(page)
    for edit in edits:
        page.goto(TOWN + edit)
    page.goto(TOWN + "/@ines")
    context.set_offline(True)
    page.locator("main button[name=unfollow]").click()
    expect(page.locator("button[name=follow].later")).to_be_visible()

    page.goto(TOWN + "/home")
    marked = {}
    for name in ("like", "boost", "save"):
        button = page.locator(f".acts button[name={name}]").first
        marked[name] = button.get_attribute("value")
        button.click()
        pressed = page.locator(f".acts button.later[name=un{name}]")
        expect(pressed).to_have_attribute("aria-pressed", "true")
    for n, edit in enumerate(edits):
        page.goto(TOWN + edit)
        page.locator("#f-text").fill(f"Changed on the train {n}")
        _send(page)
    for n in range(3):
        _write(page, n)
    visit.keep(page, "outbox-waiting")
    _change(page, "From the train 2", "From the train, third")

    page.close()
    page = context.new_page()
    page.goto(TOWN + "/outbox")
    expect(page.locator("[data-entry]")).to_have_count(9)
    expect(page.locator("[data-outbox] b")).to_have_text("9")
    other = visit(edits[1], "xiaoyu")
    other.locator("#f-text").fill("Changed at home")
    other.locator(".sending .go").click()
    other.wait_for_url("**done=post_edited*")
    context.set_offline(False)
    expect(page.locator("[data-entry]")).to_have_count(1)
    expect(page.locator("[data-entry] [data-now]")).to_have_text("Changed at home")
    visit.keep(page, "outbox-choice")
    page.locator("[data-mine]").click()
    expect(page.locator("[data-none]")).to_be_visible()

    page.goto(TOWN + "/@xiaoyu")
    for n in range(2):
        expect(page.locator("article .words", has_text=f"Changed on the train {n}")).to_have_count(1)
    words = page.locator("article .words", has_text="From the train")
    expect(words).to_have_text(["From the train, third", "From the train 1", "From the train 0"])
    expect(page.locator("article img[alt='A teal field']")).to_have_count(1)
    page.goto(TOWN + "/home")
    for name, post in marked.items():
        expect(page.locator(f".acts button[name=un{name}][value='{post}']").first).to_be_visible()
    expect(page.locator("[data-outbox]")).to_be_hidden()
    unreachable = re.compile(r"net::ERR_|Failed to fetch")
    visit.faults[:] = [fault for fault in visit.faults if not unreachable.search(fault)]


def _own_posts(page: Page) -> list[str]:
    """Where two posts are changed."""
    page.goto(TOWN + "/@xiaoyu")
    found = page.locator("article .when").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    own = [one for one in found if one.startswith("/@xiaoyu/")]
    return [f"{one}/edit" for one in own[:2]]


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
