"""What waits for other servers, and when an activity is no longer needed."""

import threading
import time

from martlet.federation import sending
from martlet.storage import deliveries, peers
from martlet.storage.database import Store
from tests.make import Make

HOSTS = ("one.example", "two.example")
LONG_ENOUGH = 0.3
"""Seconds in which the other transaction gets as far as it can."""


def test_two_that_finish_together_leave_nothing_behind(store: Store, make: Make) -> None:
    ada = make.account("ada")
    with store.write() as db:
        inboxes = [(host, f"https://{host}/inbox") for host in HOSTS]
        deliveries.insert(db, 1, ada, b"{}", inboxes, 0)
    with store.read() as reader:
        first, second = (deliveries.next_for(reader, host, 1) for host in HOSTS)

    def finish_second() -> None:
        with store.write() as db:
            deliveries.done(db, second)

    other = threading.Thread(target=finish_second)
    with store.write() as db:
        deliveries.done(db, first)
        other.start()
        time.sleep(LONG_ENOUGH)
    other.join()
    with store.read() as reader:
        assert not any(deliveries.are_waiting(reader, host) for host in HOSTS)
        assert reader.value("SELECT count(*) FROM outgoing") == 0


def test_whoever_ends_sees_what_was_written_meanwhile(store: Store, make: Make) -> None:
    """Otherwise it would wait until something else goes to that server."""
    ada, host, ended = make.account("ada"), HOSTS[0], list[bool]()
    with store.write() as db:
        peers.note(db, host, 0)
        assert peers.claim_sending(db, host)

    def end() -> None:
        with store.write() as db:
            ended.append(sending._end(db, host))

    other = threading.Thread(target=end)
    with store.write() as db:
        deliveries.insert(db, 1, ada, b"{}", [(host, f"https://{host}/inbox")], 0)
        assert not peers.claim_sending(db, host)
        other.start()
        time.sleep(LONG_ENOUGH)
    other.join()
    assert ended == [False]
    with store.write() as db:
        assert not peers.claim_sending(db, host)  # it goes on
        deliveries.give_up(db, host)
        assert sending._end(db, host)
        assert peers.claim_sending(db, host)
