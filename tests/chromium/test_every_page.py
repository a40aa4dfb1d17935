"""Every page, on a phone's and a desktop's width, light and dark: axe finds nothing, and nothing scrolls sideways."""

import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.chromium.conftest import DESKTOP, PHONE, Visit

PUBLIC = (
    "/",
    "/about",
    "/privacy-policy",
    "/help/bundles",
    "/auth/sign_in",
    "/auth/sign_up",
    "/@jona",
    "/@jona?show=media",
    "/@jona/followers",
    "/tags/ferry",
    "/explore",
    "/comments?url=https://kreisblatt.example/",
    "/comments/answer?url=https://kreisblatt.example/&server=peer.example",
)
MEMBERS = (
    "/home",
    "/local",
    "/search",
    "/explore",
    "/@jona/key",
    "/write",
    "/write/unsent",
    "/outbox",
    "/files/read",
    "/albums/new",
    "/news",
    "/keys?actor=http://localhost:3000/users/jona",
    "/@ines",
    "/saved",
    "/settings",
    "/settings/profile",
    "/settings/posts",
    "/settings/filters/new",
    "/settings/people/lists",
    "/settings/mirrors",
    "/settings/root_key",
    "/conversations",
    "/strangers",
    "/desk",
    "/desk/accounts",
    "/desk/health",
    "/desk/held",
    "/desk/hooks",
    "/desk/mirrors",
    "/desk/spam",
)

VIOLATIONS = """(options) => axe.run(document, options).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`)))"""
"""What is found is sent here, and not all else that axe looked at."""
WITH_TARGETS = {"rules": {"target-size": {"enabled": True}}}
"""All rules, and the one of WCAG 2.2 that axe leaves out unless it is asked for."""
ASKED_FOR = "fetch('/users/jona', {headers: {accept: 'application/activity+json'}}).then(one => one.text())"
"""As other servers ask for somebody, who has keys from then on."""


@pytest.mark.parametrize("width", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("who", ["", "jona"], ids=["visitor", "member"])
def test_it_is_for_everybody(visit: Visit, who: str, width: int) -> None:
    paths = MEMBERS if who else PUBLIC
    page = visit("/@jona", who, width)
    page.add_init_script(AXE_SCRIPT)
    thread = page.locator("article", has_text="Seglerweg").locator("a:has(time)").first.get_attribute("href")
    page.evaluate(ASKED_FOR)
    found: list[str] = []
    for path in (*paths, f"{thread}", f"{thread}?sort=time"):
        response = page.goto("http://localhost:3000" + path)
        assert response is not None
        assert response.ok, path
        name = f"{re.sub('[^a-z0-9@]+', '-', path.strip('/').replace(f'{thread}'[1:], 'thread')) or 'front'}-{width}"
        if width == DESKTOP and page.locator("[data-beside]").count():
            page.locator("[data-beside] .beside").first.wait_for()
        visit.keep(page, f"{name}-light")
        _open_details(page)
        faults = _violations(page)
        if width == PHONE:  # colours do not depend on the width
            page.emulate_media(color_scheme="dark")
            visit.keep(page, f"{name}-dark")
            faults += _violations(page, "color-contrast")
            page.emulate_media(color_scheme="light")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            faults.append(f"{wide} px too wide")
        found += [f"{path}: {fault}" for fault in faults]
    assert not found, "\n".join(found)


def test_pictures_have_their_place_before_they_come(visit: Visit) -> None:
    page = visit("/", script=False)
    page.route("**/media/**", lambda route: route.abort())
    page.goto("http://localhost:3000/@jona")
    heights = page.evaluate("[...document.querySelectorAll('.pics img')].map(one => one.height)")
    assert heights
    assert min(heights) > 100
    visit.faults.clear()


def test_what_is_wrong_is_seen(visit: Visit) -> None:
    """The watchdogs bite: else all of the above would say nothing."""
    page = visit("/about")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert any(line.startswith("image-alt") for line in _violations(page))
    with page.expect_request("https://elsewhere.example/*"):
        page.evaluate(
            "const one = new Image(); one.src = 'https://elsewhere.example/a.png'; document.body.append(one)"
        )
    assert any("elsewhere.example" in fault for fault in visit.faults)
    visit.faults.clear()


def _open_details(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def _violations(page: Page, *rules: str) -> list[str]:
    """What axe finds by these rules, or by all."""
    if not page.evaluate("Boolean(globalThis.axe)"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else WITH_TARGETS)}
    found: list[str] = page.evaluate(VIOLATIONS, options)
    return found
