"""No method that people call all day long reads a whole table."""

import re
import sqlite3

import pytest

from martlet.model.names import NOBODY, PostId, Uri
from martlet.services import screening_sign_ups
from martlet.storage import marks, packs, quotes
from martlet.storage.quotes import RemoteQuote
from martlet.storage.sqlite import SqliteStore
from tests.client import Api
from tests.mastodon.acts import POSTS, do, follow, publish, upload

SCAN = re.compile(r"\bSCAN (\w+)")
NO_TABLE = frozenset({"CONSTANT", "event", "stream_listener"})
"""A row of values; the events that wait, and the processes with open streams, of which there are few."""


class Plans:
    """Collects what is executed, and asks SQLite how it goes about it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.statements: dict[str, None] = {}

    def watch(self) -> None:
        for connection in self.store._connections:
            connection.set_trace_callback(self._note)
        connect = self.store._connect

        def watched() -> sqlite3.Connection:
            """A thread that reads for the first time has a connection of its own."""
            made = connect()
            made.set_trace_callback(self._note)
            return made

        self.store._connect = watched  # type: ignore[method-assign]  # while the test watches

    def _note(self, sql: str) -> None:
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", sql):
            self.statements[sql] = None

    def scans(self) -> dict[str, list[str]]:
        """Statements that read a whole table or index, with the lines that say so."""
        found: dict[str, list[str]] = {}
        connection = sqlite3.connect(self.store.path)
        try:
            for sql in self.statements:
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
                named = dict(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)\s+AS\s+(\w+)", sql))
                real = tables | set(named.values())
                lines = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
                bad = [
                    line
                    for line in lines
                    if (match := SCAN.search(line)) and match[1] in real and match[1] not in NO_TABLE
                    if "VIRTUAL TABLE INDEX" not in line
                ]
                if bad:
                    found[sql] = bad
        finally:
            connection.close()
        return found


@pytest.fixture
def plans(api: Api) -> Plans:
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    return Plans(store)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_posts_are_found_by_indexes(api: Api, plans: Plans) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, bob, ada)
    publish(api, ada)
    api.work()
    plans.watch()
    picture = upload(api, ada)
    status = publish(
        api, ada, "@bob #tag https://example.com", media_ids=[picture], quote_approval_policy="followers"
    )
    asked = publish(
        api, ada, "?", poll={"options": ["1", "2"], "expires_in": 600}, in_reply_to_id=status["id"]
    )
    quoting = publish(api, bob, "Look", quoted_status_id=status["id"])
    for verb in ("favourite", "bookmark", "reblog", "mute"):
        do(api, bob, verb, status)
    do(api, ada, "pin", status)
    reactions = f"/api/v1/pleroma/statuses/{status['id']}/reactions"
    for emoji in ("🎉", "☕"):
        assert api.put(f"{reactions}/{emoji}", bob).status == 200
    assert api.delete(f"{reactions}/☕", bob).status == 200
    assert api.get(reactions, bob).status == 200
    api.post(f"/api/v1/polls/{asked['poll']['id']}/votes", bob, json={"choices": [0]})
    api.work()
    for viewer in (ada, bob, None):
        for which in ("", "/context", "/history", "/favourited_by", "/reblogged_by"):
            assert api.get(f"{POSTS}/{status['id']}{which}", viewer).status == 200
        api.get(f"{POSTS}/{quoting['id']}", viewer)
        api.get(f"/api/v1/polls/{asked['poll']['id']}", viewer)
        api.get(POSTS, viewer, query=[("id[]", status["id"]), ("id[]", asked["id"])])
    api.get(f"{POSTS}/{status['id']}/quotes", ada)
    api.get(f"{POSTS}/{status['id']}/source", ada)
    api.put(f"{POSTS}/{status['id']}", ada, json={"status": "Now @bob"})
    for verb in ("unfavourite", "unbookmark", "unreblog", "unmute"):
        do(api, bob, verb, status)
    do(api, ada, "unpin", status)
    do(api, bob, "reblog", status)
    api.delete(f"{POSTS}/{status['id']}", ada)
    assert len(plans.statements) > 50
    assert plans.scans() == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_packs_that_posts_link_to_are_found_by_an_index(plans: Plans) -> None:
    plans.watch()
    with plans.store.read() as db:
        assert packs.with_urls(db, {"https://a.example/packs/1", "https://b.example/"}) == {}
        assert packs.shown(db, {1, 2}, NOBODY) == []
    assert len(plans.statements) == 2
    assert plans.scans() == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_quotes_between_servers_are_found_by_indexes(api: Api, plans: Plans) -> None:
    ada = api.person("ada")
    quoting = publish(api, ada, "Look", quoted_status_id=publish(api, ada)["id"])
    id = PostId(int(quoting["id"]))
    with plans.store.write() as db:
        plans.watch()
        quotes.put_remote(db, RemoteQuote(id, Uri("a"), request=Uri("b"), consent=Uri("c")))
        quotes.find_request(db, Uri("b"))
        quotes.with_consent(db, Uri("c"))
        quotes.find_remote(db, id)
        quotes.quoters(db, id)
        quotes.note_deleted(db, id)
        quotes.unwelcome(db, ada.id, [ada.id], 0)
        quotes.delete_remote(db, id)
        marks.replace_pins(db, ada.id, [(id, 1)])
    assert len(plans.statements) > 8
    assert plans.scans() == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_goes_with_a_post_is_found_by_indexes(api: Api, plans: Plans) -> None:
    """SQLite looks for rows that name the deleted one; `EXPLAIN` says nothing of that."""
    connection = sqlite3.connect(plans.store.path)
    try:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        slow = []
        for table in tables:
            for key in connection.execute(f"PRAGMA foreign_key_list({table})"):
                if key[2] != "post":
                    continue
                plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {key[3]} = 1")
                if any(row[3].startswith("SCAN") for row in plan):
                    slow.append(f"{table}.{key[3]}")
        assert slow == []
    finally:
        connection.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_rules_about_who_joins_are_found_by_indexes(api: Api, plans: Plans) -> None:
    ground = api.built.ground
    api.get("/health")  # closed networks are read once in a while, all of them
    plans.watch()
    with ground.store.read() as db:
        assert screening_sign_ups.severity_for(db, "203.0.113.7", ground.here) is None
        assert not screening_sign_ups.is_email_blocked(db, "ada@sub.mail.example")
    assert len(plans.statements) == 3
    assert plans.scans() == {}
