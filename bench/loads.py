"""The pages that are measured: which requests they send, and what a right answer holds."""

import json
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from bench.client import Client
from bench.town import Person, Town, Written
from bench.words import NOUNS, sentence

SEED = 11
PAGE = 20
THREADS = 10
USUAL_ANSWERS = 12
"""With what is answered to these, a thread of fourteen posts, as other servers were measured with."""
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    token: str = ""
    body: str = ""
    cookie: str = ""
    accept: str = "application/json"

    def line(self) -> str:
        """For the load generators: fields between tabs."""
        return f"{self.method}\t{self.path}\t{self.token}\t{self.cookie}\t{self.accept}\t{self.body}"


@dataclass(frozen=True, slots=True)
class Load:
    """Requests of one kind, sent in turn. `at_least` is how many items a right answer holds."""

    name: str
    requests: Sequence[Request]
    at_least: int = 1
    is_write: bool = False


class Check(msgspec.Struct, frozen=True):
    """What the answers held, in the median; `mean_bytes` in the mean. `wrong` says what was not as it must be."""

    body_bytes: int
    items: float
    wrong: list[str]
    mean_bytes: float = 0


def _unlike_the_usual(post: Written) -> int:
    return abs(post.replies - USUAL_ANSWERS)


def loads(town: Town) -> list[Load]:
    rng = random.Random(SEED)
    people = town.people
    public = [post for post in town.posts if post.visibility == "public"]
    threads = sorted((post for post in public if post.replies), key=_unlike_the_usual)[:THREADS]
    host = urlsplit(town.base_url).netloc

    def token() -> str:
        return rng.choice(people).token

    def page(path: str) -> list[Request]:
        """The same page for everybody, as each of them sees it."""
        return [Request("GET", path, person.token) for person in people]

    def of_posts(posts: list[Written], count: int, tail: str = "") -> list[Request]:
        return [
            Request("GET", f"/api/v1/statuses/{rng.choice(posts).id}{tail}", token()) for _ in range(count)
        ]

    def of_accounts(tail: str) -> list[Request]:
        return [
            Request("GET", f"/api/v1/accounts/{rng.choice(people).id}{tail}", token()) for _ in range(300)
        ]

    return [
        Load("home", page(f"/api/v1/timelines/home?limit={PAGE}"), PAGE),
        Load("local", page(f"/api/v1/timelines/public?limit={PAGE}&local=true"), PAGE),
        Load("post", of_posts(public, 500)),
        Load("context", of_posts(threads, 300, "/context")),
        Load("account_posts", of_accounts(f"/statuses?limit={PAGE}"), PAGE),
        Load("notifications", page(f"/api/v1/notifications?limit={PAGE}"), PAGE),
        Load(
            "search_posts",
            [
                Request("GET", f"/api/v2/search?q={rng.choice(NOUNS)}&type=statuses&limit={PAGE}", token())
                for _ in range(100)
            ],
            PAGE,
        ),
        Load(
            "webfinger",
            [
                Request("GET", f"/.well-known/webfinger?resource={quote(f'acct:{person.name}@{host}')}")
                for person in people
            ],
        ),
        Load("account", of_accounts("")),
        Load("verify_credentials", page("/api/v1/accounts/verify_credentials")),
        Load("instance", [Request("GET", "/api/v2/instance")]),
        Load("profile_page", [Request("GET", f"/@{person.name}", accept=HTML) for person in people], PAGE),
        *_pages_of_members(people),
        Load(
            "publish",
            [
                Request("POST", "/api/v1/statuses", person.token, _new_post(rng))
                for person in people
                for _ in range(4)
            ],
            is_write=True,
        ),
    ]


def _pages_of_members(people: Sequence[Person]) -> list[Load]:
    """As somebody sees them who signed in with a browser; none where nobody did."""
    signed_in = [person.session for person in people if person.session]
    pages = {"home_page": "/home", "news_page": "/news"} if signed_in else {}
    return [
        Load(name, [Request("GET", path, cookie=one, accept=HTML) for one in signed_in])
        for name, path in pages.items()
    ]


def check(base_url: str, load: Load) -> Check:
    """Ask for each of a load's pages once: all must be there and full."""
    sizes: list[int] = []
    counts: list[int] = []
    wrong: list[str] = []
    with Client(base_url) as client:
        for request in load.requests:
            headers = {"Accept": request.accept} | ({"Cookie": request.cookie} if request.cookie else {})
            status, _, raw = client.request(
                request.method, request.path, token=request.token, headers=headers
            )
            items = _items(raw)
            if status != 200 or items < load.at_least:
                wrong.append(f"{request.path}: {status}, {items} items")
            sizes.append(len(raw))
            counts.append(items)
    return Check(round(statistics.median(sizes)), statistics.median(counts), wrong, statistics.fmean(sizes))


def _new_post(rng: random.Random) -> str:
    return json.dumps({"status": sentence(rng), "visibility": "public"})


def _items(raw: bytes) -> int:
    """
    Of a list its length, of a context its posts, of a search what was found, of a page its articles,
    of anything else 1 if it is there.
    """
    if raw.startswith(b"<!doctype html>"):
        return raw.count(b"<article")
    try:
        answer: Any = json.loads(raw)
    except ValueError:
        return 0
    match answer:
        case list():
            return len(answer)
        case {"ancestors": above, "descendants": below}:
            return len(above) + len(below)
        case {"accounts": _, "statuses": posts, "hashtags": _}:
            return len(posts)
        case dict():
            return 1 if answer else 0
        case _:
            return 0
