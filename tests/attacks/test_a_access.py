"""Groups A and H of the attacks: access that ends, people who are not let in yet, ranks that nobody gave."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from martlet.mastodon.door import MastodonDoor
from martlet.mastodon.routing import Operation
from martlet.model.scopes import KNOWN
from martlet.services import leaving, moderating, revoking, tending
from martlet.storage import users
from martlet.storage.database import Writer
from martlet.web.door import WebDoor
from tests.browser import OWN, Browser, forms
from tests.client import PASSWORD, Api, Person
from tests.mastodon.acts import POSTS, publish
from tests.mastodon.test_push import keys, mention, subscription
from tests.receiving import Receiver

End = Callable[[Writer, Api, Person], object]


# -- A3 ------------------------------------------------------------------


def _suspended(db: Writer, api: Api, who: Person) -> None:
    moderating.suspend(db, who.id, api.built.ground.here)


def _frozen(db: Writer, api: Api, who: Person) -> None:
    moderating.freeze(db, who.id, api.built.ground.here)


def _left(db: Writer, api: Api, who: Person) -> None:
    leaving.delete_account(db, who.id, api.built.ground.here)


def _given_a_new_password(db: Writer, api: Api, who: Person) -> None:
    """As an operator does it on the command line."""
    del api
    tending.set_password(db, who.username, "another hash", drops_second_step=False)


def _app_ended(db: Writer, api: Api, who: Person) -> None:
    del api
    user = users.find(db, who.id)
    assert user is not None
    revoking.app(db, user.id, db.value("SELECT app_id FROM token WHERE account_id = :id", id=who.id))


@pytest.mark.parametrize("end", [_suspended, _frozen, _left, _given_a_new_password, _app_ended])
def test_a3_nothing_is_pushed_after_the_end(calling_api: Api, end: End) -> None:
    """The app is told once, then its access ends: between what happens and what is sent, and for good."""
    api, endpoint = calling_api, Receiver(201)
    ada, bob = api.person("ada"), api.person("bob")
    with endpoint.listening() as address:
        _, public = keys()
        asked = subscription(public, address)
        assert api.post("/api/v1/push/subscription", ada, json=asked).status == 200
        mention(api, bob, "ada")
        assert len(endpoint.received) == 1
        publish(api, bob, "@ada on its way")
        with api.built.ground.store.write() as db:
            end(db, api, ada)
        mention(api, bob, "ada")
    assert len(endpoint.received) == 1
    with api.built.ground.store.read() as found:
        assert found.value("SELECT count(*) FROM push_subscription") == 0


# -- A16, A18 ------------------------------------------------------------


def operations(api: Api) -> Iterator[tuple[Operation, str]]:
    for door in api.built.application.doors:
        if isinstance(door, MastodonDoor):
            yield from ((one, re.sub(r"{\w+}", "1", one.path)) for one in door.operations)


def test_a16_who_is_not_let_in_yet_sees_no_more_than_anybody(api: Api) -> None:
    """Methods that answer everybody answer them as they answer nobody, or not at all."""
    ada = api.person("ada")
    waiting = {
        name: api.person(name, " ".join(KNOWN))
        for name in ("unconfirmed", "unapproved", "frozen", "suspended")
    }
    private = publish(api, ada, "@unconfirmed @unapproved @frozen @suspended xyzzy", visibility="direct")
    api.work()
    with api.built.ground.store.write() as db:
        users.update(db, waiting["unconfirmed"].id, confirmed_at=None)
        users.update(db, waiting["unapproved"].id, approved_at=None)
        users.update(db, waiting["frozen"].id, disabled_at=1)
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=waiting["suspended"].id)
    for operation, filled in operations(api):
        if operation.access == "user" or operation.method != "GET" or "/emails/" in operation.path:
            continue
        path = filled.replace("/1", f"/{private['id']}") if "{id}" in operation.path else filled
        for query in ("", f"id[]={private['id']}", "q=xyzzy"):
            anybody = api.get(f"{path}?{query}")
            for name, who in waiting.items():
                reply = api.get(f"{path}?{query}", who)
                assert b"xyzzy" not in reply.body, (path, name)
                if reply.status not in (401, 403):
                    assert (reply.status, reply.body) == (anybody.status, anybody.body), (path, name)


def test_a18_no_token_is_taken_from_an_address_or_a_body(api: Api) -> None:
    """Addresses stand in logs, histories and referrers."""
    ada = api.person("ada")
    for name in ("access_token", "bearer_token", "token", "authorization"):
        assert api.get(f"/api/v1/timelines/home?{name}={ada.token}").status == 401
        for body in ({"json": {name: ada.token, "status": "x"}}, {"form": {name: ada.token, "status": "x"}}):
            assert api.post(POSTS, None, **body).status == 401
    assert api.get("/api/v1/timelines/home", headers={"cookie": f"access_token={ada.token}"}).status == 401


# -- H3 ------------------------------------------------------------------

RANKS: dict[str, Any] = {
    "role": "owner",
    "roles": ["owner"],
    "role_id": "3",
    "admin": True,
    "is_admin": True,
    "moderator": True,
    "approved": True,
    "confirmed": True,
    "user": {"role": "owner", "role_id": 3, "admin": True},
    "source": {"role": "owner"},
    "permissions": "1048575",
    "highlighted": True,
}
"""What a request may claim that somebody is."""


def ranks(api: Api) -> list[tuple[str, str]]:
    with api.built.ground.store.read() as db:
        return [
            (str(name), str(role))
            for name, role in db.rows(
                "SELECT username, role FROM users JOIN account ON account.id = users.account_id ORDER BY username"
            )
        ]


def test_h3_no_method_gives_a_rank(api: Api) -> None:
    """Nobody becomes more than they are by saying so, whatever scopes their app was given."""
    api.person("owner", role="owner")
    ada = api.person("ada", " ".join(KNOWN))
    mo = api.person("mo", " ".join(KNOWN), role="moderator")
    before = ranks(api)
    for operation, path in operations(api):
        if operation.method == "GET" or operation.body_limit is None:
            continue
        for who in (ada, mo):
            for method in (operation.method, *operation.aliases):
                assert api.call(method, path, who, json=RANKS).status < 500, path
    assert ranks(api) == before


def test_h3_no_form_gives_a_rank(api: Api) -> None:
    api.person("owner", role="owner")
    ada = api.person("ada")
    browser = Browser(api)
    browser.sign_in(ada)
    before = ranks(api)
    claims = {name: str(value) for name, value in RANKS.items()} | {"current_password": PASSWORD}
    door = next(one for one in api.built.application.doors if isinstance(one, WebDoor))
    for method, path in door.routes.paths:
        if method != "POST" or "delete" in path or "sign_out" in path:
            continue
        page = browser.get("/settings/password")
        csrf = forms(page)[0].fields["csrf"]
        reply = browser.post(re.sub(r"{\w+}", "1", path), claims | {"csrf": csrf}, OWN)
        assert reply.status < 500, path
    assert ranks(api) == before
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM server_value WHERE name = 'name'") == 0
