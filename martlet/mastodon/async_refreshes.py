"""What is still being fetched: https://docs.joinmastodon.org/methods/async_refreshes/"""

from martlet.http.answer import Header
from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.errors import NotFound
from martlet.services import gathering
from martlet.storage import thread_fetches
from martlet.storage.database import Reader
from martlet.storage.thread_fetches import ThreadFetch

api = Api()

SECONDS = 3
"""Seconds after which a client may ask again."""


@api.get("/api/v1_alpha/async_refreshes/{id}", scope="read", returns=entities.AsyncRefreshAnswer)
def show(db: Reader, call: Call[NoForm]) -> entities.AsyncRefreshAnswer:
    """https://docs.joinmastodon.org/methods/async_refreshes/#show"""
    fetch = thread_fetches.find(db, call.id)
    if fetch is None:
        raise NotFound
    is_running = gathering.is_running(fetch, call.here.now_ms())
    return entities.AsyncRefreshAnswer(
        async_refresh=entities.AsyncRefresh(
            id=str(fetch.id), status="running" if is_running else "finished", result_count=fetch.found
        )
    )


def header(fetch: ThreadFetch) -> Header:
    """Tells a client that there will be more, and what to ask for."""
    value = f'id="{fetch.id}", retry={SECONDS}, result_count={fetch.found}'
    return (b"mastodon-async-refresh", value.encode())
