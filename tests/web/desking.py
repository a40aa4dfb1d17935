"""What tests of the desk do all the time."""

import html
import re

from tests.browser import Browser
from tests.client import Api, Reply


def sit_down(api: Api, name: str, role: str = "owner") -> Browser:
    """Somebody in a role, at the desk."""
    api.person(name, role=role)
    browser = Browser(api)
    browser.sign_in(name)
    return browser


def press(browser: Browser, address: str, **values: str) -> Reply:
    """Open the page at an address and send the form that goes there too."""
    page = browser.get(address)
    assert page.status == 200, f"{address}: {page.status}"
    return browser.send(page, values, address.partition("?")[0])


def ways(page: Reply, pattern: str) -> list[str]:
    """The addresses of a page that are like this, of links and of forms."""
    return re.findall(rf'(?:href|action)="({pattern})"', html.unescape(page.text))


def text_of(page: Reply) -> str:
    return html.unescape(page.text)


def tokens(browser: Browser) -> list[str]:
    """What forms of this browser hand back."""
    return re.findall(r'name="csrf" value="([^"]+)"', browser.get("/settings").text)
