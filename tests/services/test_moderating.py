"""Suspending, limiting, freezing."""

from martlet.services import moderating, revoking
from martlet.storage import sessions, users
from martlet.storage.database import Store
from martlet.storage.sessions import Session
from tests.client import Api, Person


def store_of(api: Api) -> Store:
    return api.built.ground.store


def sign_in(api: Api, who: Person, id: int) -> None:
    with store_of(api).write() as db:
        user = users.find(db, who.id)
        assert user is not None
        sessions.insert(db, Session(id, bytes([id]), user.id, "", "", 0, 0))


def sessions_left(api: Api) -> int:
    with store_of(api).read() as db:
        return int(db.value("SELECT count(*) FROM session"))


def test_access_ends_with_its_reason(api: Api) -> None:
    """A3"""
    here = api.built.ground.here
    for what in ("suspend", "freeze"):
        who, other = api.person(f"{what}ed"), api.person(f"{what}_other")
        second = api.token(who.id, "read")
        sign_in(api, who, 1)
        with store_of(api).write() as db:
            getattr(moderating, what)(db, who.id, here)
        for token in (who, second):
            assert api.get("/api/v1/accounts/verify_credentials", token).status == 401
        assert sessions_left(api) == 0
        assert api.get("/api/v1/accounts/verify_credentials", other).status == 200


def test_a_suspended_account_is_gone_until_it_is_not(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = api.post("/api/v1/statuses", ada, form={"status": "hello"}).json["id"]
    with store_of(api).write() as db:
        moderating.suspend(db, ada.id, api.built.ground.here)
    assert api.get(f"/api/v1/statuses/{post}", bob).status == 404
    assert api.get(f"/api/v1/accounts/{ada.id}").json["suspended"] is True
    api.work()
    assert api.get("/api/v1/accounts/search", bob, query={"q": "ada"}).json == []
    with store_of(api).write() as db:
        moderating.unsuspend(db, ada.id)
    assert api.get(f"/api/v1/statuses/{post}", bob).status == 200
    assert "suspended" not in api.get(f"/api/v1/accounts/{ada.id}").json
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 401


def test_a_limited_account_stays_out_of_sight(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = api.post("/api/v1/statuses", ada, form={"status": "hello"}).json["id"]
    with store_of(api).write() as db:
        moderating.limit(db, ada.id, api.built.ground.here)
    assert api.get("/api/v1/timelines/public", bob).json == []
    assert api.get(f"/api/v1/statuses/{post}", bob).json["account"]["limited"] is True
    with store_of(api).write() as db:
        moderating.unlimit(db, ada.id)
    assert len(api.get("/api/v1/timelines/public", bob).json) == 1


def test_a_new_password_leaves_the_session_in_which_it_was_chosen(api: Api) -> None:
    ada = api.person("ada")
    for id in (1, 2):
        sign_in(api, ada, id)
    with store_of(api).write() as db:
        user = users.find(db, ada.id)
        assert user is not None
        revoking.access(db, user.id, but_session=2)
    assert sessions_left(api) == 1
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 401
