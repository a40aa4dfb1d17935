"""
What a device is told, so that it can check files when no server is in reach: with which keys those sign whom its owner follows.

Keys and pinned root keys are what this server believes. Statements and checkpoints are handed on as they were signed, and
the device looks at them itself (`static/continuity.js`, `covering.js`). Checkpoints are told only of those who have
revoked a key, and only such as came here before that, with the moment at which they came.
"""

import hashlib
from itertools import chain
from typing import Any

from martlet.activitypub import build
from martlet.model.continuity import Statement
from martlet.model.names import AccountId
from martlet.services import covering
from martlet.signing import continuity as statements
from martlet.storage import carried, continuity, keys
from martlet.storage.database import Reader

MOST_KEYS = 2000
MOST_ROOTS = 500
MOST_CHECKPOINTS = 200


def told(db: Reader, account: AccountId) -> dict[str, list[dict[str, Any]]]:
    """Keys, roots, statements and checkpoints, as `static/carried.js` keeps them. Moments are milliseconds."""
    here = keys.of_followed_here(db, account, MOST_KEYS)
    beyond = keys.of_followed_beyond(db, account, MOST_KEYS)
    named = [(build.ed25519_key_id(owner, name), owner, public) for owner, name, public in here] + beyond
    pins = continuity.pins_of_followed(db, account, MOST_ROOTS)
    roots = dict.fromkeys(one.root for one in pins)
    said = list(chain.from_iterable(continuity.statements(db, root) for root in roots))
    read = [statements.parse(one.body) for one in said if b'"revoked"' in one.body]
    return {
        "keys": [{"uri": uri, "owner": owner, "public": public} for uri, owner, public in named],
        "roots": [{"actor": one.actor, "root": one.root, "trust": int(one.trust)} for one in pins],
        "statements": [{"digest": one.digest.hex(), "body": one.body.decode()} for one in said],
        "checkpoints": _checkpoints(db, read),
    }


def _checkpoints(db: Reader, read: list[Statement]) -> list[dict[str, Any]]:
    found: dict[bytes, dict[str, Any]] = {}
    for statement in read:
        for actor in (statement.actor, *statement.formerly):
            for after in {one.after for one in statement.revoked}:
                for at, body in carried.checkpoints_of(db, actor, after, covering.MOST_CHECKPOINTS):
                    digest = hashlib.sha256(body).digest()
                    found[digest] = {"digest": digest.hex(), "author": actor, "body": body.decode(), "at": at}
    return list(found.values())[:MOST_CHECKPOINTS]
