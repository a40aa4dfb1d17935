"""Lists and conversations with script: live, without an end, in place; the way back leads to the same spot."""

import re

from playwright.sync_api import Page, expect

from tests.chromium.conftest import PHONE, TOWN, Visit, until
from tests.chromium.test_every_page import _open_details, _violations

TOP = "[...document.querySelectorAll('article')].find(one => one.getBoundingClientRect().bottom > 60)"
ON_TOP = f"[{TOP}.id, Math.round({TOP}.getBoundingClientRect().top)]"

MANY = 50
"""More posts than two pages have."""


def write(page: Page, text: str) -> None:
    page.goto("http://localhost:3000/write")
    page.fill("textarea[name=text]", text)
    page.locator("main form button.go").last.click()
    page.wait_for_url(re.compile("/home|/@"))


def test_a_list_is_live_and_keeps_the_place(visit: Visit) -> None:
    reader = visit("/local", "jona", PHONE)
    reader.wait_for_load_state("load")
    before = reader.evaluate(ON_TOP)
    write(visit("/home", "xiaoyu"), "Written while somebody reads")
    expect(reader.locator(".fresh.on a")).to_be_visible()
    assert reader.evaluate(ON_TOP) == before
    reader.locator(".fresh a").click()
    expect(reader.locator("[data-feed] article").first).to_contain_text("Written while somebody reads")
    expect(reader.locator(".mark.read")).to_have_count(1)
    assert reader.url.endswith("/local")

    like = reader.locator("[data-feed] button[name=like]").first
    post = like.get_attribute("value")
    like.click()
    pressed = reader.locator(f"button[name=unlike][value='{post}']")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_be_focused()
    assert reader.url.endswith("/local")

    posts = reader.locator("[data-feed] article")
    while (there := posts.count()) <= MANY:
        posts.last.scroll_into_view_if_needed()
        expect(posts).not_to_have_count(there)
    reader.wait_for_url(re.compile(r"max_id=\d+#p-\d+"))
    until(reader, f"location.hash === '#' + {TOP}.id")
    before = reader.evaluate(f"{TOP}.id")
    reader.evaluate(f"{TOP}.querySelector('.when').click()")
    reader.wait_for_url(re.compile(r"/@[^/]+/\d+$"))
    assert _violations(reader) == []
    reader.go_back()
    until(reader, f"{TOP}?.id === '{before}'")


def test_a_conversation_is_for_everybody(visit: Visit) -> None:
    page = visit("/@jona", "jona", PHONE)
    asked = page.locator("article", has_text="Seglerweg").locator(".when").first.get_attribute("href")
    page.goto(f"http://localhost:3000{asked}")
    expect(page.locator(".tree .run").first).to_be_visible()
    other = visit("/write/unsent", "xiaoyu", PHONE)
    have_held(other, is_held=False)
    other.goto(page.url)
    _answer_in_place(other, "Answered in place")
    assert other.url == page.url
    page.locator(".fresh.on a").click()
    expect(page.locator("article.come")).to_contain_text("Answered in place")
    expect(page.locator("article.come")).to_be_focused()
    page.goto("http://localhost:3000/home")
    other.reload()
    _answer_in_place(other, "Answered while nobody looked")
    _sees_what_is_new(visit, page, f"http://localhost:3000{asked}")
    other.goto("http://localhost:3000/write/unsent")
    have_held(other, is_held=True)
    _open_details(page)
    assert _violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    visit.keep(page, "conversation")


def _answer_in_place(page: Page, text: str) -> None:
    post = page.locator(".tree article").first
    post.locator(".acts > a").first.click()
    expect(post.locator("form.in-place textarea")).to_be_focused()
    assert _violations(page) == []
    post.locator("form.in-place textarea").fill(text)
    post.locator("form.in-place button.go").click()
    expect(post.locator(".say[tabindex]")).to_be_focused()


def _sees_what_is_new(visit: Visit, page: Page, where: str) -> None:
    """What came since the last visit has a sign, what was read has none; a button leads from answer to answer."""
    page.goto(where)
    expect(page.locator("article.come")).to_have_count(1)
    expect(page.locator("article.come")).to_contain_text("Answered while nobody looked")
    expect(page.locator("article.come #new")).to_be_visible()
    visit.keep(page, "new-in-conversation")
    led = page.locator("[data-next]")
    led.click()
    first = page.locator("[data-talk] article:focus")
    expect(first).to_have_count(1)
    before = first.get_attribute("id")
    led.click()
    expect(first).not_to_have_attribute("id", str(before))
    page.locator("#answers a[href='#new']").click()
    expect(page.locator("article.come")).to_be_in_viewport()
    page.goto("http://localhost:3000/home")
    page.goto(where)
    expect(page.locator("article", has_text="Answered while nobody looked")).to_be_attached()
    expect(page.locator("article.come")).to_have_count(0)


def have_held(page: Page, *, is_held: bool) -> None:
    """Whether what somebody sends waits ten seconds."""
    page.locator("#f-holds").set_checked(is_held)
    page.locator("form:has(#f-holds) button").click()
    page.wait_for_url(re.compile("done="))


def test_a_list_is_made_and_read_and_so_is_what_is_said_about_a_page(visit: Visit) -> None:
    page, other = visit("/@xiaoyu", "jona", PHONE), visit("/write/unsent", "xiaoyu")
    have_held(other, is_held=False)
    if page.locator("main button[name=follow]").count():
        page.locator("main button[name=follow]").click()
        expect(page.locator("main button[name=unfollow]")).to_be_visible()
    page.goto(TOWN + "/settings/people/lists")
    page.locator("#f-title").fill("Ufer")
    page.locator("main form button.go").click()
    page.wait_for_url("**done=saved*")
    _puts_in(page, "xiaoyu", "ines", "marek")
    page.locator("main form a[href^='/lists/']").click()
    expect(page.locator("h1")).to_have_text("Ufer")
    expect(page.locator("[data-feed] article").first).to_be_visible()
    assert page.locator("[data-feed] article").evaluate_all(BY_WHOM) == []
    assert _violations(page) == []
    visit.keep(page, "list")
    _is_told_of_posts(page, other, "From the bank of the river")

    page.goto(TOWN + "/search?q=Nistk%C3%A4sten")
    page.locator("article", has=page.locator(".card")).locator(".when").first.click()
    page.locator("main a[href^='/links?url=']").click()
    page.wait_for_url("**/links?url=*")
    visit.keep(page, "about-a-page")
    _is_told_of_posts(page, other, "They hang at last https://kreisblatt.example/gaswerk")

    page.goto(TOWN + "/home")
    page.locator(".tabs a", has_text="Ufer").click()
    page.locator(".head a[href^='/settings/people/lists/']").click()
    page.locator("button[name=remove]").first.click()
    expect(page.locator("button[name=remove]")).to_have_count(2)
    page.locator("main a[href*='/lists/'][href$='/delete']").click()
    page.locator("main button.stop").click()
    page.wait_for_url("**done=*")
    page.goto(TOWN + "/home")
    expect(page.locator(".tabs a", has_text="Ufer")).to_have_count(0)
    other.goto(TOWN + "/write/unsent")
    have_held(other, is_held=True)


BY_WHOM = """(all) => all
    .map((one) => (one.querySelector(".why a:not([href*='/1'])") ?? one.querySelector(".by a.nm")).pathname)
    .filter((path) => !["/@xiaoyu", "/@ines", "/@marek"].includes(path))"""
"""Who wrote or boosted a post, where it is nobody of the list."""


def _puts_in(page: Page, *names: str) -> None:
    for n, name in enumerate(names, 1):
        page.locator("#f-q").fill(name)
        page.locator("form[method=get] button").click()
        page.locator("button[name=add]").first.click()
        expect(page.locator("button[name=remove]")).to_have_count(n)


def _is_told_of_posts(page: Page, other: Page, words: str) -> None:
    """Two new posts wait above the list, which does not jump; the place is where they come in, and where "back" leads."""
    page.evaluate("scrollTo(0, 600)")  # what is above the list is out of sight
    before = page.evaluate(ON_TOP)
    for n in (1, 2):
        write(other, f"{words} {n}")
    expect(page.locator(".fresh.on a")).to_contain_text("2")
    assert page.evaluate(ON_TOP) == before
    page.locator(".fresh.on a").click()
    posts = page.locator("[data-feed] article")
    for n, one in ((2, posts.nth(0)), (1, posts.nth(1))):
        expect(one).to_contain_text(f"{words.partition('http')[0]}")
        expect(one).to_contain_text(f"{n}")
    expect(page.locator(".mark.read")).to_have_count(1)
