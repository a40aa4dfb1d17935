"""People who make something trend."""

from datetime import UTC, datetime, timedelta

import time_machine

from tests.client import Api, Person
from tests.mastodon.acts import publish

LEAST = 5


def townspeople(api: Api, count: int, start: str = "p") -> list[Person]:
    """Discoverable people whom the server has known for days; to be made before anything else, as ids only grow."""
    with time_machine.travel(datetime.now(UTC) - timedelta(days=3), tick=False):
        found = [api.person(f"{start}{number}") for number in range(count)]
    with api.built.ground.store.write() as db:
        for one in found:
            db.run("UPDATE account SET is_discoverable = 1 WHERE id = :id", id=one.id)
    return found


def all_write(api: Api, people: list[Person], text: str, **more: object) -> list[str]:
    written = [str(publish(api, one, text, **more)["id"]) for one in people]
    measured(api)
    return written


def measured(api: Api) -> None:
    """Do all that is due, and measure now instead of at the next five minutes."""
    api.work()
    with api.built.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0, key = CAST(id AS TEXT) WHERE name = 'measure_trends'")
    api.work()


def names(api: Api, viewer: Person | None = None) -> list[str]:
    reply = api.get("/api/v1/trends/tags", viewer)
    assert reply.status == 200, reply.body
    return [one["name"] for one in reply.json]


def posts(api: Api, viewer: Person | None = None) -> list[str]:
    reply = api.get("/api/v1/trends/statuses", viewer)
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json]
