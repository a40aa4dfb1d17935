"""What is kept in memory is never shown once it is old."""

import json

import pytest

from martlet.mastodon.serialize import pieces
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.pieces import Pieces
from martlet.mastodon.serialize.statuses import StatusPages
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.services.signing_in import Viewer
from martlet.storage import posts
from martlet.storage.database import Reader, Writer
from tests.client import Api, Person

HOME = "/api/v1/timelines/home"


def publish(api: Api, by: Person, text: str = "Hello") -> str:
    return str(api.post("/api/v1/statuses", by, json={"status": text}).json["id"])


def test_counts_words_and_names_change_at_once(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada)
    assert [one["favourites_count"] for one in api.get(HOME, ada).json] == [0]

    api.post(f"/api/v1/statuses/{id}/favourite", bob)
    api.post(f"/api/v1/statuses/{id}/reblog", bob)
    shown = api.get(HOME, ada).json[0]
    assert (shown["favourites_count"], shown["reblogs_count"]) == (1, 1)

    api.put(f"/api/v1/statuses/{id}", ada, json={"status": "Other words"})
    api.patch("/api/v1/accounts/update_credentials", ada, json={"display_name": "Countess"})
    shown = api.get(HOME, ada).json[0]
    assert (shown["content"], shown["account"]["display_name"]) == ("<p>Other words</p>", "Countess")


def test_a_boost_shows_what_was_boosted_as_it_is_now(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada)
    api.post(f"/api/v1/statuses/{id}/reblog", bob)
    assert api.get(HOME, bob).json[0]["reblog"]["content"] == "<p>Hello</p>"

    api.put(f"/api/v1/statuses/{id}", ada, json={"status": "Other words"})
    api.post(f"/api/v1/statuses/{id}/favourite", bob)
    boost = api.get(HOME, bob).json[0]
    assert boost["reblog"]["content"] == "<p>Other words</p>"
    assert boost["favourites_count"] == boost["reblog"]["favourites_count"] == 1
    assert (boost["favourited"], boost["reblog"]["favourited"]) == (True, True)
    assert boost["account"]["username"] == "bob"
    assert boost["reblog"]["account"]["username"] == "ada"


def test_votes_show_at_once_to_everybody(api: Api) -> None:
    ada, bob, cleo = api.person("ada"), api.person("bob"), api.person("cleo")
    poll = {"options": ["tea", "coffee"], "expires_in": 3600}
    made = api.post("/api/v1/statuses", ada, json={"status": "Which?", "poll": poll}).json

    def shown(to: Person) -> dict[str, object]:
        polled: dict[str, object] = api.get(f"/api/v1/statuses/{made['id']}", to).json["poll"]
        return polled

    before = [shown(one) for one in (ada, bob, cleo)]
    assert [one["votes_count"] for one in before] == [0, 0, 0]
    assert [one["voted"] for one in before] == [True, False, False]
    api.post(f"/api/v1/polls/{made['poll']['id']}/votes", bob, json={"choices": [1]})
    after = [shown(one) for one in (ada, bob, cleo)]
    assert [one["votes_count"] for one in after] == [1, 1, 1]
    assert [one["own_votes"] for one in after] == [[], [1], []]

    changed = {"status": "Which?", "poll": {"options": ["tea", "water"], "expires_in": 3600}}
    api.put(f"/api/v1/statuses/{made['id']}", ada, json=changed)
    assert [shown(one)["votes_count"] for one in (ada, bob, cleo)] == [0, 0, 0]


def test_what_one_is_shown_is_not_what_another_is_shown(api: Api) -> None:
    """Own marks and pins stay one's own, however often the same post is shown."""
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada)
    path = f"/api/v1/statuses/{id}"
    for _ in range(2):
        assert api.get(path, ada).json["pinned"] is False
        assert "pinned" not in api.get(path, bob).json
        assert "favourited" not in api.get(path).json
    api.post(f"{path}/pin", ada)
    api.post(f"{path}/bookmark", bob)
    for _ in range(2):
        assert (api.get(path, ada).json["pinned"], api.get(path, ada).json["bookmarked"]) == (True, False)
        assert api.get(path, bob).json["bookmarked"] is True
        assert "bookmarked" not in api.get(path).json


class TakenBack(Exception):
    """Undoes a transaction."""


CHANGES = (
    "UPDATE account SET display_name = :to, version = version + 1 WHERE id = :account",
    "UPDATE post SET html = :to, version = version + 1, revision = revision + 1 WHERE id = :post",
)


@pytest.mark.parametrize("sql", CHANGES)
def test_what_was_taken_back_was_never_kept(api: Api, sql: str) -> None:
    """Two different things under one version: only the second one happened."""
    ada, ground = api.person("ada"), api.built.ground
    id = PostId(int(publish(api, ada)))
    kept = Pieces(ground.here, AccountBytes(ground.here), lambda _db, _fresh: None)

    def change(db: Writer, to: str) -> None:
        db.run(sql + " AND 0 < :post + :account", to=to, post=id, account=ada.id)

    def piece(db: Reader) -> bytes:
        return kept.of(db, [posts.get_shown(db, id, ada.id)])[id].head

    def change_and_take_back() -> None:
        with ground.store.write() as db:
            change(db, "Never")
            assert piece(db).count(b"Never") == 1
            raise TakenBack

    with ground.store.read() as reader:
        piece(reader)
    with pytest.raises(TakenBack):
        change_and_take_back()
    with ground.store.write() as db:
        change(db, "Countess")
    with ground.store.read() as reader:
        assert piece(reader).count(b"Countess") == 1


def test_memory_is_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "KEPT_BYTES", 5000)
    ada = api.person("ada")
    for number in range(12):
        publish(api, ada, f"Post {number}")
    expected = [f"<p>Post {number}</p>" for number in reversed(range(12))]
    for _ in range(3):
        assert [one["content"] for one in api.get(HOME, ada).json] == expected


def test_a_post_deleted_since_it_was_read_is_left_out(api: Api) -> None:
    ada, ground = api.person("ada"), api.built.ground
    gone, there = PostId(int(publish(api, ada))), PostId(int(publish(api, ada)))
    accounts = AccountBytes(ground.here)
    pages = StatusPages(ground.here, accounts, Pieces(ground.here, accounts, lambda _db, _fresh: None))
    viewer = Viewer(ada.id)
    with ground.store.read() as db:
        found = [posts.get_shown(db, id, ada.id) for id in (gone, there)]
    with ground.store.write() as db:
        db.run("DELETE FROM post WHERE id = :id", id=gone)
    with ground.store.read() as db:
        assert [one["id"] for one in json.loads(pages.page(db, found, viewer))] == [str(there)]
        with pytest.raises(NotFound):
            pages.one(db, found[0], viewer)
