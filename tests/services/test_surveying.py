"""What is seen of a new post at one look is what each question by itself would be answered."""

from typing import Any

import pytest

from martlet.model.events import PostPublished
from martlet.model.names import AccountId, PostId, Uri
from martlet.services import surveying
from martlet.storage import attached, fanout, notifications, remote_posts, waiting_boosts
from martlet.storage.database import Reader, Writer
from tests.client import Api

ASKED = "bob"


def answers(db: Reader, post: PostId, author: AccountId) -> dict[str, Any]:
    return {
        "mention": attached.mentioned_ids(db, post),
        "tag": attached.has_tags(db, post),
        "missing": remote_posts.missing_parent(db, post),
        "boost": waiting_boosts.of_post(db, post),
        "list": fanout._is_in_lists(db, author),
        "bell": notifications.who_wants_every_post(db, author),
    }


def hang(db: Writer, what: str, post: PostId, uri: Uri) -> None:
    if what == "missing":
        remote_posts.miss_parent(db, post, Uri("https://peer.example/1"))
    elif what == "boost":
        waiting_boosts.put(db, Uri("https://peer.example/2"), uri, 0)


@pytest.mark.parametrize("what", ["nothing", "mention", "tag", "missing", "boost", "list", "bell"])
def test_the_look_agrees_with_each_question(api: Api, what: str) -> None:
    ada, bob = api.person("ada"), api.person(ASKED)
    if what in ("list", "bell"):
        api.post(f"/api/v1/accounts/{ada.id}/follow", bob, json={"notify": what == "bell"})
    if what == "list":
        made = api.post("/api/v1/lists", bob, json={"title": "Friends"}).json["id"]
        api.post(f"/api/v1/lists/{made}/accounts", bob, json={"account_ids": [str(ada.id)]})
    text = {"mention": "@bob", "tag": "#garden"}.get(what, "Hello")
    post = api.post("/api/v1/statuses", ada, json={"status": text}).json
    id, here = PostId(int(post["id"])), api.built.ground.here
    with api.built.ground.store.write() as db:
        hang(db, what, id, Uri(post["uri"]))
        asked = answers(db, id, ada.id)
        with db.remembering():
            surveying.of_post(db, PostPublished(id), here)
            assert answers(db, id, ada.id) == asked
    assert [name for name, found in asked.items() if found] == ([] if what == "nothing" else [what])
