"""A part of the journey with Mastodon.py: streams."""

import json
from typing import Any

from mastodon import StreamListener

from tests.journeys.conftest import eventually
from tests.journeys.watching import Watched


class Hearing(StreamListener):
    """Keeps what is told, and holds each entity to its type as `Watched` does."""

    def __init__(self, client: Watched) -> None:
        self.client = client
        self.heard: dict[str, Any] = {}

    def _dispatch(self, event: dict[str, str]) -> None:
        self.raw = event.get("data", "")
        super()._dispatch(event)  # type: ignore[no-untyped-call]  # theirs

    def on_any_event(self, name: str, data: Any = None, for_stream: str | None = None) -> None:
        del for_stream
        if data is not None:
            faults = self.client._missing(data, json.loads(self.raw))
            is_about_a_post = name != "notification" or data.type != "follow"
            self.client.faults.update(
                one for one in faults if is_about_a_post or one != "Notification.status"
            )
        self.heard[f"{name} {data.type}" if name == "notification" else name] = data


def hearing(ada: Watched, bob: Watched) -> None:
    """What happens is told at once to whoever listens."""
    assert bob.stream_healthy()
    own, direct, everybody = Hearing(bob), Hearing(bob), Hearing(ada)
    handles = [
        bob.stream_user(own, run_async=True),
        bob.stream_direct(direct, run_async=True),
        ada.stream_public(everybody, run_async=True),
    ]
    eventually(lambda: all(handle.connection for handle in handles))  # each is made in a thread of its own
    post = ada.status_post("@bob do you hear?")
    eventually(lambda: {"update", "notification mention"} <= own.heard.keys() and "update" in everybody.heard)
    assert own.heard["update"].id == everybody.heard["update"].id == post.id
    assert own.heard["notification mention"].status.id == post.id
    ada.status_update(post, "@bob do you hear me?")
    eventually(lambda: "status.update" in own.heard)
    assert "hear me" in own.heard["status.update"].content
    ada.status_delete(post)
    eventually(lambda: "delete" in own.heard and "delete" in everybody.heard)
    assert str(own.heard["delete"]) == str(post.id)
    between_us = ada.status_post("@bob between us", visibility="direct")
    bob.delete_filter_v2(bob.create_filter_v2("Noise", ["home"], "warn"))
    eventually(lambda: "filters_changed" in own.heard and "conversation" in direct.heard)
    assert direct.heard["conversation"].last_status.id == between_us.id
    ada.status_delete(between_us)
    for handle in handles:
        handle.close()
    ada.notifications_clear()
    bob.notifications_clear()
