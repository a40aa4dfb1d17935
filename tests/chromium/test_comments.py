"""The one line that puts comments below an article of another site."""

from tests.chromium.conftest import PHONE, TOWN, Visit, until

BLOG = f"{TOWN}/article"
"""As if another site had answered: browsers let pages of the net load nothing from one's own machine."""
ARTICLE = f"""<!doctype html><html lang="de"><title>Swifts</title><h1>Swifts</h1>
<script src="{TOWN}/comments.js" data-theme="dark" async></script>"""


def test_comments_are_as_high_as_they_are_and_leave_nothing_behind(visit: Visit) -> None:
    page = visit("/about", width=PHONE)
    page.context.clear_cookies()
    page.route(BLOG, lambda route: route.fulfill(body=ARTICLE, content_type="text/html"))
    page.goto(BLOG)
    frame = page.frame_locator("iframe")
    frame.get_by_text("Noch hat niemand etwas gesagt.").wait_for()
    until(page, "document.querySelector('iframe').style.height !== '400px'")
    assert page.evaluate("document.querySelector('iframe').getBoundingClientRect().height") < 400
    source = page.locator("iframe").get_attribute("src") or ""
    assert source.endswith("/comments?url=http%3A%2F%2Flocalhost%3A3000%2Farticle&lang=de&theme=dark")
    assert page.context.cookies() == []
    link = frame.get_by_role("link", name="Mitreden")
    assert (link.get_attribute("href") or "").startswith("/comments/answer?url=")
