"""What people do all day, in a browser whose scripts are off (Tor Browser on its safest setting)."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit
from tests.chromium.test_joining import WORDS, _fill, _let_in, _link, _sign_in

TROUBLE = "He shouts at the swallows."


def test_a_day_without_script(visit: Visit) -> None:
    page = visit("/home", "jona", PHONE, script=False)
    _write(page, "The swifts are bakc. #swifts")
    page.wait_for_url("**/home?sent=*")
    page.get_by_role("button", name="Rückgängig").click()  # as Jona's language says it
    page.wait_for_url("**/write*")
    text = page.locator("textarea[name=text]")
    expect(text).to_have_value("The swifts are bakc. #swifts")
    _send_at_once(visit("/write/unsent", "jona", PHONE, script=False))
    text.fill("The swifts are back over the mill. #swifts")
    page.locator("main form button.go").click()
    expect(page.locator("article", has_text="The swifts are back over the mill").first).to_be_visible()

    page.goto(TOWN + "/@xiaoyu")
    theirs = page.locator("article").first
    like = theirs.get_by_role("button", name=re.compile("^Gefällt mir ?: .+"))
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")

    page.goto(TOWN + "/search?q=swifts")
    expect(page.locator("main")).to_contain_text("The swifts are back over the mill")

    page.goto(TOWN + "/news")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_somebody_joins_and_takes_part_without_script(visit: Visit) -> None:
    owner = visit("/desk/server", "jona", DESKTOP, script=False)
    _let_in(owner, "invite")
    owner.goto(TOWN + "/settings/invitations")
    owner.locator("main form button.go").first.click()
    page = visit("/about", width=PHONE, script=False)
    page.goto(owner.locator(".copy").inner_text().strip())
    _fill(page, "linnet", "linnet@home.example")
    page.goto(_link(visit, "linnet@home.example"))
    page.locator("main a.go").click()
    _sign_in(page, "linnet", WORDS)
    page.wait_for_url("**/welcome")

    page.goto(TOWN + "/settings/look")
    page.locator("[name=text][value=large]").check()
    page.locator("main form button.go").click()
    page.wait_for_url("**done=*")
    expect(page.locator("[name=text][value=large]")).to_be_checked()
    page.goto(TOWN + "/write/unsent")
    _send_at_once(page)
    _writes_with_a_picture(page)

    page.goto(TOWN + "/@xiaoyu")
    page.locator("main button[name=follow]").click()
    expect(page.locator("main button[name=unfollow]")).to_contain_text("Following")
    page.locator("article .when").first.click()
    page.wait_for_url(re.compile(r"/@xiaoyu/\d+$"))
    for name in ("boost", "like"):
        page.locator(f"article.root button[name={name}]").click()
        expect(page.locator(f"article.root button[name=un{name}]")).to_have_attribute("aria-pressed", "true")
    page.locator("form.answer textarea").fill("I saw them too")
    page.locator("form.answer button.go").click()
    page.wait_for_url("**done=posted*")
    expect(page.locator(".tree article", has_text="I saw them too")).to_have_count(1)
    visit.keep(page, "answered-without-script")

    page.goto(TOWN + "/@paula")
    page.locator("main details.more summary").click()
    page.locator("main a[href$='/report']").click()
    page.locator("[name=category][value=other]").check()
    for _ in range(2):
        page.locator("main .pad.form button.go").click()
    page.locator("textarea[name=text]").fill(TROUBLE)
    page.locator("main button.stop").click()
    page.wait_for_url("**step=done*")
    owner.goto(TOWN + "/desk/reports")
    owner.locator("main .lines li", has_text=TROUBLE).locator("a").first.click()
    expect(owner.locator("main")).to_contain_text("linnet")


def _writes_with_a_picture(page: Page) -> None:
    """It is uploaded first, then what can be seen is said."""
    page.goto(TOWN + "/write")
    page.fill("[name=text]", "My nest, in March")
    page.locator("[data-more-files] summary").click()
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "peru").save(file, "PNG")
    page.set_input_files("#f-files", {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()})
    page.locator("button[value=files]").click()
    page.locator("[data-file] textarea").fill("Straw and mud")
    page.locator(".sending .go").click()
    page.wait_for_url("**done=posted*")
    expect(
        page.locator("article", has_text="My nest, in March").locator("img[alt='Straw and mud']")
    ).to_be_visible()


def _send_at_once(page: Page) -> None:
    """Nothing that they send is held for ten seconds any more."""
    page.locator("#f-holds").uncheck()
    page.locator("form:has(#f-holds) button").click()
    page.wait_for_url("**done=*")


def _write(page: Page, text: str) -> None:
    page.goto(TOWN + "/write")
    page.locator("textarea[name=text]").fill(text)
    page.locator("main form button.go").click()
