"""Two people: a poll and who votes, a quote and its end, and being asked before somebody follows."""

import re

from playwright.sync_api import Page, expect

from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit
from tests.chromium.test_every_page import _violations
from tests.chromium.test_lists import have_held

QUESTION = "Which of the roofs do the swifts like best?"


def test_somebody_asks_is_answered_and_quoted(visit: Visit) -> None:
    mine, theirs = visit("/write/unsent", "xiaoyu", PHONE), visit("/home", "jona", DESKTOP)
    have_held(mine, is_held=False)
    where = _asks(visit, mine)

    theirs.goto(where)
    poll = theirs.locator("article.root fieldset.poll")
    poll.get_by_label("Copper").check()
    poll.get_by_label("Slate").check()
    poll.locator("button[name=vote]").click()
    results = theirs.locator("article.root ul.poll li")
    expect(results).to_contain_text(["Slate", "Tiles", "Copper"])
    expect(results.nth(0)).to_contain_text("100 %")
    expect(results.nth(1)).to_contain_text("Tiles0 %")
    expect(results.nth(0)).to_contain_text("deine Wahl")
    assert _violations(theirs) == []
    visit.keep(theirs, "poll-desktop")
    reader = visit(where.removeprefix(TOWN), width=PHONE, script=False)
    expect(reader.locator("ul.poll li").nth(2)).to_contain_text("100 %")
    mine.goto(where)
    expect(mine.locator("ul.poll li").nth(2)).to_contain_text("100 %")
    visit.keep(mine, "poll-phone")

    quote = _quotes(theirs, where)
    _takes_out(visit, mine, where)
    theirs.goto(quote)
    expect(theirs.locator("article.root .quoted")).not_to_contain_text(QUESTION)
    have_held(visit("/write/unsent", "xiaoyu"), is_held=True)


def _asks(visit: Visit, page: Page) -> str:
    """Several may be chosen. The address of the post."""
    page.goto(TOWN + "/write")
    page.locator("#f-text").fill(QUESTION)
    page.locator("details:has(#f-poll_1) summary").click()
    for n, word in enumerate(("Slate", "Tiles", "Copper"), 1):
        page.locator(f"#f-poll_{n}").fill(word)
    page.locator("#f-multiple").check()
    visit.keep(page, "poll-written")
    page.locator(".sending .go").click()
    page.wait_for_url("**done=posted*")
    post = page.locator("article", has_text=QUESTION).first
    expect(post.locator("ul.poll li")).to_contain_text(["Slate", "Tiles", "Copper"])
    return TOWN + str(post.locator(".when").get_attribute("href"))


def _quotes(page: Page, where: str) -> str:
    """The address of the quote, which goes out at once."""
    page.goto(TOWN + "/write/unsent")
    was_held = page.locator("#f-holds").is_checked()
    have_held(page, is_held=False)
    page.goto(where)
    page.locator("article.root .acts a.more").click()
    page.locator("main a[href*='quote=']").click()
    expect(page.locator("blockquote.quoted")).to_contain_text(QUESTION)
    page.locator("#f-text").fill("Copper, of course")
    page.locator(".sending .go").click()
    page.wait_for_url("**done=posted*")
    post = page.locator("article", has_text="Copper, of course").first
    expect(post.locator(".quoted")).to_contain_text(QUESTION)
    quote = TOWN + str(post.locator(".when").first.get_attribute("href"))
    page.goto(TOWN + "/write/unsent")
    have_held(page, is_held=was_held)
    return quote


def _takes_out(visit: Visit, page: Page, where: str) -> None:
    page.goto(TOWN + "/news")
    expect(page.locator("main")).to_contain_text("Copper, of course")
    page.goto(where)
    page.locator("article.root .acts a.more").click()
    page.locator("main a[href$='/quotes']").click()
    quote = page.locator("article", has_text="Copper, of course")
    expect(quote.locator(".quoted")).to_contain_text(QUESTION)
    assert _violations(page) == []
    visit.keep(page, "quotes")
    quote.locator(".acts a.more").click()
    page.locator("main a[href$='/unquote']").click()
    page.locator("main button.stop").click()
    page.wait_for_url("**done=unquoted*")
    expect(page.locator("article.root .quoted")).not_to_contain_text(QUESTION)


def test_whoever_asks_to_follow_is_let_in_or_not(visit: Visit) -> None:
    mine, theirs = visit("/settings/reach", "xiaoyu", PHONE), visit("/@xiaoyu", "jona", DESKTOP)
    mine.locator("#f-locked").check()
    mine.locator("main form button.go").click()
    mine.wait_for_url("**done=*")
    if theirs.locator("main button[name=unfollow]").count():
        theirs.locator("main button[name=unfollow]").click()
        expect(theirs.locator("main button[name=follow]")).to_be_visible()
    for answer in ("reject", "accept"):
        theirs.goto(TOWN + "/@xiaoyu")
        theirs.locator("main button[name=follow]").click()
        expect(theirs.locator("main button[name=unfollow]")).to_contain_text("Anfrage zurückziehen")
        mine.goto(TOWN + "/news")
        mine.locator("main .tabs a[href='/requests']").click()
        row = mine.locator(".person", has_text="Jona")
        expect(row).to_have_count(1)
        assert _violations(mine) == []
        visit.keep(mine, "follow-requests")
        row.locator(f"button[name={answer}]").click()
        expect(row).to_have_count(0)
        theirs.goto(TOWN + "/@xiaoyu")
        expect(theirs.locator("main button[name=follow]")).to_have_count(1 if answer == "reject" else 0)
    expect(theirs.locator("main button[name=unfollow]")).to_contain_text(re.compile("Folg|folg"))
    mine.goto(TOWN + "/@xiaoyu/followers")
    expect(mine.locator("main")).to_contain_text("Jona")
    mine.goto(TOWN + "/settings/reach")
    mine.locator("#f-locked").uncheck()
    mine.locator("main form button.go").click()
    mine.wait_for_url("**done=*")
