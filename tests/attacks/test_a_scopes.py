"""Group A of the attacks: tokens that reach further than they were given."""

import re
from collections.abc import Iterator

from martlet.mastodon.door import MastodonDoor
from martlet.mastodon.routing import Operation
from martlet.model.roles import ALL, OPERATOR, Permission
from martlet.model.scopes import KNOWN, covers
from martlet.services import appointing
from martlet.services.appointing import RoleWish
from martlet.storage import users
from tests.client import Api

OPEN = (
    "/api/v1/apps", "/api/v1/custom_emojis", "/api/v1/instance", "/api/v2/instance", "/oauth/", "/.well-known/", "/nodeinfo/",
    "/api/v1/trends", "/api/v1/emails", "/api/v1/streaming", "/api/oembed", "/api/v1/peers/search", "/api/v1/directory",
    "/api/v1/announcements", "/api/v1/accounts/1/email_subscriptions",
)  # fmt: skip
"""Methods that ask for no scope, because they show what everybody may see or belong to signing in itself."""


def operations(api: Api) -> Iterator[tuple[Operation, str, str]]:
    """Each with its method and a path that fits it."""
    for door in api.built.application.doors:
        if isinstance(door, MastodonDoor):
            for operation in door.operations:
                path = re.sub(r"{\w+}", "1", operation.path)
                for method in (operation.method, *operation.aliases):
                    yield operation, method, path


def test_a1_every_method_says_who_may_call_it(api: Api) -> None:
    """A1"""
    for operation, _, path in operations(api):
        assert operation.scope is not None or path.startswith(OPEN), f"{operation.path} asks for no scope"
        if operation.scope is not None:
            assert operation.scope in KNOWN, operation.path


def test_a1_every_method_of_the_admin_api_asks_for_a_permission(api: Api) -> None:
    """A1"""
    mo = api.person("mo", " ".join(KNOWN))
    lesser = RoleWish(permissions=0)
    with api.built.ground.store.write() as db:
        appointing.create(db, OPERATOR, "none", lesser, api.built.ground.here)
        appointing.assign(db, OPERATOR, mo.id, "none", api.built.ground.here)
    for operation, method, path in operations(api):
        is_for_staff = operation.path.startswith(("/api/v1/admin/", "/api/v2/admin/"))
        assert (operation.permission is not None) == is_for_staff, operation.path
        if is_for_staff:
            assert operation.scope is not None
            assert operation.scope.startswith("admin:"), operation.path
            with api.built.ground.store.write() as db:
                appointing.change(db, OPERATOR, "none", lesser, api.built.ground.here)
            assert api.call(method, path, mo).status == 403, f"{method} {path}"
            with api.built.ground.store.write() as db:
                assert operation.permission is not None
                others = int(ALL & ~operation.permission & ~Permission.ADMINISTRATOR)
                appointing.change(db, OPERATOR, "none", RoleWish(permissions=others), api.built.ground.here)
            assert api.call(method, path, mo).status == 403, (
                f"{method} {path} with all permissions but its own"
            )


def test_a1_a_token_that_lacks_the_scope_reaches_nothing(api: Api) -> None:
    """A1"""
    ada = api.person("ada")
    tokens: dict[str, str] = {}
    for operation, method, path in operations(api):
        scope = operation.scope
        if scope is None:
            continue
        if scope not in tokens:
            tokens[scope] = api.token(
                ada.id, " ".join(one for one in KNOWN if not covers(frozenset({one}), scope))
            )
        reply = api.call(method, path, tokens[scope])
        assert reply.status == 403, f"{method} {path} with everything but {scope}: {reply.status}"
        assert reply.json["error"] == "This action is outside the authorized scopes"


def test_a1_without_a_token_or_a_person_nothing_is_done(api: Api) -> None:
    """A1"""
    app = api.app_token(" ".join(KNOWN))
    for operation, method, path in operations(api):
        if operation.access == "user":
            assert api.call(method, path).status == 401, f"{method} {path}"
            assert api.call(method, path, "nonsense").status == 401, f"{method} {path}"
            assert api.call(method, path, app).status == 422, f"{method} {path}"


def test_a16_who_is_not_let_in_yet_is_nobody(api: Api) -> None:
    """A16"""
    scopes = " ".join(KNOWN)
    waiting = {name: api.person(name, scopes) for name in ("unconfirmed", "unapproved", "frozen")}
    with api.built.ground.store.write() as db:
        users.update(db, waiting["unconfirmed"].id, confirmed_at=None)
        users.update(db, waiting["unapproved"].id, approved_at=None)
        users.update(db, waiting["frozen"].id, disabled_at=1)
    for operation, method, path in operations(api):
        if operation.access == "user":
            for name, who in waiting.items():
                assert api.call(method, path, who).status == 403, f"{method} {path} by somebody {name}"
