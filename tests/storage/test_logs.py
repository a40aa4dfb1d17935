"""Logs: what stood there before there were logs has its place, and what a log holds is stated whole."""

import hashlib
import json
from importlib import resources

from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import keeping_log
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.storage import logs, posts
from martlet.storage.database import Store
from martlet.storage.dialect import statements
from tests.make import Make

MIGRATION = "0063_log.sql"


def test_posts_of_before_stand_in_the_log(store: Store, make: Make) -> None:
    """In their order; none of those that are not for everybody, and no boosts. New ones come behind."""
    ada, bob = make.account("ada"), make.account("bob")
    mine = [make.post(ada, f"Post {number}", visibility) for number, visibility in enumerate(Visibility)]
    theirs = make.post(bob)
    sql = resources.files("martlet.storage.migrations").joinpath(MIGRATION).read_text("utf-8")
    with store.write() as db:
        db.run("DELETE FROM log_entry")
        db.run("DELETE FROM account_log")
        for statement in statements(sql)[-2:]:
            assert statement.startswith("INSERT")
            db.run(statement)
    with store.write() as db:
        open_posts = [one for one in posts.many_unfiltered(db, mine) if one.is_open]
        found = logs.entries(db, ada, 0, 100)
        assert [one.uri for one in found] == [one.uri for one in sorted(open_posts, key=lambda one: one.id)]
        assert len(logs.entries(db, bob, 0, 100)) == 1
        first = found[0]
        assert logs.append(db, ada, first.uri, 1) == len(found) + 1
        assert [one.uri for one in logs.entries(db, ada, 0, 100)][-1] == first.uri
        assert len(logs.entries(db, ada, len(found), 100)) == 1
    assert theirs


def test_a_checkpoint_states_all_that_the_log_holds(
    store: Store, make: Make, here: Server, ground: Ground
) -> None:
    """By months, so that whoever has the documents of one can tell whether any is missing."""
    ada = make.account("ada")
    ids = [make.post(ada, f"Post {number}") for number in range(3)]
    with store.write() as db:
        for post in posts.many_unfiltered(db, ids):
            logs.append(db, ada, post.uri, here.now_ms())
        assert keeping_log.checkpoint(db, ada, ground.secret, here) is None  # nothing is made yet
        made, _ = keeping_log.make_some(db, ada, 0, 10, ground.secret, here)
        body = keeping_log.checkpoint(db, ada, ground.secret, here)
        assert body is not None
        assert keeping_log.checkpoint(db, ada, ground.secret, here) == body
    said = canonical_json.parse_object(body)
    digests = sorted(hashlib.sha256(one.body).digest() for one in made)
    month = json.loads(made[0].body)["published"][:7]
    assert (said["type"], said["totalItems"], said["sequence"]) == ("LogCheckpoint", 3, 3)
    assert said["months"] == [
        {"month": month, "totalItems": 3, "digest": hashlib.sha256(b"".join(digests)).hexdigest()}
    ]
