"""A very small browser: it follows redirects, keeps cookies, and fills in forms. No JavaScript, like some people's."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects forms, and what stands in elements of class `copy`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.copies: list[str] = []
        self._is_copy = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag in ("input", "textarea") and self.forms and "name" in given and _is_sent(given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        self._is_copy = "copy" in given.get("class", "").split()

    def handle_data(self, data: str) -> None:
        if self._is_copy and data.strip():
            self.copies.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._is_copy = False


def _is_sent(given: dict[str, str]) -> bool:
    return given.get("type") not in ("submit", "checkbox") or "checked" in given


class Browser:
    def __init__(self) -> None:
        self.session = requests.Session()
        self.address = ""
        self.page = ""

    def open(self, address: str) -> None:
        self._arrive(self.session.get(address, timeout=60))

    def submit(self, having: str, values: dict[str, str]) -> None:
        """Fill in the form that has a field of this name, and send it."""
        form = next(form for form in self._read().forms if having in form.fields)
        sent = form.fields | values
        address = urljoin(self.address, form.action)
        headers = {"Origin": "/".join(self.address.split("/")[:3]), "Referer": self.address}
        self._arrive(self.session.request(form.method, address, data=sent, headers=headers, timeout=60))

    @property
    def copied(self) -> str:
        """What the page offers to be copied."""
        return self._read().copies[0]

    def _arrive(self, answer: requests.Response) -> None:
        assert answer.status_code == 200, f"{answer.url}: {answer.status_code} {answer.text[:2000]}"
        self.address, self.page = answer.url, answer.text

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.page)
        return reader
