"""
Accounts and tokens, the way an app gets them.

Signing up gives a token at once. For accounts that exist: the password grant where the server has it; otherwise an app's long way: register, walk the HTML sign-in and
consent forms, swap the code. That works against any server whose forms are plain HTML: the sign-in form is the
one with a password field, the consent form the first POST form without one.
"""

import html.parser
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from bench.client import ApiError, Client

REDIRECT = "http://127.0.0.1:9/callback"
SCOPES = "read write follow"


@dataclass(frozen=True, slots=True)
class App:
    id: str
    secret: str


def tokens(base_url: str, people: list[tuple[str, str]]) -> list[str]:
    """A token for each pair of e-mail and password, in their order."""
    app = _register_app(base_url)
    return [_token(base_url, app, email, password) for email, password in people]


def sign_up(base_url: str, count: int) -> list[str]:
    """The tokens of `count` new people. The server must be open to everybody and ask for no confirmation."""
    app = _register_app(base_url)
    with Client(base_url) as client:
        of_app = _swap(client, app, grant_type="client_credentials")
    return [_sign_up(base_url, of_app, number) for number in range(count)]


def _sign_up(base_url: str, of_app: str, number: int) -> str:
    """Each from a network of their own, as it would be: how many may join from one is limited."""
    email, password = _credentials(number)
    with Client(base_url, address=f"10.1.{number}.1") as client:
        made = client.api(
            "POST",
            "/api/v1/accounts",
            of_app,
            username=f"user{number:02}",
            email=email,
            password=password,
            agreement=True,
            locale="en",
        )
    return str(made["access_token"])


def _credentials(number: int) -> tuple[str, str]:
    return f"user{number:02}@example.org", f"a password for {number:02}"


def _register_app(base_url: str) -> App:
    with Client(base_url) as client:
        made = client.api("POST", "/api/v1/apps", client_name="bench", redirect_uris=REDIRECT, scopes=SCOPES)
    return App(str(made["client_id"]), str(made["client_secret"]))


def _token(base_url: str, app: App, email: str, password: str) -> str:
    with Client(base_url) as client:
        try:
            return _swap(client, app, grant_type="password", username=email, password=password)
        except ApiError:
            code = _walk_forms(client, base_url, app, email, password)
            return _swap(client, app, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)


def _swap(client: Client, app: App, **fields: str) -> str:
    made = client.api(
        "POST", "/oauth/token", client_id=app.id, client_secret=app.secret, scope=SCOPES, **fields
    )
    return str(made["access_token"])


def session(base_url: str, number: int) -> str:
    """The cookies of a browser in which somebody whom `sign_up` made has signed in."""
    cookies: dict[str, str] = {}
    with Client(base_url) as client:
        _walk(client, base_url, "/auth/sign_in", "/home", _credentials(number), cookies)
    return _header(cookies)


def _walk_forms(client: Client, base_url: str, app: App, email: str, password: str) -> str:
    query = urlencode(
        {"client_id": app.id, "redirect_uri": REDIRECT, "response_type": "code", "scope": SCOPES}
    )
    end = _walk(client, base_url, f"/oauth/authorize?{query}", REDIRECT, (email, password), {})
    return parse_qs(urlsplit(end).query)["code"][0]


def _walk(
    client: Client, base_url: str, url: str, end: str, credentials: tuple[str, str], cookies: dict[str, str]
) -> str:
    """From page to page, each form filled in, until one leads to an address that begins with `end`, or with its path."""
    method, body = "GET", None
    for _ in range(12):
        headers = {"Accept": "text/html", "Cookie": _header(cookies)}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        status, answered, raw = client.request(method, path, body=body, headers=headers)
        for line in answered.get_all("Set-Cookie") or []:
            cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        if status in {301, 302, 303, 307, 308}:
            url = urljoin(urljoin(base_url, url), str(answered["Location"]))
            if url.startswith((end, urljoin(base_url, end))):
                return url
            method, body = "GET", None
        elif status == 200:
            form = _form_to_send(raw.decode(), path)
            method, body = "POST", urlencode(form.filled(*credentials)).encode()
            url = urljoin(url, form.action or path)
        else:
            raise ApiError(f"signing in: {method} {path}: {status} {raw[:300]!r}")
    raise ApiError("signing in: too many steps")


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@dataclass(slots=True)
class _Form:
    action: str
    method: str
    inputs: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, type and value."""

    def has_password(self) -> bool:
        return any(kind == "password" for _, kind, _ in self.inputs)

    def filled(self, email: str, password: str) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, kind, value in self.inputs:
            if kind == "password":
                values[name] = password
            elif kind in {"email", "text"} and self.has_password():
                values[name] = email
            elif kind not in {"checkbox", "radio"} or value:
                values[name] = value
        return values


def _form_to_send(page: str, path: str) -> _Form:
    reader = _FormReader()
    reader.feed(page)
    posts = [form for form in reader.forms if form.method == "post"]
    if not posts:
        raise ApiError(f"signing in: no form on {path}")
    return next((form for form in posts if form.has_password()), posts[0])


class _FormReader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(found.get("action", ""), found.get("method", "get").lower()))
        elif tag in {"input", "button"} and self.forms and found.get("name"):
            self.forms[-1].inputs.append((found["name"], found.get("type", "text"), found.get("value", "")))
