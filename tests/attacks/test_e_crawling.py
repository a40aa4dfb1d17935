"""Threads and collections without an end (docs/security.md, E11): whatever other servers list, asking ends."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet import app
from martlet.federation import crawling
from martlet.network.answers import Answer
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere

POSTS, REQUESTS, PAGES, NAMES = 12, 40, 8, 60
"""The real limits are higher; what matters is that there is one for each way to go on without an end."""
FEW = 8
"""Requests around the crawl itself: the author, WebFinger, the search that found the post."""


class Endless(Elsewhere):
    """A server that makes up posts and pages as they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.eve = self.person("eve")
        self.answers: list[str] = []

    def post(self, name: str, to: str = "", **more: Any) -> Document:  # type: ignore[override]  # a post, not a request
        return self.eve.note(
            f"<p>{name}</p>",
            id=self.name(name),
            published="2026-01-02T03:04:05Z",
            **({"inReplyTo": self.name(to)} if to else {}),
            **more,
        )

    def name(self, name: str) -> str:
        return f"https://{self.host}/posts/{name}"

    async def get(self, url: str, **options: Any) -> Answer:
        document = self.made_up(url)
        if document is not None:
            self.documents[url] = document
        return await super().get(url, **options)

    def made_up(self, url: str) -> Document | None:
        """Overridden."""
        return self.documents.get(url)


class LinkedToItself(Endless):
    def made_up(self, url: str) -> Document | None:
        page = self.name("top/replies?page=1")
        if url == self.name("top"):
            return self.post("top", replies=page)
        if url == page:
            return {"id": page, "type": "CollectionPage", "items": [], "next": page}
        return None


class PageAfterPage(Endless):
    def made_up(self, url: str) -> Document | None:
        if url == self.name("top"):
            return self.post("top", replies=self.name("top/replies?page=1"))
        if "?page=" in url:
            number = int(url.rpartition("=")[2])
            return {
                "id": url,
                "type": "CollectionPage",
                "items": [self.name("top")],
                "next": self.name(f"top/replies?page={number + 1}"),
            }
        return None


class Tree(Endless):
    """Each post has ten answers: a million of them six steps down."""

    def made_up(self, url: str) -> Document | None:
        name = url.rpartition("/")[2]
        items = [self.name(f"{name}-{number}") for number in range(10)]
        replies = {"type": "Collection", "items": items}
        return self.post(name, name.rpartition("-")[0], replies=replies) if "/posts/" in url else None


class Chain(Endless):
    """Each post answers another."""

    def made_up(self, url: str) -> Document | None:
        if "/posts/" not in url:
            return None
        name = url.rpartition("/")[2]
        return self.post(name, "1" if name == "top" else str(int(name) + 1))


class Nowhere(Endless):
    """A page full of names of posts that are not there."""

    def made_up(self, url: str) -> Document | None:
        if url != self.name("top"):
            return None
        items = [self.name(f"missing-{number}") for number in range(1000)]
        return self.post("top", replies={"type": "Collection", "items": items})


class Contexts(Endless):
    """Each post of a thread names another list of it."""

    def made_up(self, url: str) -> Document | None:
        name = url.rpartition("/")[2]
        if "/lists/" in url:
            items = [self.name(f"{name}-{number}") for number in range(4)]
            return {"id": url, "type": "Collection", "items": items}
        parent = name.rpartition("-")[0]
        return (
            self.post(name, parent, context=f"https://{self.host}/lists/{name}") if "/posts/" in url else None
        )


class Silent(Endless):
    """All answers are on a server that does not answer."""

    def made_up(self, url: str) -> Document | None:
        self.silent = {"dead.example"}
        if url != self.name("top"):
            return None
        items = [f"https://dead.example/posts/{number}" for number in range(500)]
        return self.post("top", replies={"type": "Collection", "items": items})


ENDLESS = (LinkedToItself, PageAfterPage, Tree, Chain, Nowhere, Contexts, Silent)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("POSTS", POSTS), ("REQUESTS", REQUESTS), ("PAGES_OF_ONE", PAGES), ("NAMES", NAMES)):
        monkeypatch.setattr(crawling, name, value)


@pytest.fixture
def serve(ground: Ground, settings: Settings) -> Iterator[Any]:
    made: list[Api] = []

    def serve(there: Elsewhere) -> Api:
        made.append(Api(app.build_on(ground, settings, there)))
        return made[-1]

    yield serve
    for api in made:
        api.close()


def open_post(api: Api, ada: client.Person, uri: str) -> str:
    found = api.get(f"/api/v2/search?q={uri}&resolve=true", ada).json
    id: str = found["statuses"][0]["id"]
    assert api.get(f"/api/v1/statuses/{id}/context", ada).status == 200
    api.work()
    return id


@pytest.mark.parametrize("kind", ENDLESS)
def test_e11_asking_ends(serve: Any, kind: type[Endless], bugs: list[str]) -> None:
    there = kind()
    api = serve(there)
    ada = api.person("ada")
    id = open_post(api, ada, there.name("top"))
    before = crawling.UP if kind is Chain else 0  # the search has gone up as far as it goes
    assert len(there.asked) <= min(REQUESTS, POSTS + PAGES + crawling.CONTEXTS) + FEW + before
    there.asked.clear()
    reply = api.get(f"/api/v1/statuses/{id}/context", ada)
    assert "mastodon-async-refresh" not in reply.headers
    api.work()
    assert there.asked == []
    assert bugs == []


def test_e11_a_server_that_does_not_answer_is_left_alone(serve: Any) -> None:
    there = Silent()
    api = serve(there)
    open_post(api, api.person("ada"), there.name("top"))
    assert sum(url.startswith("https://dead.example/") for url in there.asked) <= 3


names = st.integers(0, 7)
GRAPHS = st.fixed_dictionaries(
    {
        "answers": st.dictionaries(names, names, max_size=8),
        "lists": st.dictionaries(names, st.lists(names, max_size=8), max_size=8),
        "next": st.dictionaries(names, names, max_size=8),
        "contexts": st.dictionaries(names, names, max_size=8),
        "opened": names,
    }
)
_rounds = itertools.count()


@pytest.fixture
def place(serve: Any) -> tuple[Api, Endless, client.Person]:
    there = Endless()
    api = serve(there)
    return api, there, api.person("ada")


@given(graph=GRAPHS)
@settings(max_examples=25)
def test_e11_whatever_points_at_whatever(
    place: tuple[Api, Endless, client.Person], bugs: list[str], graph: dict[str, Any]
) -> None:
    """Posts that answer one another in circles, lists of lists: it ends, and threads stay trees."""
    api, there, ada = place
    there.documents.clear()
    there.asked.clear()
    round_ = next(_rounds)
    called = [f"{round_}-{number}" for number in range(8)]
    for number, name in enumerate(called):
        parent = graph["answers"].get(number)
        context = graph["contexts"].get(number)
        there.keep(
            there.post(
                name,
                "" if parent is None else called[parent],
                replies=f"{there.name(name)}/replies",
                **({} if context is None else {"context": f"{there.name(called[context])}/replies"}),
            )
        )
        items = [there.name(called[one]) for one in graph["lists"].get(number, ())]
        onward = graph["next"].get(number)
        there.keep(
            {
                "id": f"{there.name(name)}/replies",
                "type": "CollectionPage",
                "items": items,
                **({} if onward is None else {"next": f"{there.name(called[onward])}/replies"}),
            }
        )
    open_post(api, ada, there.name(called[graph["opened"]]))
    assert len(there.asked) <= REQUESTS + FEW
    assert bugs == []
    _check_trees(api)


def _check_trees(api: Api) -> None:
    with api.built.ground.store.read() as db:
        rows = db.rows("SELECT id, reply_to_id, thread_id FROM post")
    above = {id: (parent, thread) for id, parent, thread in rows}
    for id, (_, thread) in above.items():
        seen, at = set(), id
        while above[at][0] is not None:
            assert at not in seen
            seen.add(at)
            at = above[at][0]
        assert above[at][1] == at == thread
