"""Roles: who may make, change and give away which, and upon whom a role lets one act."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import Conflict, InvalidInput, MartletError, NotAllowed, NotFound
from martlet.model.names import AccountId
from martlet.model.roles import ALL, FIRST, OPERATOR, Actor, Permission, Role
from martlet.services import appointing, permitting
from martlet.services.appointing import RoleWish
from martlet.storage import roles
from martlet.storage.database import Store, Writer
from tests.client import Api
from tests.make import Make

REFUSED = {
    "a name for a key": ("News Desk", RoleWish(), InvalidInput),
    "one that is there": ("moderator", RoleWish(), Conflict),
    "another administrator": ("boss", RoleWish(permissions=1), InvalidInput),
    "a bit that is none": ("boss", RoleWish(permissions=1 << 30), InvalidInput),
    "beside the owner": ("boss", RoleWish(position=1000), InvalidInput),
    "below everybody": ("boss", RoleWish(position=0), InvalidInput),
    "a colour that is a style": ("boss", RoleWish(color="red;x"), InvalidInput),
    "no name": ("boss", RoleWish(name=" "), InvalidInput),
    "too many collections": ("boss", RoleWish(collection_limit=5000), InvalidInput),
}


@contextmanager
def refused(kind: type[MartletError]) -> Iterator[None]:
    with pytest.raises(kind):
        yield


def test_roles_are_shown(api: Api) -> None:
    ada = api.person("ada")
    here, store = api.built.ground.here, api.built.ground.store
    assert api.get(f"/api/v1/accounts/{ada.id}").json["roles"] == []
    post = api.post("/api/v1/statuses", ada, form={"status": "hello"}).json

    def shown() -> list[tuple[str, str]]:
        found = api.get(f"/api/v1/statuses/{post['id']}").json["account"]["roles"]
        return [(one["name"], one["color"]) for one in found]

    with store.write() as db:
        appointing.create(db, OPERATOR, "artist", RoleWish(name="Artist", is_highlighted=True), here)
        appointing.assign(db, OPERATOR, ada.id, "artist", here)
    assert shown() == [("Artist", "")]
    with store.write() as db:
        appointing.change(db, OPERATOR, "artist", RoleWish(color="#aabbcc", permissions=0x18), here)
    assert shown() == [("Artist", "#aabbcc")]
    own = api.get("/api/v1/accounts/verify_credentials", ada).json["role"]
    assert (own["permissions"], own["highlighted"], own["collection_limit"]) == ("24", True, 10)
    with store.write() as db:
        appointing.change(db, OPERATOR, "artist", RoleWish(is_highlighted=False), here)
    assert shown() == []
    with store.write() as db:
        appointing.delete(db, OPERATOR, "artist", here)
    assert api.get("/api/v1/accounts/verify_credentials", ada).json["role"]["id"] == "-99"


def test_what_is_no_role_is_refused(store: Store, make: Make) -> None:
    for key, wish, error in REFUSED.values():
        with store.write() as db, refused(error):
            appointing.create(db, OPERATOR, key, wish, make.here)
    ada = make.account("ada")
    with store.write() as db:
        for change in (RoleWish(permissions=2), RoleWish(position=5)):
            with refused(InvalidInput):
                appointing.change(db, OPERATOR, "owner", change, make.here)
        for change in (RoleWish(permissions=0x400), RoleWish(position=5), RoleWish(name="All")):
            with refused(InvalidInput):
                appointing.change(db, OPERATOR, "user", change, make.here)
        with refused(InvalidInput):
            appointing.delete(db, OPERATOR, "moderator", make.here)
        with refused(InvalidInput):
            appointing.assign(db, OPERATOR, ada, "king", make.here)
        with refused(NotFound):
            appointing.assign(db, OPERATOR, AccountId(5), "admin", make.here)
        assert set(roles.every(db)) == set(FIRST)
        assert roles.of_account(db, ada) == FIRST["user"]


def test_a1_h3_nobody_raises_themselves_or_others_above_what_they_are(store: Store, make: Make) -> None:
    """A1"""
    people = {name: make.account(name) for name in ("owner_", "admin_", "mo", "other", "ada")}
    with store.write() as db:
        for name, key in (("owner_", "owner"), ("admin_", "admin"), ("mo", "moderator"), ("other", "admin")):
            appointing.assign(db, OPERATOR, people[name], key, make.here)
        admin, mo = permitting.actor_of(db, people["admin_"]), permitting.actor_of(db, people["mo"])
        for who, key in (
            ("ada", "owner"),
            ("ada", "admin"),
            ("admin_", "user"),
            ("other", "user"),
            ("owner_", "user"),
        ):
            with refused(NotAllowed):
                appointing.assign(db, admin, people[who], key, make.here)
        with refused(NotAllowed):
            appointing.assign(db, mo, people["ada"], "moderator", make.here)
        appointing.assign(db, admin, people["ada"], "moderator", make.here)
        for key, wish in (
            ("admin", RoleWish(position=200)),
            ("moderator", RoleWish(position=150)),
            ("owner", RoleWish(name="x")),
            ("moderator", RoleWish(permissions=int(Permission.VIEW_DEVOPS))),
        ):
            with refused(NotAllowed):
                appointing.change(db, admin, key, wish, make.here)
        with refused(NotAllowed):
            appointing.create(db, admin, "double", RoleWish(position=100), make.here)
        appointing.create(
            db, admin, "helper", RoleWish(position=99, permissions=int(Permission.MANAGE_USERS)), make.here
        )
        assert [name for name, id in people.items() if _may_act(db, admin, id)] == ["mo", "ada"]
        assert [name for name, id in people.items() if _may_act(db, mo, id)] == []


def _may_act(db: Writer, actor: Actor, account: AccountId) -> bool:
    try:
        permitting.check_outranks(db, actor, account)
    except NotAllowed:
        return False
    return True


some_roles = st.builds(
    Role,
    key=st.sampled_from("abc"),
    id=st.just(1),
    name=st.just("A"),
    color=st.just(""),
    position=st.integers(0, 1000),
    permissions=st.integers(0, int(ALL)),
    is_highlighted=st.just(0),
)


@given(mine=some_roles, other=some_roles)
def test_a_role_gives_away_less_than_it_has(mine: Role, other: Role) -> None:
    assert not (mine.outranks(other) and other.outranks(mine))
    assert not mine.outranks(mine)
    if mine.may_give(other):
        assert mine.position > other.position
        assert other.granted & ~mine.granted == 0
        assert not other.may_give(mine)


@given(role=some_roles, asked=st.integers(1, int(ALL)).map(lambda bits: Permission(bits & int(ALL))))
def test_a_role_allows_what_each_bit_says(role: Role, asked: Permission) -> None:
    is_everything = bool(role.permissions & 1)
    assert role.may(asked) == (is_everything or all(role.permissions & bit for bit in asked))


def test_only_those_are_told_who_may_do_something_about_it(store: Store, make: Make) -> None:
    badge, mo, boss = (make.account(name) for name in ("badge", "mo", "boss"))
    with store.write() as db:
        appointing.create(db, OPERATOR, "artist", RoleWish(is_highlighted=True), make.here)
        for account, key in ((badge, "artist"), (mo, "moderator"), (boss, "owner")):
            appointing.assign(db, OPERATOR, account, key, make.here)
        assert roles.holders(db, Permission.MANAGE_REPORTS) == [mo, boss]
        assert roles.holders(db, Permission.MANAGE_FEDERATION) == [boss]
        appointing.change(
            db, OPERATOR, "artist", RoleWish(permissions=int(Permission.MANAGE_FEDERATION)), make.here
        )
        assert roles.holders(db, Permission.MANAGE_FEDERATION) == [badge, boss]
