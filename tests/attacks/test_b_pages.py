"""Group B of the attacks: what a browser is given, and what it cannot be made to do."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import martlet.web
from martlet.http import application
from martlet.services import naming
from martlet.web.assets import assets
from tests.browser import Browser
from tests.client import PASSWORD, Api, Reply

_ELEMENTS = """
    a article aside audio b bdi blockquote body br button cite code dd defs del details div dl dt em footer form h1 h2
    h3 head header hr html i img input ins label li link main meta nav ol option p path pattern pre progress rect
    section select small span strong summary svg textarea time title u ul use video
"""
ELEMENTS = frozenset(_ELEMENTS.split())
SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "<math><mtext></p><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<form action=https://evil.test><input name=password>",
    "<style>body{display:none}</style>",
    "<a hx-post=/settings/delete hx-trigger=load data-x=1>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](data:text/html,<script>)",
)


OURS = frozenset(
    name
    for file in Path(martlet.web.__file__).parent.joinpath("templates").rglob("*.html")
    for name in re.findall(r"(?:data|hx)-[a-z-]+", file.read_text(encoding="utf-8"))
)
"""What scripts go by, as our own templates write it; none of it stands in what people wrote above."""


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(page: Reply) -> list[tuple[str, dict[str, str]]]:
    parser = _Elements()
    parser.feed(page.text)
    return parser.found


def check_harmless(page: Reply) -> None:
    for tag, attributes in elements(page):
        if tag == "script":
            assert attributes["src"] in {asset.address for asset in assets().values()}
            continue
        assert tag in ELEMENTS, tag
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert not name.startswith(("hx-", "data-")) or name in OURS, (tag, name)
            assert name not in ("style", "srcdoc", "formaction"), (tag, name)
            if name in ("href", "src", "poster", "action"):
                assert re.match(r"https?://|/(?!/)|#|mailto:|otpauth:", value), (tag, name, value)
            if name == "action":
                assert value.startswith("/"), value


def every_get(api: Api) -> Iterator[str]:
    """A path for each page of the web door."""
    for method, path in api.built.application.doors[-1].routes.paths:
        if method == "GET":
            yield re.sub(r"{\w+}", "1", path)


# -- B1 to B7 ------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS)
def test_b1_b3_b4_b5_nothing_that_people_write_becomes_markup(api: Api, script: str) -> None:
    """In posts, polls, warnings, names, profiles, apps, the server's own name, what was typed before, and headers."""
    ada = api.person("ada", role="owner")
    fields = {"fields_attributes[0][name]": script[:200], "fields_attributes[0][value]": script}
    api.patch(
        "/api/v1/accounts/update_credentials",
        ada,
        form={"display_name": script[:60], "note": script} | fields,
    )
    poll = {"options": [script[:100], "no"], "expires_in": 600}
    first = api.post("/api/v1/statuses", ada, json={"status": script + " @ada #tag", "poll": poll})
    assert first.status == 200, first.body
    api.post(
        "/api/v1/statuses",
        ada,
        json={"status": "x", "spoiler_text": script, "in_reply_to_id": first.json["id"]},
    )
    made = api.post(
        "/api/v1/apps", json={"client_name": script[:60], "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    ).json
    with api.built.ground.store.write() as db:
        naming.rename(db, script)
    browser = Browser(api, headers={"user-agent": script, "accept-language": script, "referer": script})
    ask = f"/oauth/authorize?response_type=code&client_id={made['client_id']}&redirect_uri=urn:ietf:wg:oauth:2.0:oob"
    pages = [browser.follow(browser.get(ask)), browser.sign_in(script, script), browser.sign_in("ada")]
    pages += [browser.get(ask), browser.get(f"/@ada/{first.json['id']}"), browser.get("/@ada")]
    pages += [
        browser.get(path)
        for path in ("/", "/about", "/settings", "/settings/apps", f"/{script}", "/?lang=de")
    ]
    pages.append(browser.get("/", query={"done": script, "lang": script}))
    for page in pages:
        check_harmless(page)


def test_b2_link_previews_bring_no_markup(api: Api) -> None:
    """What a linked page says of itself is text, whatever it says."""
    ada = api.person("ada")
    post = api.post("/api/v1/statuses", ada, form={"status": "look: https://example.com/x"}).json["id"]
    card = dict.fromkeys(
        ("title", "description", "author_name", "author_url", "provider_name", "provider_url", "image_text"),
        '"><iframe srcdoc=x>',
    )
    with api.built.ground.store.write() as db:
        db.run(
            """
            INSERT INTO card (id, url, kind, title, description, author_name, author_url, provider_name,
                              provider_url, image, image_text, width, height, created_at)
            VALUES (1, 'javascript:alert(1)', 'rich', :title, :description, :author_name, :author_url, :provider_name,
                    :provider_url, '', :image_text, 1, 1, 1)
            """,
            **card,
        )
        db.run("INSERT INTO post_card (post_id, card_id) VALUES (:post, 1)", post=int(post))
    page = Browser(api).get(f"/@ada/{post}")
    assert page.status == 200
    check_harmless(page)


@pytest.mark.parametrize(
    "address",
    [
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "/%2Fevil.test",
        "/%5Cevil.test",
        "/%09/evil.test",
        "https:evil.test",
        "https://evil.test",
        "javascript:alert(1)",
        "evil.test",
        "/\t/evil.test",
        "\\\\evil.test",
        " //evil.test",
        "/x\r\nLocation: https://evil.test",
    ],
)
def test_b6_nobody_is_led_to_another_host(api: Api, address: str) -> None:
    api.person("ada")
    browser = Browser(api)
    page = browser.get("/auth/sign_in", query={"next": address})
    check_harmless(page)
    form = {"identifier": "ada", "password": PASSWORD, "next": address}
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    reply = browser.post("/auth/sign_in", form | {"csrf": csrf})
    assert (reply.status, reply.headers["location"]) == (303, "/home")
    page = browser.get("/auth/sign_out", query={"next": address})
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    reply = browser.post("/auth/sign_out", {"csrf": csrf, "next": address})
    assert reply.headers["location"] == "/?done=signed_out"


def test_b7_links_show_where_they_lead(api: Api) -> None:
    ada = api.person("ada")
    text = (
        "see https://good.test@evil.test/ and https://evil.test/good.test and [good.test](https://evil.test)"
    )
    post = api.post("/api/v1/statuses", ada, form={"status": text}).json
    page = Browser(api).get(f"/@ada/{post['id']}").text.replace("&#x2f;", "/")
    for address, shown in re.findall(r'<a href="(https?://[^"]*evil[^"]*)"[^>]*>(.*?)</a>', page):
        assert "good.test@" not in address
        assert "evil.test" in re.sub(r"<[^>]+>", "", shown)


# -- B11 to B15 ----------------------------------------------------------


SAME_FOR_ALL = (
    "/comments",
    "/local/feed.",
    "/.well-known/",
    "/manifest",
    "/service-worker.js",
    "/offline",
    "/look.css",
    "/sitemap",
    "/settings/root_key/words.txt",
)
"""Whoever comes, whatever cookies they bring: nothing of theirs stands there."""


def test_b11_private_pages_are_kept_by_nobody(api: Api) -> None:
    api.person("ada")
    browser = Browser(api)
    browser.sign_in("ada")
    for path in every_get(api):
        reply = browser.get(path)
        if not path.startswith(("/static/", "/robots", "/favicon", *SAME_FOR_ALL)):
            assert reply.headers["cache-control"] == "private, no-store", path
    for path in ("/settings/x.css", "/settings/apps/x.css", "/@ada/x.css"):
        assert browser.get(path).status == 404


@pytest.mark.parametrize(
    "host", ["evil.test", "localhost:3000.evil.test", "localhost", "m/x?", "", "localhost:3000@evil.test"]
)
def test_b12_only_our_own_names(api: Api, host: str) -> None:
    for path in ("/", "/auth/sign_in", "/api/v2/instance"):
        reply = api.get(path, headers={"host": host, "x-forwarded-host": "localhost:3000"})
        assert reply.status == 400, (path, host)
        assert "evil" not in reply.text


def test_b12_a_forwarded_name_is_not_ours(api: Api) -> None:
    page = api.get(
        "/",
        headers={
            "x-forwarded-host": "evil.test",
            "x-forwarded-proto": "https",
            "forwarded": "host=evil.test",
        },
    )
    assert page.status == 200
    assert "evil.test" not in page.text


@pytest.mark.parametrize(
    "text", ["x\r\nSet-Cookie: a=b", "x\nSet-Cookie: a=b", "%0d%0aSet-Cookie:%20a=b", "x\x00y"]
)
def test_b13_nothing_is_added_to_the_headers(api: Api, text: str) -> None:
    api.person("ada")
    wish = {"client_name": "Bell", "redirect_uris": "https://app.test/cb"}
    made = api.post("/api/v1/apps", json=wish).json
    asked: dict[str, Any] = {
        "response_type": "x",
        "client_id": made["client_id"],
        "redirect_uri": "https://app.test/cb",
        "state": text,
    }
    browser = Browser(api)
    for path, query in (
        ("/oauth/authorize", asked),
        ("/auth/sign_in", {"next": text}),
        ("/", {"lang": text}),
        (f"/users/{text}", {}),
    ):
        reply = browser.get(path, query=query)
        assert reply.status in (200, 303, 400, 404, 422), path
        for value in (*reply.headers.values(), *reply.cookies):
            assert "\r" not in value
            assert "\n" not in value
        assert not any(cookie.startswith("a=b") for cookie in reply.cookies)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2fapp.py",
        "/static/....//app.py",
        "/static/",
        "/static",
        "/static/templates",
        "/static2/mark.svg",
        "/static/mark.svg/x",
        "/static/mark.svg%00.png",
        "/static//etc/passwd",
    ],
)
def test_b14_static_files_are_a_list(api: Api, path: str) -> None:
    assert api.get(path).status in (303, 404)


def test_b14_methods_and_ranges(api: Api) -> None:
    assert api.call("FOO", "/static/mark.svg").status == 405
    assert api.post("/static/mark.svg").status == 405
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(5000))
    reply = api.get("/static/martlet.css", headers={"range": ranges})
    assert len(reply.body) == len(assets()["martlet.css"].content)


def test_b15_every_page_has_its_policy_errors_too(api: Api) -> None:
    api.person("ada")
    browser = Browser(api)
    browser.sign_in("ada")
    replies = [client.get(path) for path in every_get(api) for client in (browser, Browser(api))]
    replies += [
        api.get("/no/such/page"),
        api.get("/", headers={"host": "evil.test"}),
        api.post("/auth/sign_in"),
    ]
    replies += [
        api.call("PUT", "/about"),
        api.post("/auth/sign_in", body=b"x" * 100_000),
        api.post("/auth/sign_in", body=b"%"),
    ]
    seen = 0
    for reply in replies:
        if reply.headers.get("content-type", "").startswith("text/html"):
            seen += 1
            policy = reply.headers["content-security-policy"]
            if "frame-ancestors *" in policy:  # of a frame on another site; tests/web/test_comments.py
                continue
            for wanted in (
                "default-src 'self'",
                "script-src 'self';",
                "require-trusted-types-for 'script'; trusted-types martlet;",
                "frame-ancestors 'none'",
                "form-action 'self'",
                "base-uri 'none'",
            ):
                assert wanted in policy
            assert "unsafe" not in policy
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert reply.headers["x-frame-options"] == "DENY"
            assert reply.headers["referrer-policy"] == "same-origin"
    assert seen > 30


def test_b15_a_bug_is_a_plain_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(naming, "server_name", broken)
    monkeypatch.setattr(application.log, "exception", lambda *_: None)
    reply = api.get("/about")
    assert reply.status == 500
    assert "secret detail" not in reply.text
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]


# -- H1 ------------------------------------------------------------------


@pytest.mark.parametrize("role", ["", "user", "moderator"])
def test_h1_settings_and_their_twins_are_closed(api: Api, role: str) -> None:
    browser = Browser(api)
    if role:
        api.person("ada", role=role)
        browser.sign_in("ada")
    for path in (
        "//settings",
        "/SETTINGS",
        "/settings/%2e%2e/settings",
        "/settings//apps",
        "/settings/./apps",
        "/admin",
        "//admin",
        "/ADMIN",
        "/admin/%2e/x",
    ):
        reply = browser.get(path)
        assert reply.status in (403, 404), (path, reply.status)
    if not role:
        for path in every_get(api):
            if path.startswith("/settings"):
                assert browser.get(path).headers["location"].startswith("/auth/sign_in")
