"""
Three Martlets: Ada writes, Bob (on PostgreSQL) and Cem follow her, and Bob follows Cem.

One of them is killed again and again; what each does has its effect once on all.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import eventually
from tests.towns import Town, settle


@pytest.fixture
def towns(tmp_path: Path, empty_postgres: Callable[[], str]) -> Iterator[tuple[Town, Town, Town]]:
    ada = settle(tmp_path / "ada", "ada")
    bob = settle(tmp_path / "bob", "bob", empty_postgres())
    cem = settle(tmp_path / "cem", "cem")
    for town in (ada, bob, cem):
        town.server.start()
    yield ada, bob, cem
    for town in (ada, bob, cem):
        town.server.kill()


def follow(town: Town, other: Town) -> Any:
    found = town.find(other.handle)
    town.post(f"/api/v1/accounts/{found['id']}/follow")
    eventually(town.relation(found, "following"))
    return found


def known(town: Town, uri: str) -> Any:
    """A post as it is there, whether or not in anybody's timeline; nothing is fetched for that."""
    found = town.get(f"/api/v2/search?q={uri}&type=statuses")["statuses"]
    return found[0] if found else None


def says(town: Town, id: str, text: str) -> bool:
    return text in town.get(f"/api/v1/statuses/{id}")["content"]


def is_gone(town: Town, id: str) -> bool:
    return town.status_of(f"/api/v1/statuses/{id}") == 404


def restart(town: Town) -> None:
    town.server.kill()
    town.server.start()


def test_what_is_said_and_done_reaches_all_three(towns: tuple[Town, Town, Town]) -> None:
    ada, bob, cem = towns
    follow(cem, ada)
    follow(bob, cem)
    posted = ada.publish("The kettle is on")
    at_cem = cem.sees("kettle")

    bob.server.kill()
    answer = cem.publish(f"@{ada.handle} On my way", in_reply_to_id=at_cem["id"])
    cem.post(f"/api/v1/statuses/{at_cem['id']}/reblog")
    at_ada = eventually(lambda: ada.told("mention"))[0]["status"]
    assert (at_ada["uri"], at_ada["in_reply_to_id"]) == (answer["uri"], posted["id"])
    bob.server.start()

    [boost] = eventually(lambda: [one for one in bob.home() if one["reblog"]], seconds=120)
    assert boost["account"]["acct"] == cem.handle
    assert boost["reblog"]["account"]["acct"] == ada.handle
    at_bob = boost["reblog"]
    assert at_bob["uri"] == posted["uri"]
    reply = eventually(partial(known, bob, answer["uri"]), seconds=120)
    above = bob.get(f"/api/v1/statuses/{reply['id']}/context")["ancestors"]
    assert [one["uri"] for one in above] == [posted["uri"]]
    below = bob.get(f"/api/v1/statuses/{at_bob['id']}/context")["descendants"]
    assert [one["uri"] for one in below] == [answer["uri"]]

    follow(bob, ada)
    cem.server.kill()
    ada.put(f"/api/v1/statuses/{posted['id']}", {"status": "The kettle is singing"})
    restart(ada)
    cem.server.start()
    for town, id in ((bob, at_bob["id"]), (cem, at_cem["id"])):
        eventually(partial(says, town, id, "singing"), seconds=120)
        assert len(town.get(f"/api/v1/statuses/{id}/history")) == 2

    ada.delete(f"/api/v1/statuses/{posted['id']}")
    restart(bob)
    for town, id in ((bob, at_bob["id"]), (cem, at_cem["id"])):
        eventually(partial(is_gone, town, id), seconds=120)
    assert [one for one in bob.home() if one["reblog"]] == []


def test_each_post_and_vote_arrives_once_whoever_is_killed(towns: tuple[Town, Town, Town]) -> None:
    ada, bob, cem = towns
    for town in (bob, cem):
        follow(town, ada)
    asked = ada.publish("Tea?", poll={"options": ["Green", "Black"], "expires_in": 300})
    polls = {town.name: town.sees("Tea?")["poll"]["id"] for town in (bob, cem)}
    ada.server.kill()
    bob.post(f"/api/v1/polls/{polls['bob']}/votes", {"choices": [0]})
    cem.post(f"/api/v1/polls/{polls['cem']}/votes", {"choices": [1]})
    restart(cem)
    ada.server.start()
    wanted = []
    for round, victim in enumerate((bob, ada, cem)):
        for number in range(4):
            wanted.append(f"{round}-{number}.")
            ada.publish(wanted[-1])
            if number == 1:
                restart(victim)
    for town in (bob, cem):
        texts = eventually(partial(_all_there, town, wanted), seconds=120)
        assert sorted(texts) == sorted([*wanted, "Tea?"])
    path = f"/api/v1/polls/{asked['poll']['id']}"
    eventually(lambda: ada.get(path)["voters_count"] == 2, seconds=120)
    assert [one["votes_count"] for one in ada.get(path)["options"]] == [1, 1]


def _all_there(town: Town, wanted: list[str]) -> list[str]:
    texts = [post["content"].removeprefix("<p>").removesuffix("</p>") for post in town.home()]
    return texts if set(wanted) <= set(texts) else []
