"""The server's verdicts on the files of `tests/verdicts.py`, and what it tells a device so that the script comes to the same."""

import io
from typing import Any

from martlet.archives import bundles
from martlet.archives.bundles import Bundle, Line
from martlet.model.carrying import Trust
from martlet.model.names import Uri
from martlet.services import acquainting, continuing, covering, equipping, following, importing_bundles
from martlet.services.checking_bundles import Checker
from martlet.services.following import Wanted
from martlet.signing import canonical_json, continuity
from martlet.storage import carried
from tests.carrying import Island
from tests.verdicts import Case, Verdict, cases


def test_g5_g6_the_server_judges_as_the_table_says(shore: Island) -> None:
    bob, found = shore.person("bob"), cases()
    for name, case in found.items():
        _tell(shore, case, bob.id)
        with shore.ground.store.read() as db:
            assert _sorted(_told(shore, bob.id, case)) == _sorted(case.heard), name
            assert _verdicts(shore, db, case) == case.expected, name


def _tell(shore: Island, case: Case, follower: Any) -> None:
    here = shore.ground.here
    with shore.ground.store.write() as db:
        for document in case.told:
            id = acquainting.get_to_know(db, document, here)
            following.follow(db, follower, id, Wanted(), here)
        db.run("UPDATE follow SET is_accepted = 1")
        for said in case.pinned:
            statement = continuity.parse(canonical_json.encode(said))
            continuing.learn(db, statement, Trust.UNCONFIRMED, here)
        for one in case.seen:
            public = one.key().public.to_multibase()
            carried.pin_key(db, carried.CarriedKey(Uri(one.name), Uri(one.uri), public, here.now_ms()))
        for body, at in case.counted:
            lines = [Line(bundles.CHECKPOINTS, 1, body)]
            some = Checker(here, "share").checked(db, lines)
            importing_bundles.record(db, some, ((), ()), here, is_return=False)
            name = canonical_json.parse_object(body)["id"]
            moment = int(at.timestamp() * 1000)
            db.run("UPDATE carried_document SET carried_at = :at WHERE uri = :uri", at=moment, uri=name)


def _told(shore: Island, follower: Any, case: Case) -> Any:
    """What the device is told of the people of one case."""
    with shore.ground.store.read() as db:
        told = equipping.told(db, follower)
    names = {one["actor"] for one in case.heard["roots"]} | {one["owner"] for one in case.heard["keys"]}
    bodies = {one["body"] for one in case.heard["statements"]}
    return {
        "keys": [one for one in told["keys"] if one["owner"] in names],
        "roots": [one for one in told["roots"] if one["actor"] in names],
        "statements": [one for one in told["statements"] if one["body"] in bodies],
        "checkpoints": [one for one in told["checkpoints"] if one["author"] in names],
    }


def _sorted(told: Any) -> Any:
    return {name: sorted(some, key=str) for name, some in told.items()}


def _verdicts(shore: Island, db: Any, case: Case) -> list[Verdict]:
    with Bundle.read(io.BytesIO(case.body)) as bundle:
        checker = Checker(shore.ground.here, case.kind, lambda: covering.of_bundle(bundle))
        found = checker.checked(db, bundle.lines(*bundles.LINES))
    return [one.carried.trust if one.carried is not None else one.why or Trust.REFUSED for one in found]
