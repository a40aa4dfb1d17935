"""
Somebody writes on a train: three posts and an answer to one of them, two changes, marks, an emoji, a hashtag followed and an end of
a follow without a line, the page closed; all of it arrives once, in order, where a post was changed elsewhere meanwhile its
author chooses, and in the end the device forgets.
"""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.chromium.conftest import PHONE, TOWN, Visit

EMOJI = "🛶"
AT_HAND = """async (paths) => {
    await navigator.serviceWorker.ready;
    for (let n = 0; n < 600; n += 1) {
        for (const name of await caches.keys()) {
            if (!name.startsWith("pages-")) continue;
            const cache = await caches.open(name);
            const found = await Promise.all(paths.map((path) => cache.match(path, { ignoreVary: true })));
            if (found.every(Boolean)) return true;
        }
        await new Promise((done) => setTimeout(done, 100));
    }
    return false;
}"""
"""Whether the device has these pages; it keeps them when it has time."""


def test_what_is_done_without_a_line_waits_and_goes_out_once(visit: Visit) -> None:
    page = visit("/home", "xiaoyu", PHONE)
    context = page.context
    thread, answers = _opens_a_thread(page)
    edits = _own_posts(page)
    tag, more = context.new_page(), context.new_page()
    tag.goto(TOWN + "/tags/ferry")
    more.goto(TOWN + "/@jona")
    more.goto(TOWN + str(more.locator("article .acts a.more").first.get_attribute("href")))
    emoji_at = more.url
    page.goto(TOWN + "/@ines")
    context.set_offline(True)
    _reads_it_again(page, thread, answers)
    _choose_emoji(more)
    for one, name in ((tag, "follow"), (page, "unfollow")):
        one.bring_to_front()  # tabs behind draw once a second, and a click waits for that
        one.locator(f"main button[name={name}]").click()
        expect(one.locator("main button.later")).to_be_visible()
    marked = _mark(page)
    for n, edit in enumerate(edits):
        page.goto(TOWN + edit)
        page.locator("#f-text").fill(f"Changed on the train {n}")
        _send(page)
    for n in range(4):
        _write(page, n)
    _answer(page, "From the train 1", "And one more word")
    _answer(page, "From the train 3", "Said all the same")
    _throw_away(page, "From the train 3")
    visit.keep(page, "outbox-waiting")
    _change(page, "From the train 2", "From the train, third")

    page.close()
    page = context.new_page()
    page.goto(TOWN + "/outbox")
    expect(page.locator("[data-entry]")).to_have_count(13)
    for said in ("取消：已关注: Ines", "关注话题: #ferry"):
        expect(page.locator("[data-entry]", has_text=said)).to_have_count(1)
    expect(page.locator("[data-outbox] b")).to_have_text("13")
    other = visit(edits[1], "xiaoyu")
    other.locator("#f-text").fill("Changed at home")
    other.locator(".sending .go").click()
    other.wait_for_url("**done=post_edited*")
    context.set_offline(False)
    _decides(page)
    _has_arrived(page)
    tag.reload()
    expect(tag.locator("main button[name=unfollow]")).to_be_visible()
    more.goto(emoji_at)
    expect(more.locator("button[name=drop]", has_text=EMOJI)).to_be_visible()
    page.goto(TOWN + "/home")
    for name, post in marked.items():
        expect(page.locator(f".acts button[name=un{name}][value='{post}']").first).to_be_visible()
    _forgets(page)
    unreachable = re.compile(r"net::ERR_|Failed to fetch")
    visit.faults[:] = [fault for fault in visit.faults if not unreachable.search(fault)]


def _forgets(page: Page) -> None:
    """Nothing waits; whatever lay on the device is gone, and nobody is signed out."""
    expect(page.locator("[data-outbox]")).to_be_hidden()
    page.evaluate("caches.open('pages-left').then(() => localStorage.setItem('martlet.draft.left', '1'))")
    page.goto(TOWN + "/settings/device")
    page.locator("main button.stop").click()
    page.wait_for_url("**done=device_forgotten*")
    assert page.evaluate("caches.has('pages-left')") is False
    assert page.evaluate("localStorage.getItem('martlet.draft.left')") is None
    page.goto(TOWN + "/home")
    expect(page.locator("[data-feed] article").first).to_be_visible()


def _opens_a_thread(page: Page) -> tuple[str, list[str]]:
    """Its path, and what is answered there. What every page needs is on the device by then."""
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(TOWN + "/home")
    assert page.evaluate(AT_HAND, ["/write", "/outbox"])
    page.goto(TOWN + "/@jona")
    post = page.locator("article", has_text="Seglerweg").locator(".when").first
    thread = str(post.get_attribute("href"))
    page.goto(TOWN + thread)
    assert page.evaluate(AT_HAND, [thread])
    return thread, page.locator("[data-talk] article .words").all_inner_texts()


def _reads_it_again(page: Page, thread: str, answers: list[str]) -> None:
    """In a tab of its own: as on a train, where the post is looked up once more."""
    read = page.context.new_page()
    read.goto(TOWN + thread)
    expect(read.locator("[data-offline]")).to_be_visible()
    assert read.locator("[data-talk] article .words").all_inner_texts() == answers
    assert len(answers) > 1
    read.close()


def _decides(page: Page) -> None:
    """About what was thrown away meanwhile, and what was changed elsewhere."""
    expect(page.locator("[data-entry][data-state=refused]")).to_have_count(2)
    expect(page.locator("[data-entry]")).to_have_count(2)
    page.locator("[data-entry]", has_text="Said all the same").locator("[data-again]").click()
    expect(page.locator("[data-entry]")).to_have_count(1)
    expect(page.locator("[data-entry] [data-now]")).to_have_text("Changed at home")
    page.locator("[data-mine]").click()
    expect(page.locator("[data-none]")).to_be_visible()


def _has_arrived(page: Page) -> None:
    """Each once, in order; the answer below what it answers."""
    page.goto(TOWN + "/@xiaoyu")
    for n in range(2):
        expect(page.locator("article .words", has_text=f"Changed on the train {n}")).to_have_count(1)
    expect(page.locator("article .words", has_text="Said all the same")).to_have_count(1)
    words = page.locator("article .words", has_text="From the train")
    expect(words).to_have_text(["From the train, third", "From the train 1", "From the train 0"])
    expect(page.locator("article img[alt='A teal field']")).to_have_count(1)
    answered = page.locator("article", has_text="From the train 1").locator(".when").first
    page.goto(TOWN + str(answered.get_attribute("href")))
    expect(page.locator(".tree article .words")).to_have_text(["And one more word"])


def _mark(page: Page) -> dict[str, str]:
    """What was done with which post of others, whoever wrote last."""
    page.goto(TOWN + "/home")
    others = page.locator("article").filter(has_not=page.locator(".by a[href$='/@xiaoyu']"))
    marked = {}
    for name in ("like", "boost", "save"):
        button = others.locator(f".acts button[name={name}]").first
        marked[name] = str(button.get_attribute("value"))
        button.click()
        pressed = page.locator(f".acts button.later[name=un{name}]")
        expect(pressed).to_have_attribute("aria-pressed", "true")
    return marked


def _choose_emoji(page: Page) -> None:
    page.bring_to_front()
    page.locator("#f-emoji").fill(EMOJI)
    page.locator("form:has(#f-emoji) .typed button").click()
    page.wait_for_url("**/outbox?queued")
    expect(page.locator("[data-entry]", has_text=EMOJI)).to_be_visible()


def _own_posts(page: Page) -> list[str]:
    """Where two posts are changed, each of which was open once."""
    page.goto(TOWN + "/@xiaoyu")
    found = page.locator("article .when").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    own = [one for one in found if one.startswith("/@xiaoyu/")]
    edits = [f"{one}/edit" for one in own[:2]]
    for edit in edits:
        page.goto(TOWN + edit)
    return edits


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


def _answer(page: Page, before: str, text: str) -> None:
    """What is answered has not left yet."""
    page.locator("[data-entry]", has_text=before).locator("[data-answer]").click()
    expect(page.locator("[data-after]")).to_contain_text(before)
    page.locator("#f-text").fill(text)
    _send(page)
    expect(page.locator("[data-entry]", has_text=text)).to_contain_text(before)


def _throw_away(page: Page, words: str) -> None:
    entry = page.locator("[data-entry]:not(:has([data-answers]:not(:empty)))", has_text=words)
    for _ in range(2):  # it asks once more
        entry.locator("[data-throw]").click()
    expect(entry).to_have_count(0)


def _change(page: Page, before: str, after: str) -> None:
    page.locator("[data-entry]", has_text=before).locator("[data-change]").click()
    expect(page.locator("#f-text")).to_have_value(before)
    page.locator("#f-text").fill(after)
    _send(page)
