"""Getting to know the same account in several places at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from martlet.activitypub.things import Profile
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import acquainting
from martlet.services.acquainting import Acquaintance
from martlet.storage.database import Store

AT_ONCE = 4


def test_whoever_comes_second_knows_the_same_account(store: Store, here: Server) -> None:
    """On PostgreSQL two may both find that nobody has that name yet."""
    together = Barrier(AT_ONCE)

    def keep(number: int) -> AccountId:
        uri = Uri(f"https://peer.example/users/eve{number}")
        keys = ((Uri(f"{uri}#main-key"), "rsa", "a key"),)
        found = Acquaintance(
            Profile(uri, "person", f"eve{number}", Uri(f"{uri}/inbox")), keys, "peer.example"
        )
        together.wait()
        with store.write() as db:
            return acquainting.keep(db, found, here)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(10):
            assert len(set(threads.map(keep, [number] * AT_ONCE))) == 1
