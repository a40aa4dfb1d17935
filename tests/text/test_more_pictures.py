"""The line for those who see only some of a post's pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text import more_pictures, sanitize

URL = "https://home.example/@ada/1"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (None, "All 12 pictures: "),
        ("fr", "All 12 pictures: "),
        ("de-AT", "Alle 12 Bilder: "),
        ("zh-TW", "全部 12 张图片： "),
    ],
)
def test_it_speaks_the_language_of_the_post(language: str | None, said: str) -> None:
    assert sanitize.plain(more_pictures.link_to_all(12, URL, language)) == said + URL


def test_pictures_that_are_not_for_all_are_linked_one_by_one() -> None:
    line = more_pictures.links_to_each([f"https://home.example/media/{n}" for n in range(1, 8)], "de")
    assert sanitize.plain(line) == "Weitere Bilder: 5 6 7"
    assert [f'href="https://home.example/media/{n}"' in line for n in range(1, 8)] == [False] * 4 + [True] * 3


@given(st.text(alphabet="<p>/ax \n", max_size=60))
def test_the_line_is_taken_off_and_nothing_else(html: str) -> None:
    line = more_pictures.link_to_all(7, URL, "en")
    assert more_pictures.without(html) == html
    assert more_pictures.without(html + line) == html
    assert more_pictures.without(html + line + "<p>x</p>") == html + line + "<p>x</p>"
