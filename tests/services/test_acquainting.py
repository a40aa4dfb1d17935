"""Getting to know the same account in several places at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from martlet.activitypub.things import Profile
from martlet.model.errors import EvidenceRejected
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


def test_a_servers_own_account_is_called_as_its_host_with_its_port(store: Store, here: Server) -> None:
    """Else nothing that such a server signs itself is heard: reports, and fetches where they have to be signed."""
    host = "peer.example:8443"
    for name, is_known in ((host, True), ("other.example:8443", False)):
        uri = Uri(f"https://{host}/{name}")
        profile = Profile(uri, "application", name, Uri(f"{uri}/inbox"))
        with store.write() as db:
            if is_known:
                acquainting.keep(db, Acquaintance(profile, (), host), here)
            else:
                with pytest.raises(EvidenceRejected):
                    acquainting.keep(db, Acquaintance(profile, (), host), here)
