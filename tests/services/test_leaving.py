"""Deleting an account: hidden at once, gone for good later, taken back in between."""

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from martlet.model.errors import InvalidInput
from martlet.services import leaving
from martlet.storage import accounts, departures
from tests.client import Api, Person


def leave(api: Api, who: Person) -> None:
    with api.built.ground.store.write() as db:
        leaving.delete_account(db, who.id, api.built.ground.here)


def later(api: Api, **time: float) -> None:
    here = api.built.ground.here
    moment = here.now() + timedelta(**time)
    object.__setattr__(here, "clock", lambda: moment)


def full_life(api: Api, ada: Person, bob: Person) -> Any:
    """Whatever one can leave behind; returns bob's post, which ada likes, boosts and answers."""
    held = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(held, "PNG")
    files = {"avatar": ("a.png", held.getvalue(), "image/png")}
    assert (
        api.patch("/api/v1/accounts/update_credentials", ada, files=files, form={"note": "secretword"}).status
        == 200
    )
    upload = api.post("/api/v2/media", ada, files={"file": ("a.png", held.getvalue(), "image/png")}).json[
        "id"
    ]
    api.post("/api/v2/media", ada, files={"file": ("b.png", held.getvalue(), "image/png")})
    theirs = api.post("/api/v1/statuses", bob, form={"status": "hello"}).json["id"]
    for one, other in ((ada, bob), (bob, ada)):
        for what in ("follow", "note?comment=secretword"):
            assert api.post(f"/api/v1/accounts/{other.id}/{what}", one).status == 200
    for what in ("favourite", "reblog", "bookmark"):
        assert api.post(f"/api/v1/statuses/{theirs}/{what}", ada).status == 200
    form = {"status": "secretword @bob", "in_reply_to_id": theirs, "media_ids[]": upload}
    own = api.post("/api/v1/statuses", ada, form=form)
    assert own.status == 200, own.body
    assert api.post(f"/api/v1/statuses/{own.json['id']}/favourite", bob).status == 200
    assert api.post("/api/v1/lists", ada, form={"title": "Friends"}).status == 200
    eve = api.person("eve")
    for what in ("block", "mute"):
        assert api.post(f"/api/v1/accounts/{eve.id}/{what}", ada).status == 200
        assert api.post(f"/api/v1/accounts/{ada.id}/{what}", eve).status == 200
    assert api.post("/api/v1/reports", eve, json={"account_id": str(ada.id)}).status == 200
    api.work()
    return theirs


def test_a_deleted_account_is_hidden_at_once_and_gone_in_the_end(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    theirs = full_life(api, ada, bob)
    own = api.get(f"/api/v1/accounts/{ada.id}/statuses", query={"exclude_reblogs": "true"}).json[0]["id"]

    leave(api, ada)
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 401
    assert api.get(f"/api/v1/statuses/{own}", bob).status == 404
    assert b"secretword" not in api.get("/api/v1/timelines/home", bob).body
    assert api.get(f"/api/v1/accounts/{ada.id}").json["suspended"] is True
    assert api.get(f"/api/v1/accounts/{bob.id}/followers", bob).json == []
    api.work()
    assert api.get("/api/v1/accounts/search", bob, query={"q": "ada"}).json == []

    later(api, days=29)
    api.work()
    assert api.get(f"/api/v1/accounts/{ada.id}").status == 200
    later(api, days=2)
    api.work()
    assert api.get(f"/api/v1/accounts/{ada.id}").status == 404
    left = api.get(f"/api/v1/statuses/{theirs}", bob).json
    assert (left["favourites_count"], left["reblogs_count"], left["replies_count"]) == (0, 0, 0)
    shown = api.get(f"/api/v1/accounts/{bob.id}").json
    assert (shown["followers_count"], shown["following_count"]) == (0, 0)
    assert not list(api.built.ground.media.keys())
    _nothing_is_left(api, ada)


def _nothing_is_left(api: Api, who: Person) -> None:
    with api.built.ground.store.read() as db:
        for table, column in (*departures.OWNED, *departures.ONE_BY_ONE):
            count = db.value(f"SELECT count(*) FROM {table} WHERE {column} = :id", id=who.id)
            assert count == 0, f"{table}.{column}"
        account = accounts.get(db, who.id)
        assert account.username == "ada"
        assert (account.posts_count, account.followers_count, account.following_count) == (0, 0, 0)
        assert "secretword" not in repr(account)
    with pytest.raises(InvalidInput):
        api.person("ada")


def test_every_table_that_names_an_account_is_thought_of(api: Api) -> None:
    """A table added later has to say what becomes of it."""
    known = {*departures.OWNED, *departures.KEPT, *departures.ONE_BY_ONE}
    with api.built.ground.store.read() as db:
        if db.dialect == "sqlite":
            rows = db.rows(
                """
                SELECT tables.name, foreign_key."from"
                  FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS foreign_key
                 WHERE tables.type = 'table' AND foreign_key."table" = 'account'
                """
            )
        else:
            rows = db.rows(
                """
                SELECT referring.relname, attribute.attname
                  FROM pg_constraint AS one
                  JOIN pg_class AS referring ON referring.oid = one.conrelid
                  JOIN pg_class AS referred ON referred.oid = one.confrelid AND referred.relname = 'account'
                  JOIN pg_attribute AS attribute ON attribute.attrelid = one.conrelid AND attribute.attnum = one.conkey[1]
                 WHERE one.contype = 'f'
                """
            )
    assert {(row[0], row[1]) for row in rows} == known


def test_who_changes_their_mind_has_everything_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    assert api.post(f"/api/v1/accounts/{ada.id}/follow", bob).status == 200
    post = api.post("/api/v1/statuses", ada, form={"status": "hello"}).json["id"]
    leave(api, ada)
    later(api, days=10)
    with api.built.ground.store.write() as db:
        assert leaving.take_back(db, ada.id) is True
        assert leaving.take_back(db, ada.id) is False
    assert api.get(f"/api/v1/statuses/{post}", bob).status == 200
    assert [one["username"] for one in api.get(f"/api/v1/accounts/{bob.id}/following", bob).json] == ["ada"]

    leave(api, ada)  # anew: the first day no longer counts
    later(api, days=21)
    api.work()
    assert api.get(f"/api/v1/accounts/{ada.id}").status == 200
    later(api, days=10)
    api.work()
    assert api.get(f"/api/v1/accounts/{ada.id}").status == 404
    with api.built.ground.store.write() as db:
        assert leaving.take_back(db, ada.id) is False
