"""
A browser without script: keeps cookies, fills in forms, follows links of this server.

    browser = Browser(api)
    page = browser.get("/auth/sign_in")
    page = browser.send(page, {"identifier": "ada", "password": PASSWORD})
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urlsplit

from tests.client import PASSWORD, Api, Files, Person, Reply

OWN = "http://localhost:3000"


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
            self._is_inside = True
        elif tag in ("input", "textarea", "select", "button") and self._is_inside and "name" in given:
            self.forms[-1].names.add(given["name"])
            if tag == "input" and given.get("type") not in ("checkbox", "radio", "submit"):
                self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


def forms(page: Reply) -> list[Form]:
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


@dataclass(slots=True)
class Browser:
    api: Api
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with each request."""

    def get(self, path: str, **options: Any) -> Reply:
        return self._call("GET", path, **options)

    def post(self, path: str, form: Mapping[str, str], origin: str | None = OWN) -> Reply:
        headers = {"origin": origin} if origin is not None else {}
        return self._call("POST", path, form=form, headers=headers)

    def upload(
        self, path: str, form: Mapping[str, str], files: Files | None = None, origin: str = OWN
    ) -> Reply:
        """Send a form that may bring files."""
        nothing: Files = {"nothing": ("", b"", "application/octet-stream")}
        return self._call("POST", path, {"origin": origin}, form=form, files=files or nothing)

    def send(
        self, page: Reply, values: Mapping[str, str], action: str = "", *, is_followed: bool = True
    ) -> Reply:
        """Fill in the page's form (the one that goes to `action`, else the first that knows the fields), send it."""
        for form in forms(page):
            fits = form.action == action if action else set(values) <= form.names
            if fits:
                reply = self.post(form.action, form.fields | dict(values))
                return self.follow(reply) if is_followed else reply
        raise AssertionError(f"no form for {sorted(values)} {action}\n{page.text[:3000]}")

    def follow(self, reply: Reply) -> Reply:
        """Go where redirects lead, as long as that is here."""
        while reply.status == 303 and (reply.headers["location"].startswith("/")):
            reply = self.get(urldefrag(reply.headers["location"]).url)
        return reply

    def sign_in(self, person: Person | str, password: str = PASSWORD) -> Reply:
        name = person.username if isinstance(person, Person) else person
        return self.send(self.get("/auth/sign_in"), {"identifier": name, "password": password})

    def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Reply:
        sent = {**self.headers, **(headers or {})}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = self.api.call(method, path, headers=sent, **options)
        for one in reply.cookies:
            pair, *attributes = one.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return reply


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
