"""Among others, at a desk: somebody is looked for, written to and answered while both look on; muted, blocked; settings and files."""

from playwright.sync_api import Page, expect

from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit, until
from tests.chromium.test_every_page import _violations


def test_people_are_found_written_to_and_kept_away(visit: Visit) -> None:
    page = visit("/search", "jona", DESKTOP)
    page.locator("#f-q").press_sequentially("xiao")
    expect(page.locator("[data-suggestions]")).to_contain_text("xiaoyu")
    page.locator("#f-q").fill("灯笼")
    page.locator("#f-q").press("Enter")
    expect(page.locator("article", has_text="灯笼").first).to_be_visible()

    reader = visit("/news", "xiaoyu", PHONE)
    _hands_on(page, reader)
    reader.goto(TOWN + "/home")
    before = reader.locator("[data-news]").text_content()
    page.goto(TOWN + "/@xiaoyu")
    page.locator("main details.more summary").click()
    page.locator("main a[href^='/people/'][href$='/write']").click()
    page.locator("#f-text").fill("Only you read this")
    page.locator("main form button.go").click()
    page.wait_for_url("**done=message_sent*")
    expect(reader.locator("[data-news]")).to_be_visible()
    expect(reader.locator("[data-news]")).not_to_have_text(str(before))
    reader.goto(TOWN + "/conversations")
    reader.locator("article.talk", has_text="Only you read this").locator("a").first.click()
    reader.locator("#f-text").fill("And you this")
    reader.locator("form.answer button.go").click()
    reader.wait_for_url("**/conversations/*#p-*")
    page.goto(TOWN + "/conversations")
    expect(page.locator("article.talk").first).to_contain_text("And you this")
    assert _violations(page) == []

    _is_kept_away(page)
    _settles(visit, page)


SHEET = """
    const given = [];
    Object.defineProperty(navigator, "canShare", { value: () => true });
    Object.defineProperty(navigator, "share", { value: async ({ title, url, files }) => {
        given.push([title, url, (files ?? []).map((one) => [one.name, one.type, one.size > 1000])]);
    } });
    globalThis.given = given;
"""
"""The sheet itself is the phone's; what it would be given is looked at."""


def _hands_on(page: Page, phone: Page) -> None:
    """At a desk a link is copied; a phone has a sheet for links and files."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=TOWN)
    page.goto(TOWN + "/@xiaoyu")
    page.locator("[data-share]").click()
    expect(page.locator("[data-share]")).to_have_text("Der Link ist kopiert.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{TOWN}/@xiaoyu"

    phone.add_init_script(SHEET)
    phone.goto(TOWN + "/@jona")
    shown = phone.locator("article").first
    name = shown.locator(".by a.nm").inner_text()
    phone.goto(TOWN + str(shown.locator(".acts a.more").get_attribute("href")))
    post = phone.url.removesuffix("/more")
    phone.locator("[data-share]").click()
    until(phone, "given.length")
    assert phone.evaluate("given") == [[name, post, []]]
    phone.goto(TOWN + "/files")
    phone.locator("[name=what][value=own]").check()
    phone.locator("main form:has([name=what]) button.go").click()
    phone.locator("[data-share-file]").click()
    until(phone, "given.length")
    assert phone.evaluate("given") == [[None, None, [["posts.martlet.zip", "application/zip", True]]]]


def _is_kept_away(page: Page) -> None:
    page.goto(TOWN + "/@henk")
    page.locator("main details.more summary").click()
    page.locator("main a[href$='/mute']").click()
    page.locator("[name=seconds][value='86400']").check()
    page.locator("main form button.go").click()
    page.wait_for_url("**done=mute_done*")
    page.goto(TOWN + "/settings/muted")
    expect(page.locator("main")).to_contain_text("henk")
    page.goto(TOWN + "/@henk")
    page.locator("main details.more summary").click()
    page.locator("main button[name=unmute]").click()
    expect(page.locator("main button[name=unmute]")).to_have_count(0)

    page.goto(TOWN + "/@paula")
    page.locator("main details.more summary").click()
    page.locator("main a[href$='/block']").click()
    page.locator("main button.stop").click()
    page.wait_for_url("**done=block_done*")
    page.locator(".say[role=status] button").click()
    page.wait_for_url("**done=un*")
    page.goto(TOWN + "/@paula")
    expect(page.locator("main button[name=follow], main button[name=unfollow]").first).to_be_visible()


def _settles(visit: Visit, page: Page) -> None:
    page.goto(TOWN + "/settings/filters/new")
    page.fill("[name=title]", "Noise")
    page.locator(".word input[type=text], .word input:not([type])").first.fill("loud")
    page.locator("[name=home]").check()
    page.locator("main form button.go").click()
    page.wait_for_url("**done=filter_kept*")

    page.goto(TOWN + "/settings/data")
    with page.expect_download() as fetched:
        page.locator("main a[download][href*='follow']").first.click()
    file = fetched.value.path()
    assert file.read_text().startswith("Account address")
    page.locator("#f-kind").select_option("follows")
    page.set_input_files("#f-file", file)
    page.locator("form:has(#f-kind) button").click()
    page.wait_for_url("**/settings/data/imports/*")
    expect(page.locator("[data-outcome]")).to_contain_text("schon bekannt")
    visit.keep(page, "import")
    page.goto(TOWN + "/settings/moving")
    page.fill("[name=alias]", "@xiaoyu")
    page.locator("main form:has([name=alias]) button").click()
    page.wait_for_url("**done=alias_added*")
    page.locator(".thing form button").click()
    page.wait_for_url("**done=alias_ended*")
