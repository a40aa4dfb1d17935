"""Working on reports from an app, and what of private posts is seen there."""

import pytest

from martlet.model.roles import OPERATOR, Permission
from martlet.services import appointing
from martlet.services.appointing import RoleWish
from martlet.storage import server_values
from martlet.storage.server_values import Rule
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, look, publish
from tests.mastodon.moderating import ADMIN, SCOPES, act, log, report, staff, undo, warnings


@pytest.fixture
def mo(api: Api) -> Person:
    return staff(api, "mo")


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


def ids(api: Api, mo: Person, **query: object) -> list[str]:
    reply = api.get(f"{ADMIN}/reports", mo, query=query)
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json]


def test_reports_are_listed_and_worked_on(api: Api, mo: Person, ada: Person, bob: Person) -> None:
    with api.built.ground.store.write() as db:
        server_values.put_rules(db, [Rule(1, "Be kind", "", '{"de": {"text": "Sei nett", "hint": ""}}')])
    post = publish(api, bob, "Buy now")
    first = report(api, ada, bob, post, comment="Spam", category="spam")
    second = report(api, bob, ada)
    assert ids(api, mo) == [second, first]
    assert ids(api, mo, limit=1) == [second]
    assert ids(api, mo, account_id=str(ada.id)) == [first]
    assert ids(api, mo, target_account_id=str(ada.id)) == [second]
    assert ids(api, mo, target_account_id="x") == []
    shown = api.get(f"{ADMIN}/reports/{first}", mo).json
    assert (shown["comment"], shown["category"], shown["action_taken"]) == ("Spam", "spam", False)
    assert (shown["account"]["username"], shown["target_account"]["email"]) == ("ada", "bob@mail.example")
    assert [one["content"] for one in shown["statuses"]] == ["<p>Buy now</p>"]
    assert (shown["assigned_account"], shown["action_taken_by_account"], shown["rules"]) == (None, None, [])

    path = f"{ADMIN}/reports/{first}"
    assert api.post(f"{path}/assign_to_self", mo).json["assigned_account"]["username"] == "mo"
    assert api.post(f"{path}/unassign", mo).json["assigned_account"] is None
    changed = api.put(path, mo, json={"category": "violation", "rule_ids": ["1"]}).json
    assert (changed["category"], [one["text"] for one in changed["rules"]]) == ("violation", ["Be kind"])
    assert changed["rules"][0]["translations"] == {"de": {"text": "Sei nett", "hint": ""}}
    assert api.put(path, mo, json={"category": "violation", "rule_ids": ["2"]}).status == 422
    assert api.put(path, mo, json={"category": "nonsense"}).status == 422
    assert api.put(path, mo, json={"category": "other"}).json["rules"] == []
    resolved = api.post(f"{path}/resolve", mo).json
    assert (resolved["action_taken"], resolved["action_taken_by_account"]["username"]) == (True, "mo")
    assert ids(api, mo) == [second]
    assert ids(api, mo, resolved=True) == [first]
    reopened = api.post(f"{path}/reopen", mo).json
    assert (reopened["action_taken"], reopened["action_taken_at"]) == (False, None)
    history = log(api, mo, report_id=first)
    assert [one["action"] for one in history] == [
        "report.reopen", "report.resolve", "report.correct", "report.correct", "report.unassign", "report.assign",
    ]  # fmt: skip
    assert undo(api, mo, history[0]).status == 200
    assert api.get(path, mo).json["action_taken"] is True
    assert undo(api, mo, history[3]).status == 409


def test_those_who_work_on_a_report_tell_each_other(api: Api, mo: Person, ada: Person, bob: Person) -> None:
    path = f"{ADMIN}/reports/{report(api, ada, bob)}/notes"
    boss, other = staff(api, "boss", "owner"), staff(api, "other")
    note = api.post(path, mo, json={"content": "Seen this before"}).json
    assert note["account"]["username"] == "mo"
    assert [one["content"] for one in api.get(path, boss).json] == ["Seen this before"]
    for content, status in (("", 422), ("x" * 3000, 422)):
        assert api.post(path, mo, json={"content": content}).status == status
    assert api.get(path, ada).status == 403
    assert api.delete(f"{path}/{note['id']}", other).status == 403
    assert api.delete(f"{path}/5", mo).status == 404
    assert api.delete(f"{path}/{note['id']}", boss).status == 200
    assert api.get(path, mo).json == []


def test_acting_closes_the_reports_about_an_account(api: Api, mo: Person, ada: Person, bob: Person) -> None:
    cleo = api.person("cleo")
    first, second, other = report(api, ada, bob), report(api, cleo, bob), report(api, bob, ada)
    act(api, mo, bob, "none", report_id=first, text="Careful")
    assert ids(api, mo) == [other, second], "a warning closes the report it is about"
    act(api, mo, bob, "suspend", report_id=second)
    assert ids(api, mo) == [other]
    closed = api.get(f"{ADMIN}/reports/{second}", mo).json
    assert closed["action_taken_by_account"]["username"] == "mo"
    assert [one["action"] for one in log(api, mo, report_id=second)] == ["account.suspend"]


def test_posts_of_a_report_are_marked_or_deleted(api: Api, mo: Person, ada: Person, bob: Person) -> None:
    rude, cruel, private = (
        publish(api, bob, "rude"),
        publish(api, bob, "cruel"),
        publish(api, bob, "x @ada", visibility="direct"),
    )
    filed = report(api, ada, bob, rude, private)
    assert act(api, mo, bob, "mark_statuses_as_sensitive", report_id=filed).status == 200
    assert look(api, rude, ada)["sensitive"] is True
    assert look(api, private, ada)["sensitive"] is True
    assert look(api, cruel, ada)["sensitive"] is False
    [entry] = log(api, mo)
    assert undo(api, mo, entry).status == 200
    assert look(api, rude, ada)["sensitive"] is False
    act(api, mo, bob, "delete_statuses", report_id=filed, status_ids=[private["id"], cruel["id"]], text="No")
    for post, status in ((rude, 200), (cruel, 404), (private, 404)):
        assert api.get(f"{POSTS}/{post['id']}", ada).status == status
    assert log(api, mo)[0]["undoable"] is False
    assert undo(api, mo, log(api, mo)[0]).status == 200, "the warning is overruled; the posts stay deleted"
    api.work()
    assert [(one["action"], sorted(one["status_ids"])) for one in warnings(api, bob)] == [
        ("delete_statuses", sorted([private["id"], cruel["id"]])),
        ("mark_statuses_as_sensitive", sorted([rude["id"], private["id"]])),
    ]
    assert api.get(f"{ADMIN}/reports/{filed}", mo).json["statuses"][0]["id"] == rude["id"]


def test_f5_of_private_posts_only_what_was_reported_is_seen(
    api: Api, mo: Person, ada: Person, bob: Person
) -> None:
    """F5"""
    owner = staff(api, "boss", "owner")
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada)
    reported = publish(api, bob, "reportedsecret", visibility="private")
    kept = [
        publish(api, bob, "keptsecret one", visibility="private"),
        publish(api, bob, "keptsecret two @ada", visibility="direct"),
        publish(api, ada, "keptsecret three @bob", visibility="direct", in_reply_to_id=reported["id"]),
    ]
    filed = report(api, ada, bob, reported)
    act(api, mo, bob, "none", report_id=filed, text="Careful")
    api.work()
    for who in (mo, owner):
        shown = api.get(f"{ADMIN}/reports/{filed}", who)
        assert [one["id"] for one in shown.json["statuses"]] == [reported["id"]]
        everything = "".join(
            api.get(path, who).text
            for path in (
                f"{ADMIN}/reports?resolved=true",
                f"{ADMIN}/reports/{filed}",
                f"{ADMIN}/accounts",
                f"{ADMIN}/accounts/{bob.id}",
                f"{ADMIN}/audit_log",
                f"/api/v1/accounts/{bob.id}/statuses",
                "/api/v2/search?q=keptsecret",
                "/api/v2/search?q=reportedsecret",
                "/api/v1/notifications",
                "/api/v1/timelines/public",
            )
        )
        assert "keptsecret" not in everything
        assert everything.count("reportedsecret") == 2, "in the list of reports and in the report"
        for post in (reported, *kept):
            for path in ("", "/context", "/history", "/source"):
                assert api.get(f"{POSTS}/{post['id']}{path}", who).status == 404
        assert api.post(f"{POSTS}/{reported['id']}/bookmark", who).status == 404


def test_f5_a_post_of_somebody_else_is_not_seen_through_a_report(
    api: Api, mo: Person, ada: Person, bob: Person
) -> None:
    """F5"""
    private = publish(api, ada, "adasecret", visibility="private")
    public = publish(api, bob, "fine")
    filed = report(api, ada, bob, public)
    with api.built.ground.store.write() as db:
        db.run("UPDATE report SET post_ids = :ids", ids=f"[{public['id']}, {private['id']}]")
    shown = api.get(f"{ADMIN}/reports/{filed}", mo)
    assert [one["id"] for one in shown.json["statuses"]] == [public["id"]]
    assert act(api, mo, bob, "delete_statuses", report_id=filed, status_ids=[private["id"]]).status == 404
    assert look(api, private, ada)


def test_too_many_reports_are_refused(api: Api, ada: Person, bob: Person) -> None:
    statuses = [
        api.post("/api/v1/reports", ada, json={"account_id": str(bob.id), "comment": str(n)}).status
        for n in range(40)
    ]
    assert statuses[:30] == [200] * 30
    assert statuses[30:] == [429] * 10
    assert api.post("/api/v1/reports", bob, json={"account_id": str(ada.id)}).status == 200


def test_rules_are_written_from_an_app(api: Api, mo: Person) -> None:
    boss = staff(api, "boss", "admin")
    path = f"{ADMIN}/rules"
    assert api.post(path, mo, json={"text": "x"}).status == 403
    first = api.post(path, boss, json={"text": "Be kind", "hint": "Really"}).json
    second = api.post(path, boss, json={"text": "No spam", "position": 0}).json
    assert [one["text"] for one in api.get("/api/v1/instance/rules").json] == ["No spam", "Be kind"]
    said = api.put(
        f"{path}/{first['id']}",
        boss,
        json={"position": 0, "translations": {"de": {"text": "Sei nett", "hint": "Echt"}}},
    ).json
    assert said["translations"] == {"de": {"text": "Sei nett", "hint": "Echt"}}
    assert [one["text"] for one in api.get(path, boss).json] == ["Be kind", "No spam"]
    assert "Sei nett" in api.get("/about", headers={"accept-language": "de"}).text
    for form in ({"text": ""}, {"text": "x" * 400}, {"hint": "x" * 2000}, {"translations": {"<x>": {"text": "y"}}},
                 {"position": -1}):  # fmt: skip
        assert api.put(f"{path}/{first['id']}", boss, json=form).status == 422, form
    assert api.put(f"{path}/5", boss, json={"text": "y"}).status == 404
    assert api.delete(f"{path}/{second['id']}", boss).json == {}
    assert [one["text"] for one in api.get("/api/v1/instance/rules").json] == ["Be kind"]
    ended, changed, *_ = log(api, boss)
    assert undo(api, boss, ended).status == 200
    assert undo(api, boss, changed).status == 200
    assert [one["text"] for one in api.get(path, boss).json] == ["No spam", "Be kind"]


def test_what_is_decided_about_servers_is_written_down(api: Api) -> None:
    boss = staff(api, "boss", "admin")
    made = api.post(f"{ADMIN}/domain_blocks", boss, json={"domain": "bad.example"}).json
    api.put(f"{ADMIN}/domain_blocks/{made['id']}", boss, json={"severity": "suspend"})
    changed, created = log(api, boss)
    assert (created["target_name"], created["before"]) == ("bad.example", {"is_decided": False})
    assert changed["after"]["policy"]["severity"] == "suspend"
    assert undo(api, boss, created).status == 409
    assert undo(api, boss, changed).status == 200
    [shown] = api.get(f"{ADMIN}/domain_blocks", boss).json
    assert shown["severity"] == "silence"
    assert undo(api, staff(api, "mo"), created).status == 403


def test_a1_a_permission_for_the_log_takes_nothing_else_back(api: Api) -> None:
    """A1"""
    boss, rae, here = staff(api, "boss", "admin"), api.person("rae", SCOPES), api.built.ground.here
    with api.built.ground.store.write() as db:
        wish = RoleWish(position=50, permissions=int(Permission.VIEW_AUDIT_LOG))
        appointing.create(db, OPERATOR, "watcher", wish, here)
        appointing.assign(db, OPERATOR, rae.id, "watcher", here)
    api.post(f"{ADMIN}/rules", boss, json={"text": "Be kind"})
    api.post(f"{ADMIN}/domain_blocks", boss, json={"domain": "bad.example"})
    act(api, boss, api.person("ada"), "silence")
    entries = log(api, rae)
    assert [one["target_type"] for one in entries] == ["account", "peer", "rule", "holder", "role"]
    for entry in entries:
        assert undo(api, rae, entry).status == 403, entry["action"]
