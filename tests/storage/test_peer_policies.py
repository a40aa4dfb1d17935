"""What is decided about a server, seen in the same look as what it asks for."""

from martlet.model.moderation import Decision, Policy, Severity
from martlet.storage import peer_policies
from martlet.storage.database import Store

NAMES = {
    "": True,
    "elsewhere.example": True,
    "bad.example": False,
    "a.b.bad.example:8443": False,
    "a.b.c.d.e.f.bad.example": False,
    "a.b.c.d.e.f.good.example": True,
    "notbad.example": True,
    "192.0.2.1:80": True,
}
"""By host, whether nothing is decided about it; few names above it are looked for one by one, many as a list."""


def test_undecided_is_whom_no_decision_names_nor_a_domain_above(store: Store) -> None:
    decision = Decision("bad.example", Policy(Severity.SUSPEND))
    with store.write() as db:
        peer_policies.put(db, decision, 1)
    found = {}
    with store.read() as db:
        for host in NAMES:
            condition, names = peer_policies.undecided(host)
            found[host] = db.value(f"SELECT 1 WHERE {condition}", **names) is not None
    assert found == NAMES
