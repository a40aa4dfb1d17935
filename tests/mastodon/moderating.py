"""What tests of moderation do all the time."""

from typing import Any

from tests.client import Api, Person, Reply

ADMIN = "/api/v1/admin"
SCOPES = "read write follow admin:read admin:write"


def staff(api: Api, name: str, role: str = "moderator") -> Person:
    return api.person(name, SCOPES, role=role)


def act(api: Api, by: Person, account: Person | str, type: str, **form: Any) -> Reply:
    id = account if isinstance(account, str) else account.id
    return api.post(f"{ADMIN}/accounts/{id}/action", by, json={"type": type, **form})


def seen(api: Api, by: Person, account: Person | str) -> dict[str, Any]:
    id = account if isinstance(account, str) else account.id
    reply = api.get(f"{ADMIN}/accounts/{id}", by)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def report(api: Api, by: Person, about: Person, *posts: dict[str, Any], **form: Any) -> str:
    named = [post["id"] for post in posts]
    reply = api.post("/api/v1/reports", by, json={"account_id": str(about.id), "status_ids": named, **form})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


def log(api: Api, by: Person, **query: Any) -> list[dict[str, Any]]:
    reply = api.get(f"{ADMIN}/audit_log", by, query=query)
    assert reply.status == 200, reply.body
    found: list[dict[str, Any]] = reply.json
    return found


def undo(api: Api, by: Person, entry: dict[str, Any]) -> Reply:
    return api.post(f"{ADMIN}/audit_log/{entry['id']}/undo", by)


def warnings(api: Api, who: Person) -> list[dict[str, Any]]:
    """What somebody was told of decisions against them, the newest first."""
    found = api.get("/api/v1/notifications?types[]=moderation_warning", who).json
    return [one["moderation_warning"] for one in found]
