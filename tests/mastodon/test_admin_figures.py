"""What those who run the server are told of how it fares."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.services import measuring, sweeping, tallying
from martlet.services.measuring import Period
from martlet.storage import day_counts
from tests.client import Api, Person
from tests.mastodon.acts import do, follow, publish, refusal, value

ADMIN = "/api/v1/admin"
DAY = timedelta(days=1)
NOW = datetime(2030, 5, 15, 12, tzinfo=UTC)
DATES = {"start_at": "2030-05-13", "end_at": "2030-05-15T10:00:00Z"}
PEER = {"domain": "peer.example"}


@pytest.fixture
def admin(api: Api) -> Person:
    with time_machine.travel(NOW - DAY, tick=False):
        return api.person("admin", scopes="read write admin:read", role="admin")


def asked(api: Api, admin: Person, what: str, **form: Any) -> dict[str, Any]:
    reply = api.post(f"{ADMIN}/{what}", admin, json=form)
    assert reply.status == 200, reply.body
    return {one["key"]: one for one in reply.json}


def counted(api: Api) -> None:
    ground = api.built.ground
    api.work()
    with (
        time_machine.travel(datetime.now(UTC) + timedelta(minutes=11), tick=False),
        ground.store.write() as db,
    ):
        while tallying._tally(db, ground.here):
            pass


def test_measures_and_dimensions(api: Api, admin: Person) -> None:
    with time_machine.travel(NOW, tick=True):
        ada, bob, cem = (api.person(name) for name in ("ada", "bob", "cem"))
        with api.built.ground.store.write() as db:
            db.run("UPDATE account SET host = 'peer.example' WHERE id = :id", id=bob.id)
        post = publish(api, ada, "#swifts", language="de")
        tag = str(value(api, "SELECT id FROM tag"))
        theirs = publish(api, bob, "#swifts too", language="en", in_reply_to_id=post["id"])
        do(api, cem, "reblog", post)
        with api.built.ground.store.write() as db:
            db.run("UPDATE post SET is_local = 0 WHERE id = :id", id=int(theirs["id"]))
        follow(api, ada, bob)
        follow(api, bob, cem)
        reports = [
            api.post("/api/v1/reports", reporter, json={"account_id": str(bob.id)}).json
            for reporter in (ada, cem)
        ]
        with api.built.ground.store.write() as db:
            moment = api.built.ground.here.now_ms()
            db.run("UPDATE report SET resolved_at = :at WHERE id = :id", at=moment, id=int(reports[0]["id"]))
        for one in (ada, ada, cem, admin):
            assert api.get("/api/v1/preferences", one).status == 200
        counted(api)
        keys = list(measuring.COUNTERS)
        about = {key: {"id": tag} for key in keys if key.startswith("tag_")}
        about |= {key: PEER for key in keys if key.startswith("instance_")}
        found = asked(api, admin, "measures", keys=keys, **DATES, **about)
        assert {key: one["total"] for key, one in found.items()} == {
            "active_users": "4",
            "new_users": "4",
            "interactions": "2",
            "opened_reports": "2",
            "resolved_reports": "1",
            "tag_accounts": "2",
            "tag_uses": "2",
            "tag_servers": "1",
            "instance_accounts": "1",
            "instance_media_attachments": "0",
            "instance_reports": "2",
            "instance_statuses": "1",
            "instance_follows": "1",
            "instance_followers": "1",
        }
        assert [day["date"][:10] for day in found["new_users"]["data"]] == [
            "2030-05-13",
            "2030-05-14",
            "2030-05-15",
        ]
        assert [day["value"] for day in found["opened_reports"]["data"]] == ["0", "0", "2"]
        assert found["interactions"]["previous_total"] == "0"
        assert (
            found["instance_media_attachments"]["unit"],
            found["instance_media_attachments"]["human_value"],
        ) == (
            "bytes",
            "0 Bytes",
        )
        dimensions = asked(
            api,
            admin,
            "dimensions",
            keys=sorted(measuring.DIMENSIONS),
            **DATES,
            tag_servers={"id": tag},
            tag_languages={"id": tag},
            instance_accounts=PEER,
            instance_languages=PEER,
        )
        parts = {key: {row["key"]: row["value"] for row in one["data"]} for key, one in dimensions.items()}
        assert parts["servers"] == parts["tag_servers"] == {"peer.example": "1"}
        assert parts["tag_languages"] == {"de": "1", "en": "1"}
        assert parts["instance_languages"] == {"en": "1"}
        assert parts["instance_accounts"].keys() == {"bob"}
        assert parts["languages"].keys() == {"en"}
        assert parts["sources"].keys() == {"Tests"}
        assert int(parts["space_usage"]["database"]) > 0
        assert parts["software_versions"]["martlet"] == api.built.ground.here.version


def test_who_stays(api: Api, admin: Person) -> None:
    for days, name in ((3, "ada"), (3, "bob"), (1, "cem")):
        with api.built.ground.store.write() as db:
            _join(db, name, int((NOW - days * DAY).timestamp() * 1000))
    with time_machine.travel(NOW, tick=False):
        reply = api.post(f"{ADMIN}/retention", admin, json={"start_at": "2030-05-12", "end_at": "2030-05-15"})
        first, *_ = reply.json
        assert first["period"] == "2030-05-12T00:00:00.000Z"
        assert [(one["value"], one["rate"]) for one in first["data"]] == [
            ("2", 1.0),
            ("1", 0.5),
            ("1", 0.5),
            ("0", 0.0),
        ]
        months = api.post(
            f"{ADMIN}/retention",
            admin,
            json={"start_at": "2030-04-01", "end_at": "2030-05-15", "frequency": "month"},
        ).json
        assert [one["period"][:10] for one in months] == ["2030-04-01", "2030-05-01"]
        assert months[0]["data"][0]["value"] == "0"


def _join(db: Any, name: str, joined: int) -> None:
    """Somebody who came at a moment; ada was there again the day after next, bob and cem not."""
    seen = joined + (2 * 86_400_000 if name == "ada" else 0)
    id = joined << 16 | ord(name[0])
    db.run(
        """
        INSERT INTO account (id, username, username_folded, uri, url, created_at)
        VALUES (:id, :name, :name, :name, :name, :at)
        """,
        id=id,
        name=name,
        at=joined,
    )
    db.run(
        """
        INSERT INTO users (id, account_id, email, email_folded, password_hash, created_at, seen_at)
        VALUES (:id, :id, :name, :name, '', :at, :seen)
        """,
        id=id,
        name=name,
        at=joined,
        seen=seen,
    )


def test_what_is_asked_wrongly(api: Api, admin: Person) -> None:
    for what in ("measures", "retention"):
        assert "Start at" in refusal(api.post(f"{ADMIN}/{what}", admin, json={"end_at": "2030-05-13"}))
        assert "End at" in refusal(
            api.post(f"{ADMIN}/{what}", admin, json={"start_at": "2030-05-13", "end_at": "soon"})
        )
    keys = ["active_users", "tag_uses", "instance_accounts", "nonsense"]
    assert asked(api, admin, "measures", keys=keys, **DATES).keys() == {"active_users"}
    assert asked(api, admin, "dimensions", keys=["tag_servers", "nonsense"]) == {}
    whole = {"start_at": "0001-01-01", "end_at": "9999-12-31"}
    (one,) = asked(api, admin, "measures", keys=["new_users"], **whole).values()
    assert len(one["data"]) <= measuring.LONGEST
    assert len(api.post(f"{ADMIN}/retention", admin, json=whole).json) <= measuring.LONGEST_BY_DAY


def test_old_counts_go(api: Api) -> None:
    ground = api.built.ground
    today = ground.here.now_ms() // day_counts.DAY_MS
    with ground.store.write() as db:
        for day in (today, today - measuring.KEPT_DAYS - 1):
            day_counts.add(db, "interactions", day)
    api.run(sweeping.sweep(ground, "", ground.here))
    assert value(api, "SELECT count(*) FROM day_count") == 1


def test_periods() -> None:
    period = Period.of(20 * 86_400_000 + 5, 10 * 86_400_000)
    assert (period.first, period.last) == (10, 20)
    assert (period.before.first, period.before.last) == (-1, 9)
