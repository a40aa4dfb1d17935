"""
Root keys of people elsewhere, and what is signed with them.

    root = PrivateKey.make_ed25519()
    statement = stated(root, eve, sequence=2)
    eve.extra["attachment"] = [statement]
"""

from datetime import UTC, datetime
from typing import Any

from martlet.signing import proofs
from martlet.signing.continuity import TYPE
from martlet.signing.keys import PrivateKey
from tests.elsewhere import Document, Person

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def unsigned(root: PrivateKey, person: Person, sequence: int = 1, **more: Any) -> Document:
    """A statement that names the person's own key."""
    key = {"id": f"{person.uri}#ed25519-key", "publicKeyMultibase": person.ed25519.public.to_multibase()}
    return {
        "type": TYPE,
        "subject": root.public.to_did(),
        "alsoKnownAs": person.uri,
        "sequence": sequence,
        "updated": "2026-11-01T12:00:00Z",
        "assertionMethod": [key],
        **more,
    }


def stated(root: PrivateKey, person: Person, sequence: int = 1, at: datetime = NOON, **more: Any) -> Document:
    return proofs.sign_statement(unsigned(root, person, sequence, **more), root, at)


def revoked(key: PrivateKey, after: str = "2026-11-01T12:00:00Z", **more: Any) -> Document:
    return {"publicKeyMultibase": key.public.to_multibase(), "after": after, **more}
