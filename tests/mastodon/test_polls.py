"""Polls."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.client import Api, Person, Reply
from tests.mastodon.acts import do, look, publish, refusal, value


def ask(api: Api, by: Person, *options: str, **more: Any) -> dict[str, Any]:
    poll = {"options": list(options or ("Tea", "Coffee", "Water")), "expires_in": 600, **more}
    return publish(api, by, "Which?", poll=poll)


def vote(api: Api, by: Person, status: dict[str, Any], *choices: int) -> Reply:
    return api.post(f"/api/v1/polls/{status['poll']['id']}/votes", by, json={"choices": list(choices)})


def tally(poll: dict[str, Any]) -> list[int]:
    return [option["votes_count"] for option in poll["options"]]


def test_a_vote_counts(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada)
    poll = vote(api, bob, status, 1).json
    assert (tally(poll), poll["votes_count"], poll["voters_count"]) == ([0, 1, 0], 1, 1)
    assert (poll["voted"], poll["own_votes"]) == (True, [1])
    assert api.get(f"/api/v1/polls/{poll['id']}", bob).json == poll == look(api, status, bob)["poll"]
    anonymous = api.get(f"/api/v1/polls/{poll['id']}").json
    assert "voted" not in anonymous
    assert "own_votes" not in anonymous
    eve = api.get(f"/api/v1/polls/{poll['id']}", api.person("eve")).json
    assert (eve["voted"], eve["own_votes"]) == (False, [])


def test_several_answers_where_that_is_wanted(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    poll = vote(api, bob, ask(api, ada, multiple=True), 2, 0, 2).json
    assert (tally(poll), poll["votes_count"], poll["voters_count"], poll["own_votes"]) == (
        [1, 0, 1],
        2,
        1,
        [0, 2],
    )


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ([], "can't be blank"),
        ([3], "does not exist"),
        ([-1], "does not exist"),
        ([10**30], "does not exist"),
        ([0, 1], "Only one"),
        (["a"], "choices"),
    ],
)
def test_odd_votes_are_refused(api: Api, choices: list[Any], sentence: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada)
    reply = vote(api, bob, status, *choices)
    assert sentence.lower() in refusal(reply).lower()
    assert value(api, "SELECT count(*) FROM poll_vote") == 0


def test_nobody_votes_twice_or_in_their_own_poll(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada)
    assert vote(api, bob, status, 0).status == 200
    assert refusal(vote(api, bob, status, 1)) == "Validation failed: You have already voted on this poll"
    assert "your own" in refusal(vote(api, ada, status, 1))
    assert (look(api, status, ada)["poll"]["voted"], look(api, status, ada)["poll"]["own_votes"]) == (
        True,
        [],
    )


@pytest.mark.parametrize("multiple", [True, False])
def test_votes_at_once_are_one(api: Api, multiple: bool) -> None:  # noqa: FBT001 - the poll's own property
    """Attack H7."""
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada, multiple=multiple)
    path = f"/api/v1/polls/{status['poll']['id']}/votes"
    replies = api.at_once(api.calling("POST", path, bob, json={"choices": [n % 3]}) for n in range(50))
    assert sorted(reply.status for reply in replies) == [200] + [422] * 49
    assert value(api, "SELECT count(*) FROM poll_vote") == 1
    poll = look(api, status)["poll"]
    assert (poll["votes_count"], poll["voters_count"], sum(tally(poll))) == (1, 1, 1)


def test_totals_hidden_until_the_end(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada, hide_totals=True)
    assert tally(vote(api, bob, status, 1).json) == [None, None, None]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=601)):
        assert tally(look(api, status, bob)["poll"]) == [0, 1, 0]


def test_a_poll_ends_and_says_so_once(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada)
    api.work()
    assert value(api, "SELECT count(*) FROM job WHERE name = 'close_poll'") == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=601)):
        assert refusal(vote(api, bob, status, 0)) == "Validation failed: The poll has already ended"
        assert look(api, status)["poll"]["expired"] is True
        api.work()
    assert value(api, "SELECT count(*) FROM job WHERE name = 'close_poll'") == 0
    assert value(api, "SELECT count(*) FROM poll WHERE closed_at IS NOT NULL") == 1


def test_a_poll_is_seen_by_those_who_see_its_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada, "?", visibility="private", poll={"options": ["1", "2"], "expires_in": 600})
    for viewer in (bob, None):
        assert api.get(f"/api/v1/polls/{status['poll']['id']}", viewer).status == 404
    assert vote(api, bob, status, 0).status == 404
    assert api.get("/api/v1/polls/1").status == 404


def test_a_boosted_poll_is_shown_and_shows_ones_votes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = ask(api, ada)
    vote(api, bob, status, 2)
    boost = do(api, bob, "reblog", status)
    assert (boost["poll"], boost["reblog"]["poll"]["own_votes"]) == (None, [2])


def test_voting_needs_the_scope(api: Api) -> None:
    """Attack A1."""
    ada = api.person("ada")
    path = f"/api/v1/polls/{ask(api, ada)['poll']['id']}/votes"
    assert api.post(path, api.token(ada.id, "read write:media"), json={"choices": [0]}).status == 403
    assert api.post(path, json={"choices": [0]}).status == 401


def test_a_form_votes_too(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    path = f"/api/v1/polls/{ask(api, ada)['poll']['id']}/votes"
    assert api.post(path, bob, form={"choices[]": ["1"]}).json["own_votes"] == [1]


def test_a_page_shows_each_viewer_their_own_vote_however_often_it_is_asked_for(api: Api) -> None:
    """What a page shows of a poll is kept for one viewer, until somebody votes or the poll is over."""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = ask(api, ada)
    page = f"/api/v1/accounts/{ada.id}/statuses"

    def seen(viewer: Person | None) -> tuple[list[int], bool | None, bool]:
        twice = [api.get(page, viewer).json[0]["poll"] for _ in range(2)]
        assert twice[0] == twice[1]
        return tally(twice[1]), twice[1].get("voted"), twice[1]["expired"]

    assert [seen(one) for one in (bob, eve, ada, None)] == [
        ([0, 0, 0], False, False),
        ([0, 0, 0], False, False),
        ([0, 0, 0], True, False),
        ([0, 0, 0], None, False),
    ]
    vote(api, bob, status, 1)
    assert [seen(one)[:2] for one in (bob, eve, ada, None)] == [
        ([0, 1, 0], True),
        ([0, 1, 0], False),
        ([0, 1, 0], True),
        ([0, 1, 0], None),
    ]
    do(api, eve, "favourite", status)
    assert api.get(page, eve).json[0]["favourited"] is True
    assert api.get(page, bob).json[0]["favourited"] is False
    assert api.get(page, ada).json[0]["pinned"] is False
    do(api, ada, "pin", status)
    assert api.get(page, ada).json[0]["pinned"] is True
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=601)):
        assert [seen(one)[2] for one in (bob, eve, ada, None)] == [True] * 4
