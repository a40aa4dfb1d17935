"""The guides for when something is blocked, in the reader's language, in the app itself."""

import re

from martlet.web import guides
from martlet.web.language import Language
from tests.browser import Browser
from tests.client import Api
from tests.tables import for_each


@for_each(guides.TITLES)
def test_a_guide_says_the_same_in_every_language(name: str) -> None:
    shapes = set()
    for language in Language:
        html = guides.html(name, language)
        links = re.findall(r'href="([^"]*)"', html)
        assert "<h1" not in html
        assert all(link.startswith("/help/") for link in links), links
        shapes.add((*re.findall(r"<(h2|table|pre|li)\b", html), *sorted(links)))
    assert len(shapes) == 1


def test_a_guide_is_read_by_anybody(api: Api) -> None:
    german = Browser(api, headers={"accept-language": "de"}).get("/help/blocked")
    assert "Was nicht geschützt ist" in german.text
    assert "martlet-keep" not in german.headers
    assert Browser(api).get("/help/README").status == 404
