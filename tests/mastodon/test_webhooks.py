"""Web hooks: programs are told of what happens, signed, in order, until they do not answer for too long."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from martlet.services import telling_hooks
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api, Person
from tests.mastodon.moderating import ADMIN, act, log, report, staff, undo
from tests.receiving import Receiver

HOOKS = f"{ADMIN}/webhooks"


def names_of(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["event"] for one in receiver.received]


def hook(api: Api, by: Person, url: str, *events: str, **form: Any) -> dict[str, Any]:
    reply = api.post(HOOKS, by, json={"url": url, "events": list(events), **form})
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def results(api: Api, by: Person, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{HOOKS}/{id}/deliveries", by).json
    return found


def test_a_program_is_told_of_all_it_asked_for_and_of_nothing_else(calling_api: Api) -> None:
    api, program = calling_api, Receiver()
    owner, ada, bob = staff(api, "owner", "owner"), api.person("ada"), api.person("bob")
    api.work()
    with program.listening() as address:
        events = ["account.created", "account.updated", "report.created", "report.updated",
                  "status.created", "status.updated"]  # fmt: skip
        made = hook(api, owner, address, *events)
        key = made["secret"].encode()
        post = api.post("/api/v1/statuses", ada, form={"status": "Hello"}).json
        for form in ({"visibility": "private"}, {"visibility": "direct"}, {"local_only": True}):
            api.post("/api/v1/statuses", ada, json={"status": "not for everybody", **form})
        api.post(f"/api/v1/statuses/{post['id']}/reblog", bob)
        api.put(f"/api/v1/statuses/{post['id']}", ada, form={"status": "Hello again"})
        api.person("eve")
        number = report(api, bob, ada, post)
        api.post(f"{ADMIN}/reports/{number}/resolve", owner)
        api.patch("/api/v1/accounts/update_credentials", bob, form={"note": "Hi"})
        api.work()
    assert names_of(program) == [
        "status.created", "status.updated", "account.created", "report.created", "report.updated",
        "account.updated",
    ]  # fmt: skip
    for _, headers, body in program.received:
        assert headers["content-type"] == "application/json"
        assert headers["x-hub-signature"] == f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    told = [json.loads(body)["object"] for _, _, body in program.received]
    assert told[0]["content"] == told[1]["content"] == "<p>Hello again</p>"  # as it is when it is sent
    assert told[2]["email"] == "eve@mail.example"
    assert told[3]["id"] == number
    assert told[4]["action_taken"] is True
    assert [(one["state"], one["status_code"]) for one in results(api, owner, made["id"])] == [
        ("sent", 200)
    ] * 6
    seen = api.get(f"{HOOKS}/{made['id']}", owner).json
    assert "secret" not in seen
    assert seen["enabled"] is True


def test_what_fails_is_told_later_in_order_and_in_the_end_the_hook_is_disabled(
    calling_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling_hooks, "pause", lambda *_: -1.0)  # at once
    api, program = calling_api, Receiver()
    owner, ada = staff(api, "owner", "owner"), api.person("ada")
    with program.listening() as address:
        made = hook(api, owner, address, "status.created")
        program.answers = [503, 500, 200, 400, 200]
        for word in ("one", "two", "three"):
            api.post("/api/v1/statuses", ada, form={"status": word})
        api.work()
        said = [json.loads(body)["object"]["content"] for _, _, body in program.received]
        assert said == ["<p>one</p>"] * 3 + ["<p>two</p>", "<p>three</p>"]
        newest_first = results(api, owner, made["id"])
        assert [(one["state"], one["status_code"], one["attempts"]) for one in newest_first] == [
            ("sent", 200, 1), ("failed", 400, 1), ("sent", 200, 3),
        ]  # fmt: skip
        monkeypatch.setattr(telling_hooks, "STOPPED_AFTER", -1)
        program.answers = [500]
        api.post("/api/v1/statuses", ada, form={"status": "four"})
        api.post("/api/v1/statuses", ada, form={"status": "five"})
        api.work()
    seen = api.get(f"{HOOKS}/{made['id']}", owner).json
    assert seen["enabled"] is False
    assert seen["disabled_reason"] == "It answers with 500."
    assert [one["state"] for one in results(api, owner, made["id"])][:2] == ["dropped", "dropped"]
    again = api.post(f"{HOOKS}/{made['id']}/enable", owner).json
    assert (again["enabled"], again["disabled_at"], again["failures"]) == (True, None, 0)


def test_addresses_that_may_not_be_called_are_not_and_say_so(api: Api) -> None:
    owner, ada = staff(api, "owner", "owner"), api.person("ada")
    for url in ("", "ftp://x.example/", "https://a:b@x.example/", "no address"):
        assert api.post(HOOKS, owner, json={"url": url, "events": ["status.created"]}).status == 422
    made = hook(api, owner, "http://127.0.0.1:9/hook", "status.created")
    api.post("/api/v1/statuses", ada, form={"status": "Hello"})
    api.work()
    seen = api.get(f"{HOOKS}/{made['id']}", owner).json
    assert seen["enabled"] is False
    assert seen["disabled_reason"]
    assert results(api, owner, made["id"])[0]["state"] == "failed"


def test_who_looks_after_hooks_and_what_the_log_says_of_it(api: Api) -> None:
    owner, moderator, ada = staff(api, "owner", "owner"), staff(api, "mod"), api.person("ada")
    form = {"url": "https://x.example/hook", "events": ["report.created"]}
    assert api.post(HOOKS, ada, json=form).status == 403
    assert api.post(HOOKS, moderator, json=form).status == 403
    wrongs: list[dict[str, Any]] = [{"events": []}, {"events": ["no.event"]}]
    wrongs += [{"template": one} for one in ("{{}}", "{{ a", "x" * 10_001)]
    for wrong in wrongs:
        assert api.post(HOOKS, owner, json={**form, **wrong}).status == 422
    made = api.post(HOOKS, owner, json=form).json
    assert api.post(HOOKS, owner, json=form).status == 422
    assert api.get(HOOKS, owner).json[0]["id"] == made["id"]
    changed = api.put(
        f"{HOOKS}/{made['id']}", owner, json={"events": ["appeal.created"], "template": "{{event}}"}
    ).json
    assert (changed["events"], changed["template"], changed["url"]) == (
        ["appeal.created"],
        "{{event}}",
        form["url"],
    )
    rotated = api.post(f"{HOOKS}/{made['id']}/rotate_secret", owner).json["secret"]
    assert rotated not in ("", made["secret"])
    assert api.post(f"{HOOKS}/{made['id']}/disable", owner).json["enabled"] is False
    entries = log(api, owner)
    assert [one["action"] for one in entries[:4]] == [
        "web_hook.disable", "web_hook.rotate_secret", "web_hook.change", "web_hook.add",
    ]  # fmt: skip
    assert rotated not in json.dumps(entries)
    assert undo(api, owner, entries[0]).status == 200
    assert undo(api, owner, entries[2]).status == 200
    back = api.get(f"{HOOKS}/{made['id']}", owner).json
    assert (back["enabled"], back["events"], back["template"]) == (True, ["report.created"], "")
    assert api.delete(f"{HOOKS}/{made['id']}", owner).status == 200
    assert api.get(f"{HOOKS}/{made['id']}", owner).status == 404
    assert log(api, owner)[0]["undoable"] is False


def test_a_template_is_filled_in_and_signed_as_it_is_sent(calling_api: Api) -> None:
    api, program = calling_api, Receiver()
    owner, ada = staff(api, "owner", "owner"), api.person("ada")
    template = '{"text": "{{event}}: {{object.account.username}} \\"{{ object.content }}\\"", "n": {{object.media_attachments.0.id}}}'
    with program.listening() as address:
        made = hook(api, owner, address, "status.created", template=template)
        api.post("/api/v1/statuses", ada, form={"status": 'Say "hi"'})
        api.work()
    ((_, headers, body),) = program.received
    assert json.loads(body) == {"text": 'status.created: ada "<p>Say &quot;hi&quot;</p>"', "n": None}
    key = made["secret"].encode()
    assert headers["x-hub-signature"] == f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"


def test_approvals_and_appeals_are_told(calling_api: Api, settings: Settings, ground: Ground) -> None:
    api, program = calling_api, Receiver()
    owner, ada = staff(api, "owner", "owner"), api.person("ada")
    waiting = api.person("eve")
    with ground.store.write() as db:
        db.run("UPDATE users SET approved_at = NULL WHERE account_id = :id", id=waiting.id)
    with program.listening() as address:
        hook(api, owner, address, "account.approved", "appeal.created")
        assert api.post(f"{ADMIN}/accounts/{waiting.id}/approve", owner).status == 200
        act(api, owner, ada, "sensitive", text="Spiders")
        with ground.store.write() as db:
            strike = db.value("SELECT max(id) FROM strike")
            from martlet.services import appealing  # noqa: PLC0415

            appealing.appeal(db, ada.id, strike, "They are beetles", ground.here)
        api.work()
    assert names_of(program) == ["account.approved", "appeal.created"]
    assert json.loads(program.received[1].body)["object"]["text"] == "They are beetles"
