"""What `martlet check` says of backups, the standby, mirrors, the certificate and the clock."""

import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from martlet.cli import check, check_address, check_upkeep
from martlet.federation.standby import following
from martlet.federation.standby.following import Following
from martlet.model.ids import first_id_at
from martlet.model.server import milliseconds
from martlet.network import certificates
from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.network.errors import Unreachable
from martlet.settings import Settings
from martlet.storage import server_values, standby
from martlet.storage.database import Store
from tests.cli.conftest import Operator
from tests.make import Make

NOW = datetime.now(UTC)
"""When this file was read; for what is days old."""
Found = list[tuple[str, str]]
Usage = namedtuple("Usage", ["total", "used", "free"])  # noqa: PYI024 - as shutil's


def ago(**span: float) -> int:
    return milliseconds(datetime.now(UTC) - timedelta(**span))


def test_a_backup_that_is_too_old(
    martlet: Operator, store: Store, settings: Settings, make: Make, tmp_path: Path
) -> None:
    def found(days: int = 7) -> Found:
        looked = check_upkeep.of_backup(Settings(backup_days=days, data=settings.data), store)
        return [(one.verdict, one.sentence) for one in looked]

    assert found() == []
    ada = make.account("ada")
    assert found() == [("note", "No backup was made yet.")]
    with store.write() as db:
        db.run("INSERT INTO account_log (account_id, last_sequence) VALUES (:id, 1)", id=ada)
        server_values.put(db, check_upkeep.BACKUP_MADE_AT, (NOW - timedelta(days=9)).isoformat())
    assert found() == [("bad", "The last backup was made 9 days ago.")]
    assert found(days=10) == [("good", "The last backup was made 9 days ago.")]
    assert found(days=0) == []
    assert martlet("backup", str(tmp_path / "all.tar")).exit_code == 0
    assert found() == [("good", "The last backup was made 0 minutes ago.")]
    with store.write() as db:
        server_values.delete(db, check_upkeep.BACKUP_MADE_AT)
    old = first_id_at(NOW - timedelta(days=8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("martlet.storage.users.first", lambda _db: old)
        assert found() == [("bad", "No backup was made yet.")]


def test_a_standby_that_stays_behind(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path))

    def found() -> Found:
        return [(one.verdict, one.sentence) for one in check_upkeep.of_standby(settings)]

    def heard(moment: int) -> None:
        with standby.one_at_a_time(tmp_path, moment) as is_later:
            assert is_later

    assert found() == []
    standby.save(tmp_path, standby.State(invited="x", every=5))
    assert found() == [("note", "A standby was invited, and has never asked.")]
    heard(ago(minutes=40))
    assert found() == [("bad", "The standby of this server has not asked since 40 minutes ago.")]
    standby.save(tmp_path, standby.State(invited="x", every=60))
    assert found() == [("good", "The standby of this server asked 40 minutes ago.")]
    standby.save(tmp_path, standby.State(invited="x"))
    assert found()[0][0] == "good"
    standby.save(tmp_path, standby.State(invited="x", replaced_at=ago(days=3)))
    assert found()[0][0] == "bad"
    (tmp_path / standby.STATE).write_text("{")
    assert found() == [("bad", f"{tmp_path / standby.STATE} is damaged.")]

    standby.forget(tmp_path)
    url = "https://sea.example"
    following.save(tmp_path, Following(url=url, invitation="x", every=5))
    assert found() == [("bad", f"This machine is a standby of {url} and has no whole copy yet.")]
    following.save(tmp_path, Following(url=url, invitation="x", every=5, copied_at=ago(hours=3)))
    assert found() == [("bad", f"This machine is a standby of {url}. Its copy is of 3 hours ago.")]
    martlet = Operator("sqlite", tmp_path)
    assert martlet("check").exit_code == 1
    assert not (tmp_path / standby.DATABASE).exists()  # else it could not be promoted
    following.save(tmp_path, Following(url=url, invitation="x", every=5, copied_at=ago(minutes=6)))
    assert found() == [("good", f"This machine is a standby of {url}. Its copy is of 6 minutes ago.")]


def test_mirrors_that_stay_behind(store: Store, make: Make) -> None:
    def found() -> list[str]:
        return [one.sentence for one in check_upkeep.of_mirrors(store)]

    ada, bob = make.account("ada"), make.account("bob")
    assert found() == []
    with store.write() as db:
        for number, (account, kept) in enumerate([(ada, 3), (bob, 2)]):
            db.run(
                """
                INSERT INTO mirror (id, account_id, base, server, inbox, offer, state, may_push, max_bytes, asked_at,
                                    answered_at, until_at, kept_sequence)
                VALUES (:id, :account, 'https://mirror.example', '', '', :offer, 'accepted', 0, 1, 1, 1, 9, :kept)
                """,
                id=number,
                account=account,
                offer=f"https://home.example/offer/{number}",
                kept=kept,
            )
            for sequence, moment in ((2, ago(days=3)), (3, ago(days=2)), (4, ago(hours=2))):
                db.run(
                    "INSERT INTO log_entry (account_id, uri, sequence, changed_at) VALUES (:id, :uri, :at, :moment)",
                    id=account,
                    uri=f"https://home.example/{sequence}",
                    at=sequence,
                    moment=moment,
                )
        db.run(
            """
            INSERT INTO mirrored (account_id, uri, offer, state, may_push, max_bytes, since_at, asked_at, answered_at,
                                  until_at, contact_at)
            VALUES (:id, 'https://far.example/eve', 'https://far.example/1', 'accepted', 0, 1, 0, 1, 1, 9, :moment)
            """,
            id=ada,
            moment=ago(days=2),
        )
    assert found() == [
        "Mirrors that lack what was written more than a day ago: https://mirror.example of @bob.",
        "People whose mirror this server is and whose server has not been read for more than a day: https://far.example/eve.",
    ]


def test_what_others_see(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = "Wed, 01 Jan 2025 00:00:00 GMT"
    there = {
        "https://home.example/.well-known/martlet": Answer(
            200, {}, b'{"actor": "https://home.example/actor"}', ""
        ),
        "https://a.example/.well-known/nodeinfo": Answer(404, {"date": slow}, b"", ""),
        "https://b.example/.well-known/nodeinfo": Answer(200, {"date": "soon"}, b"", ""),
    }

    async def get(_client: Client, url: str, **_options: object) -> Answer:
        if url not in there:
            raise Unreachable("It does not answer.")
        return there[url]

    async def good_until(host: str, port: int) -> datetime:
        assert (host, port) == ("home.example", 443)
        return NOW + timedelta(days=3)

    monkeypatch.setattr(Client, "get", get)
    monkeypatch.setattr(certificates, "good_until", good_until)
    with store.write() as db:
        for host in ("a.example", "b.example", "c.example"):
            db.run("INSERT INTO peer (host, created_at) VALUES (:host, 1)", host=host)
    looked = list(check_address.of_address(Settings(url="https://home.example"), store))
    assert [one.verdict for one in looked] == ["good", "bad", "bad"]
    assert all(one.advice for one in looked if one.verdict == "bad")
    assert "seconds fast" in looked[2].sentence
    assert not list(check_address.of_address(Settings(), store))
    del there["https://home.example/.well-known/martlet"]
    looked = list(check_address.of_address(Settings(url="https://home.example"), store))
    assert looked[0].sentence == "https://home.example does not lead here: It does not answer."


@pytest.mark.parametrize(
    ("offsets", "verdict"),
    [([2], "good"), ([-90], "note"), ([400], "bad"), ([-400], "bad"), ([1, 9000, -3], "good")],
    ids=["right", "a little slow", "fast", "slow", "one other is wrong"],
)
def test_clocks(offsets: list[int], verdict: str) -> None:
    assert check_address.of_clock([timedelta(seconds=one) for one in offsets]).verdict == verdict


@pytest.mark.parametrize(
    ("total", "free", "verdict"),
    [(20, 0.9, "bad"), (20, 1.1, "good"), (100, 4, "bad"), (4000, 11, "good"), (4000, 9, "bad")],
)
def test_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, free: float, verdict: str
) -> None:
    usage = Usage(total << 30, 0, int(free * (1 << 30)))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    tmp_path.chmod(0o700)
    found = next(one for one in check.of_disk(Settings(data=str(tmp_path))) if "free" in one.sentence)
    assert found.verdict == verdict
