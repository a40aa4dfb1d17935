"""Pictures on a phone: chosen, pasted, dropped, taken; cut and put in order; looked through; in an album; and a post's whole life."""

import io
import re

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.chromium.conftest import PHONE, TOWN, Visit
from tests.chromium.test_every_page import _violations
from tests.chromium.test_lists import have_held

BROUGHT = """async ([kind, colour]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 64, 48);
    const blob = await new Promise((done) => canvas.toBlob(done));
    const data = new DataTransfer();
    data.items.add(new File([blob], `${colour}.png`, { type: "image/png" }));
    const how = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
    const event = kind === "paste" ? new ClipboardEvent(kind, how) : new DragEvent(kind, how);
    document.querySelector("#f-text").dispatchEvent(event);
}"""
SEES = """async () => {
    const video = document.querySelector("#camera video");
    while (!video.videoWidth) await new Promise((done) => setTimeout(done, 50));
}"""
"""Until the camera, which Chromium makes up, gives a picture."""
SAID = ("Taken", "Chosen", "Pasted", "Dropped")


def test_pictures_come_every_way_and_are_looked_through(visit: Visit) -> None:
    page = visit("/write/unsent", "xiaoyu", PHONE)
    have_held(page, is_held=False)
    page.goto(TOWN + "/write")
    page.locator("#f-text").fill("Four ways to bring a picture")
    page.locator("[data-more-files] summary").click()
    files = page.locator("[data-file]")
    page.set_input_files("#f-files", _picture("a.png", "teal"))
    expect(files).to_have_count(1)
    for n, (kind, colour) in enumerate((("paste", "red"), ("drop", "blue")), 2):
        page.evaluate(BROUGHT, [kind, colour])
        expect(files).to_have_count(n)
    page.locator("[data-camera]").click()
    page.evaluate(SEES)
    page.locator("[data-shoot]").click()
    expect(files).to_have_count(4)
    for n, said in enumerate((*SAID[1:], SAID[0])):
        files.nth(n).locator("textarea").fill(said)
    for n in (3, 2, 1):
        files.nth(n).locator("button[value^=up-]").click()
        expect(files.nth(n - 1).locator("textarea")).to_have_value(SAID[0])
    expect(files.first.locator("textarea")).to_have_value(SAID[0])
    whole = files.nth(1).get_attribute("data-original")
    files.nth(1).locator("[data-cut-this]").click()
    page.locator("#cut-right").fill("50")
    page.locator("[data-cut]").click()
    expect(files.nth(1)).not_to_have_attribute("data-original", str(whole))
    expect(files.nth(1).locator("textarea")).to_have_value(SAID[1])
    visit.keep(page, "write-pictures")
    page.locator(".sending .go").click()
    page.wait_for_url("**done=posted*")

    post = page.locator("article", has_text="Four ways to bring a picture").first
    assert post.locator(".pics img").evaluate_all("all => all.map((one) => one.alt)") == list(SAID)
    address = str(post.locator(".when").get_attribute("href"))
    post.locator(".pics a").first.click()
    caption = page.locator("[data-gallery] figcaption")
    expect(caption).to_have_text(SAID[0])
    _leads_on(page)
    page.keyboard.press("ArrowRight")
    expect(caption).to_have_text(SAID[1])
    shown = page.locator("[data-gallery] img")
    assert shown.evaluate("(one) => one.decode().then(() => [one.naturalWidth, one.naturalHeight])") == [
        32,
        48,
    ]
    _leads_on(page)
    _swipe(page, 300, 60)
    expect(caption).to_have_text(SAID[2])
    _leads_on(page)
    _swipe(page, 60, 300)
    expect(caption).to_have_text(SAID[1])
    assert _violations(page) == []
    _has_an_album(visit, page, address)
    _changes_and_goes(page, address)
    _waits_for_its_moment(page)
    page.goto(TOWN + "/write/unsent")
    have_held(page, is_held=True)


def _has_an_album(visit: Visit, page: Page, post: str) -> None:
    page.goto(TOWN + "/albums/new")
    page.fill("[name=title]", "By the river")
    page.set_input_files("#f-files", [_picture("b.png", "green"), _picture("c.png", "orange")])
    page.locator("main form button.go").click()
    page.wait_for_url(re.compile(r"/albums/\d+"))
    if not page.url.endswith("/edit"):
        page.goto(f"{page.url.partition('?')[0]}/edit")
    said = page.locator("[name^=said-]")
    said.nth(0).fill("Green")
    said.nth(1).fill("Orange")
    page.locator("[name^=place-]").nth(1).fill("1")
    page.locator("[name^=place-]").nth(1).press("Tab")
    page.locator("[name=cover]").first.check()
    page.locator("main form button.go").click()
    page.wait_for_url(re.compile(r"/albums/\d+(\?.*)?$"))
    album = page.url.partition("?")[0]
    alts = "all => all.map((one) => one.alt)"
    assert page.locator("main .sheet a img[alt]:not([alt=''])").evaluate_all(alts) == ["Orange", "Green"]
    page.goto(f"{TOWN}/albums/posts/{post.rpartition('/')[2]}")
    page.get_by_label("By the river").check()
    page.locator("main form button.go").click()
    page.goto(album)
    expect(page.locator("main .sheet a img[alt]:not([alt=''])")).to_have_count(6)
    visit.keep(page, "album")


def _changes_and_goes(page: Page, post: str) -> None:
    page.goto(f"{TOWN}{post}/edit")
    page.locator("#f-text").fill("Four ways to bring a picture here")
    page.locator(".sending .go").click()
    page.wait_for_url("**done=post_edited*")
    page.goto(f"{TOWN}{post}/history")
    expect(page.locator("main ins")).to_contain_text("here")
    page.goto(f"{TOWN}/saved/folders")
    page.fill("[name=name]", "River")
    page.locator("main form button.go").click()
    page.goto(f"{TOWN}/saved/sort/{post.rpartition('/')[2]}")
    page.get_by_label("River").check()
    page.locator("main form button.go").click()
    page.goto(f"{TOWN}/saved/folders")
    page.locator("main .rows a", has_text="River").click()
    expect(page.locator("article")).to_have_count(1)
    page.goto(f"{TOWN}{post}/delete")
    page.locator("main button.stop").click()
    page.wait_for_url("**done=post_deleted*")
    answer = page.goto(TOWN + post)
    assert answer is not None
    assert answer.status in (404, 410)


def _waits_for_its_moment(page: Page) -> None:
    page.goto(f"{TOWN}/share?text=Read+this&url=https://kreisblatt.example/")
    expect(page.locator("#f-text")).to_have_value("Read this\n\nhttps://kreisblatt.example/")
    page.locator("details.more:has([name=at]) summary").click()
    page.locator("[name=at]").fill("2099-01-01T12:00")
    page.locator("button[value=later]").click()
    page.wait_for_url("**done=scheduled*")
    waiting = page.locator("main li", has_text="kreisblatt.example")
    waiting.locator("button[name=cancel]").click()
    expect(page.locator("#f-text")).to_have_value("Read this\n\nhttps://kreisblatt.example/")


def _picture(name: str, colour: str) -> FilePayload:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def _leads_on(page: Page) -> None:
    """Keys and swipes are heard: the last thing that script does when it has come is to ask for the next picture."""
    page.locator("head link[rel=prefetch]").wait_for(state="attached")


def _swipe(page: Page, start: int, end: int) -> None:
    devtools = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", start), ("touchMove", (start + end) // 2), ("touchMove", end)):
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": 300}]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
