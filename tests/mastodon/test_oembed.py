"""Posts in frames of other sites."""

import html
import re
from typing import Any
from urllib.parse import unquote

import pytest

from martlet.mastodon import server_entities as entities
from tests.browser import Browser
from tests.client import Api
from tests.mastodon.acts import publish

PATH = "/api/oembed"


def ask(api: Api, url: str, **query: Any) -> Any:
    return api.get(PATH, query={"url": url, **query})


def test_a_post_is_described_and_can_be_framed(api: Api) -> None:
    ada = api.person("ada")
    post = publish(api, ada, "Look at <b>this</b>", visibility="unlisted")
    page = Browser(api).get(f"/@ada/{post['id']}").text
    offered = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]*)"', page)
    assert offered is not None
    found = api.get(html.unescape(offered[1]).removeprefix("http://localhost:3000"))
    told = found.entity(entities.OEmbed)
    assert (told.type, told.author_name, told.width, told.height) == ("rich", "ada", 400, None)
    assert f'src="http://localhost:3000/@ada/{post["id"]}/embed"' in told.html
    for url in (post["uri"], f"{post['url']}/embed"):
        assert ask(api, url).json == found.json
    sized = ask(api, post["url"], maxwidth=1, maxheight=10**9).json
    assert (sized["width"], sized["height"]) == (220, 2000)
    frame = Browser(api).get(f"/@ada/{post['id']}/embed")
    assert frame.status == 200
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "script-src 'self'; " in frame.headers["content-security-policy"]
    assert "trusted-types 'none'" in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers
    assert "Look at &lt;b&gt;this&lt;/b&gt;" in frame.text
    assert "<form" not in frame.text
    assert frame.cookies == ()


def test_f_nothing_is_framed_that_is_not_for_everybody(api: Api) -> None:
    """F1: the frame and its description are one more surface."""
    ada, bob = api.person("ada"), api.person("bob")
    for more in ({"visibility": "private"}, {"visibility": "direct"}, {"local_only": True}):
        post = publish(api, ada, "a secret word", **more)
        for reply in (ask(api, post["url"]), Browser(api).get(f"/@ada/{post['id']}/embed")):
            assert reply.status == 404
            assert "secret word" not in reply.text
    post = publish(api, ada)
    boost = api.post(f"/api/v1/statuses/{post['id']}/reblog", bob).json
    assert ask(api, f"http://localhost:3000/@bob/{boost['id']}").status == 404
    assert ask(api, f"http://localhost:3000/@bob/{post['id']}").status == 404


@pytest.mark.parametrize(
    "url",
    ["", "x", "https://elsewhere.example/@ada/1", "http://localhost:3000/@ada/", "http://localhost:3000/@ada/9" + "9" * 30,
     "http://localhost:3000.evil.example/@ada/1", "http://localhost:3000/@ada/1/../2", "http://localhost:3000/" + "a" * 5000],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_post_is_not_found(api: Api, url: str) -> None:
    assert ask(api, url).status == 404


def test_b_a_name_cannot_break_out_of_the_frame(api: Api) -> None:
    """B4"""
    ada = api.person("ada")
    evil = '"><script>alert(1)</script>'
    api.patch("/api/v1/accounts/update_credentials", ada, form={"display_name": evil})
    post = publish(api, ada)
    assert "<script" not in unquote(ask(api, post["url"]).json["html"])
    assert "<script>" not in Browser(api).get(f"/@ada/{post['id']}").text
    assert ask(api, post["url"], format="xml").status == 422
