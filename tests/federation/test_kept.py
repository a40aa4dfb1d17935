"""What was read at the door is not read again, within bounds."""

from martlet.activitypub.things import Other
from martlet.federation import kept
from martlet.federation.kept import Kept, Read
from martlet.model.names import Uri
from martlet.storage.incoming import Incoming

READ: Read = ({}, Other(Uri("https://a.example/1"), Uri("https://a.example/ada"), "Listen"))


def incoming(id: int, size: int) -> Incoming:
    return Incoming(id, Uri("https://a.example/ada"), Uri(f"https://a.example/{id}"), b" " * size)


def test_what_is_kept_is_given_away_once() -> None:
    all_kept = Kept()
    all_kept.put(incoming(1, 10), READ, 0)
    assert all_kept.take(1) == (incoming(1, 10), READ)
    assert all_kept.take(1) is None


def test_those_that_came_first_stay_and_no_more_than_there_is_room_for() -> None:
    all_kept, size = Kept(), kept.LONGEST
    for id in range(2 * kept.MOST // size):
        all_kept.put(incoming(id, size), READ, 0)
    assert [id for id in range(2 * kept.MOST // size) if all_kept.take(id)] == list(range(kept.MOST // size))
    all_kept.put(incoming(1, size + 1), READ, 0)
    assert all_kept.take(1) is None


def test_what_nobody_came_for_makes_room() -> None:
    all_kept, size = Kept(), kept.LONGEST
    for id in range(kept.MOST // size):
        all_kept.put(incoming(id, size), READ, 0)
    all_kept.put(incoming(1000, size), READ, kept.STALE)
    assert all_kept.take(0) is None
    assert all_kept.take(1) is not None
    assert all_kept.take(1000) is not None
