"""People and what is done against accounts, from an app."""

from datetime import UTC, datetime

import pytest
from time_machine import TimeMachineFixture

from martlet.model.roles import OPERATOR, Permission
from martlet.model.sanctions import GRACE_DAYS
from martlet.services import appointing
from martlet.services.appointing import RoleWish
from martlet.storage import logins, sessions, users
from martlet.storage.sessions import Session
from tests.client import Api, Person
from tests.mastodon.acts import look, publish
from tests.mastodon.moderating import ADMIN, SCOPES, act, log, report, seen, staff, undo, warnings


@pytest.fixture
def mo(api: Api) -> Person:
    return staff(api, "mo")


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def listed(api: Api, by: Person, path: str = "/api/v1/admin/accounts", **query: object) -> list[str]:
    reply = api.get(path, by, query=query)
    assert reply.status == 200, reply.body
    return [one["username"] for one in reply.json]


def test_what_is_known_of_somebody(api: Api, mo: Person, ada: Person) -> None:
    store = api.built.ground.store
    with store.write() as db:
        user = users.find(db, ada.id)
        assert user is not None
        for id, address, seen_at in (
            (1, "203.0.113.1", 1000),
            (2, "203.0.113.2", 5000),
            (3, "203.0.113.1", 3000),
        ):
            sessions.insert(db, Session(id, bytes([id]), user.id, address, "", 0, seen_at))
    shown = seen(api, mo, ada)
    assert (shown["username"], shown["domain"], shown["email"]) == ("ada", None, "ada@mail.example")
    assert shown["ip"] == "203.0.113.2"
    assert [one["ip"] for one in shown["ips"]] == ["203.0.113.2", "203.0.113.1"]
    assert shown["role"]["id"] == "-99"
    assert (shown["confirmed"], shown["approved"], shown["disabled"], shown["sensitized"]) == (
        True,
        True,
        False,
        False,
    )
    assert seen(api, mo, mo)["role"]["name"] == "Moderator"
    assert api.get(f"{ADMIN}/accounts/5", mo).status == 404
    assert api.get(f"{ADMIN}/accounts/0", mo).status == 404
    assert listed(api, mo, ip="203.0.113.1") == ["ada"]


def test_lists_and_their_filters(api: Api, mo: Person, ada: Person) -> None:
    bob, _cleo = api.person("bob"), api.person("cleo", role="owner")
    store, here = api.built.ground.store, api.built.ground.here
    with store.write() as db:
        appointing.create(db, OPERATOR, "artist", RoleWish(name="Artist"), here)
        appointing.assign(db, OPERATOR, bob.id, "artist", here)
        db.run(
            """
            INSERT INTO account (id, username, username_folded, host, uri, url, created_at, display_name)
            VALUES (77, 'Eve', 'eve', 'peer.example', 'https://peer.example/eve', '', 5, 'Eve Snow')
            """
        )
        artist = str(db.value("SELECT id FROM role WHERE key = 'artist'"))
        login = logins.find_of_account(db, ada.id)
        assert login is not None
        logins.update(db, login.user, approved_at=None)
    act(api, mo, bob, "silence")
    v1, v2 = "/api/v1/admin/accounts", "/api/v2/admin/accounts"
    everybody = ["cleo", "bob", "ada", "mo", "Eve"]
    for path, query, wanted in (
        (v1, {}, everybody),
        (v1, {"local": True}, everybody[:4]),
        (v2, {"origin": "remote"}, ["Eve"]),
        (v1, {"remote": True}, ["Eve"]),
        (v1, {"pending": True}, ["ada"]),
        (v2, {"status": "pending"}, ["ada"]),
        (v2, {"status": "silenced"}, ["bob"]),
        (v1, {"silenced": True, "pending": True}, []),
        (v2, {"status": "suspended"}, []),
        (v2, {"status": "active", "limit": 2}, ["cleo", "bob"]),
        (v1, {"staff": True}, ["cleo", "mo"]),
        (v2, {"permissions": "staff"}, ["cleo", "mo"]),
        (v2, {"role_ids[]": "1"}, ["mo"]),
        (v2, {"role_ids[]": artist}, ["bob"]),
        (v2, {"role_ids[]": artist, "permissions": "staff"}, []),
        (v1, {"username": "BO"}, ["bob"]),
        (v1, {"username": "b%"}, []),
        (v1, {"display_name": "eve s"}, ["Eve"]),
        (v1, {"by_domain": "Peer.example"}, ["Eve"]),
        (v1, {"email": "ada@"}, ["ada"]),
        (v2, {"invited_by": str(mo.id)}, []),
        (v2, {"invited_by": "x"}, []),
        (v1, {"ip": "not an address"}, []),
    ):
        assert listed(api, mo, path, **query) == wanted, (path, query)
    first = api.get(v2, mo, query={"limit": 2})
    assert [one["username"] for one in api.get(first.links["next"], mo).json] == ["ada", "mo"]
    assert api.get(v2, mo, query={"status": "odd"}).status == 422


def test_those_who_wait_are_let_in_or_not(api: Api, mo: Person, ada: Person) -> None:
    bob = api.person("bob")
    store = api.built.ground.store
    with store.write() as db:
        db.run("UPDATE users SET approved_at = NULL WHERE account_id IN (:a, :b)", a=ada.id, b=bob.id)
    assert api.post(f"{ADMIN}/accounts/{ada.id}/approve", mo).json["approved"] is True
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 200
    assert api.post(f"{ADMIN}/accounts/{ada.id}/approve", mo).status == 403
    assert api.post(f"{ADMIN}/accounts/{ada.id}/reject", mo).status == 403
    assert api.post(f"{ADMIN}/accounts/{bob.id}/reject", mo).json["username"] == "bob"
    assert api.get(f"{ADMIN}/accounts/{bob.id}", mo).status == 404
    assert api.person("bob").id != bob.id, "the name is free again"
    assert [(one["action"], one["target_name"], one["undoable"]) for one in log(api, mo)] == [
        ("account.reject", "@bob", False),
        ("account.approve", "@ada", False),
    ]


@pytest.mark.parametrize(
    ("type", "flag", "lift"),
    [
        ("silence", "silenced", "unsilence"),
        ("suspend", "suspended", "unsuspend"),
        ("disable", "disabled", "enable"),
        ("sensitive", "sensitized", "unsensitive"),
    ],
)
def test_each_measure_is_told_written_down_and_lifted(
    api: Api, mo: Person, ada: Person, type: str, flag: str, lift: str
) -> None:
    done = act(api, mo, ada, type, text="Be kind")
    assert (done.status, done.json) == (200, {})
    assert seen(api, mo, ada)[flag] is True
    [entry] = log(api, mo)
    name = {"silence": "is_limited", "suspend": "is_suspended", "disable": "is_frozen"}.get(
        type, "is_sensitized"
    )
    assert (entry["before"], entry["after"]) == ({name: False}, {name: True})
    assert (entry["account"]["username"], entry["target_name"], entry["undoable"]) == ("mo", "@ada", True)
    lifted = api.post(f"{ADMIN}/accounts/{ada.id}/{lift}", mo)
    assert lifted.json[flag] is False
    assert api.post(f"{ADMIN}/accounts/{ada.id}/{lift}", mo).status == 200, "once more changes nothing"
    assert [one["after"] for one in log(api, mo)] == [{name: False}, {name: True}]
    api.work()
    again = Person(ada.id, "ada", api.token(ada.id, SCOPES))
    [told] = warnings(api, again)
    assert (told["action"], told["text"], told["status_ids"], told["appeal"]) == (type, "Be kind", None, None)
    assert told["target_account"]["username"] == "ada"


def test_a_warning_is_only_words(api: Api, mo: Person, ada: Person) -> None:
    before = seen(api, mo, ada)
    assert act(api, mo, ada, "none", text="Be kind").status == 200
    assert act(api, mo, ada, "none", text="Unseen", send_email_notification=False).status == 200
    assert seen(api, mo, ada) == before
    api.work()
    assert [(one["action"], one["text"]) for one in warnings(api, ada)] == [("none", "Be kind")]


def test_a_warning_begins_with_a_kept_text(api: Api, mo: Person, ada: Person) -> None:
    with api.built.ground.store.write() as db:
        db.run("INSERT INTO warning_preset (id, title, text) VALUES (7, 'Spam', 'No spam here.')")
    assert api.get(f"{ADMIN}/warning_presets", mo).json == [
        {"id": "7", "title": "Spam", "text": "No spam here."}
    ]
    assert act(api, mo, ada, "none", warning_preset_id="7", text="Really.").status == 200
    assert act(api, mo, ada, "none", warning_preset_id="8").status == 404
    api.work()
    assert [one["text"] for one in warnings(api, ada)] == ["No spam here.\n\nReally."]


def test_what_cannot_be_done(api: Api, mo: Person, ada: Person) -> None:
    bob = api.person("bob")
    private = publish(api, ada, "secret", visibility="private")
    filed = report(api, bob, api.person("somebody"), comment="x")
    for form, status in (
        ({"type": None}, 422),
        ({"type": "explode"}, 422),
        ({"type": "none", "report_id": filed}, 404),
        ({"type": "none", "report_id": "x"}, 404),
        ({"type": "none", "text": "x" * 6000}, 422),
        ({"type": "delete_statuses"}, 422),
        ({"type": "delete_statuses", "status_ids": [private["id"]]}, 404),
        ({"type": "mark_statuses_as_sensitive", "status_ids": [private["id"]]}, 404),
        ({"type": "mark_statuses_as_sensitive", "status_ids": ["1"]}, 404),
        ({"type": "mark_statuses_as_sensitive", "status_ids": [str(n) for n in range(1, 200)]}, 422),
    ):
        reply = api.post(f"{ADMIN}/accounts/{ada.id}/action", mo, json=form)
        assert reply.status == status, (form, reply.body)
    assert act(api, mo, "5", "none").status == 404
    assert act(api, mo, "0", "suspend").status == 404
    assert log(api, mo) == []
    assert look(api, private, ada)["content"] == "<p>secret</p>"


def test_a_sensitized_account_posts_nothing_that_is_not_sensitive(api: Api, mo: Person, ada: Person) -> None:
    old = publish(api, ada, 'She said "sensitive":false')
    assert look(api, old, mo)["sensitive"] is False
    act(api, mo, ada, "sensitive")
    new = publish(api, ada, "New")
    assert [look(api, one, mo)["sensitive"] for one in (old, new)] == [True, True]
    assert [one["sensitive"] for one in api.get("/api/v1/timelines/public", mo).json] == [True, True]
    api.post(f"{ADMIN}/accounts/{ada.id}/unsensitive", mo)
    assert [look(api, one, mo)["sensitive"] for one in (old, new)] == [False, False]


def test_a_suspended_account_is_removed_after_the_days_of_grace(
    api: Api, mo: Person, ada: Person, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime.now(UTC))
    bob = api.person("bob")
    post = publish(api, ada)
    other = publish(api, bob)
    for who in (ada, bob):
        act(api, mo, who, "suspend")
    api.post(f"{ADMIN}/accounts/{bob.id}/unsuspend", mo)
    time_machine.shift((GRACE_DAYS - 1) * 86_400)
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT deleted_at FROM account WHERE id = :id", id=ada.id) is None
    time_machine.shift(86_400 + 60)
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT deleted_at FROM account WHERE id = :id", id=ada.id) is not None
        assert db.value("SELECT count(*) FROM post WHERE id = :id", id=int(post["id"])) == 0
        assert db.value("SELECT deleted_at FROM account WHERE id = :id", id=bob.id) is None
    assert look(api, other, mo)
    assert api.post(f"{ADMIN}/accounts/{ada.id}/unsuspend", mo).status == 404


def test_data_of_a_suspended_account_is_removed_at_once(api: Api, ada: Person) -> None:
    admin, mo = staff(api, "boss", "admin"), staff(api, "mo")
    post = publish(api, ada)
    assert api.delete(f"{ADMIN}/accounts/{ada.id}", mo).status == 403
    assert api.delete(f"{ADMIN}/accounts/{ada.id}", admin).status == 422
    act(api, admin, ada, "suspend")
    assert api.delete(f"{ADMIN}/accounts/{ada.id}", admin).json["suspended"] is True
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post WHERE id = :id", id=int(post["id"])) == 0
        assert db.value("SELECT count(*) FROM strike") == 1, "what was decided stays known"


RANKS = ("user", "moderator", "admin", "owner")


def test_a1_h3_nobody_acts_upon_an_equal_or_a_higher_rank(api: Api) -> None:
    """A1"""
    people = {role: staff(api, f"{role}_1", role) for role in RANKS}
    others = {role: api.person(f"{role}_2", role=role) for role in RANKS}
    for by, actor in people.items():
        for about, account in (*others.items(), (by, actor)):
            may = RANKS.index(by) > RANKS.index(about) and by != "user"
            for call in ("enable", "unsilence", "unsensitive", "unsuspend"):
                reply = api.post(f"{ADMIN}/accounts/{account.id}/{call}", actor)
                assert reply.status == (200 if may else 403), (by, call, about)
            for type in ("none", "sensitive", "silence"):
                reply = act(api, actor, account, type)
                assert reply.status == (200 if may else 403), (by, type, about)
    with api.built.ground.store.read() as db:
        barred = db.rows("SELECT username FROM account WHERE limited_at IS NOT NULL ORDER BY username")
    assert [row[0] for row in barred] == ["admin_2", "moderator_2", "user_2"]


def test_a3_who_was_demoted_moderates_no_more(api: Api, ada: Person) -> None:
    """A3"""
    mo, here = staff(api, "mo"), api.built.ground.here
    report(api, ada, api.person("bob"), comment="for moderators' eyes")
    api.work()
    assert api.get("/api/v1/notifications", mo).json[0]["type"] == "admin.report"
    with api.built.ground.store.write() as db:
        appointing.assign(db, OPERATOR, mo.id, "user", here)
    assert api.get(f"{ADMIN}/accounts/{ada.id}", mo).status == 403
    assert act(api, mo, ada, "suspend").status == 403
    assert "moderators' eyes" not in api.get("/api/v1/notifications", mo).text


def test_a1_scopes_of_one_part_do_not_open_the_other(api: Api, ada: Person) -> None:
    """A1"""
    mo = staff(api, "mo")
    filed = report(api, ada, api.person("bob"))
    reports_only = api.token(mo.id, "admin:read:reports admin:write:reports")
    accounts_only = api.token(mo.id, "admin:read:accounts admin:write:accounts")
    plain = api.token(mo.id, "read write follow push")
    for token, path, status in (
        (reports_only, f"{ADMIN}/accounts/{ada.id}", 403),
        (reports_only, f"{ADMIN}/reports/{filed}", 200),
        (accounts_only, f"{ADMIN}/reports/{filed}", 403),
        (accounts_only, f"{ADMIN}/accounts/{ada.id}", 200),
        (reports_only, f"{ADMIN}/audit_log", 403),
        (plain, f"{ADMIN}/accounts", 403),
        (plain, f"{ADMIN}/reports", 403),
    ):
        assert api.get(path, token).status == status, path
    assert api.post(f"{ADMIN}/accounts/{ada.id}/action", reports_only, json={"type": "suspend"}).status == 403


def test_a_role_may_work_on_reports_and_nothing_else(api: Api, ada: Person) -> None:
    here = api.built.ground.here
    rae = api.person("rae", SCOPES)
    with api.built.ground.store.write() as db:
        wish = RoleWish(position=5, permissions=int(Permission.MANAGE_REPORTS))
        appointing.create(db, OPERATOR, "reader", wish, here)
        appointing.assign(db, OPERATOR, rae.id, "reader", here)
    assert api.get(f"{ADMIN}/reports", rae).status == 200
    assert act(api, rae, ada, "none").status == 200
    for path in (f"{ADMIN}/accounts", f"{ADMIN}/accounts/{ada.id}", f"{ADMIN}/audit_log", f"{ADMIN}/appeals"):
        assert api.get(path, rae).status == 403, path
    assert api.post(f"{ADMIN}/accounts/{ada.id}/unsuspend", rae).status == 403


def test_acts_are_taken_back(api: Api, mo: Person, ada: Person) -> None:
    act(api, mo, ada, "silence", text="Loud")
    act(api, mo, ada, "sensitive")
    sensitive, silence = log(api, mo)
    undone = undo(api, mo, silence)
    assert undone.status == 200, undone.body
    assert (undone.json["undoes_id"], undone.json["undoable"]) == (silence["id"], False)
    shown = seen(api, mo, ada)
    assert (shown["silenced"], shown["sensitized"]) == (False, True)
    assert undo(api, mo, silence).status == 409, "once"
    assert undo(api, mo, undone.json).status == 409, "a taking back stays"
    api.post(f"{ADMIN}/accounts/{ada.id}/unsensitive", mo)
    assert undo(api, mo, sensitive).status == 409, "something else was decided since"
    by_id = {one["id"]: one for one in log(api, mo, target_account_id=str(ada.id))}
    assert by_id[silence["id"]]["undone_by_id"] == undone.json["id"]
    assert api.get(f"{ADMIN}/audit_log/{silence['id']}", mo).json == by_id[silence["id"]]
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM strike WHERE overruled_at IS NOT NULL") == 1
    assert api.post(f"{ADMIN}/audit_log/5/undo", mo).status == 404


def test_a1_h3_taking_back_asks_for_rank_and_permission_too(api: Api, ada: Person) -> None:
    """A1"""
    boss, mo, here = staff(api, "boss", "owner"), staff(api, "mo"), api.built.ground.here
    peer = api.person("peer", role="admin")
    act(api, boss, peer, "silence")
    [entry] = log(api, boss)
    assert undo(api, mo, entry).status == 403
    with api.built.ground.store.write() as db:
        appointing.assign(db, OPERATOR, ada.id, "admin", here)
    [assigned, _] = log(api, boss)
    assert assigned["account"] is None
    assert undo(api, mo, assigned).status == 403
    assert undo(api, boss, assigned).status == 200
    assert seen(api, boss, ada)["role"]["id"] == "-99"
