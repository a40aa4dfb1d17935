"""Ever new hosts, actors and names (docs/security.md, D21): what they cost us ends at a number."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import time_machine

from martlet import app
from martlet.federation import strangers
from martlet.federation.strangers import registrable
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme, Signer
from martlet.storage.database import Reader
from tests import client
from tests.client import Api, Reply
from tests.elsewhere import Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
TABLES = ("peer", "account", "remote_account", "remote_key", "incoming", "post", "job", "notification")


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere("honest.example")


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    found = Api(app.build_on(ground, msgspec.structs.replace(settings, rate_limits=True), there))
    yield found
    found.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


def of_one_key(there: Elsewhere, name: str, host: str) -> Person:
    """Somebody more; all have the same keys, which take long to make."""
    eve = there.people.get("https://evil.test/users/eve") or there.person("eve", "evil.test")
    uri = f"https://{host}/users/{name}"
    there.people[uri] = replace(eve, uri=uri, username=name, extra={})
    return there.people[uri]


def rows(api: Api) -> dict[str, int]:
    def count(db: Reader) -> dict[str, int]:
        return {table: int(db.value(f"SELECT count(*) FROM {table}")) for table in TABLES}

    with api.built.ground.store.read() as db:
        return count(db)


def flood(api: Api, there: Elsewhere, people: list[Person]) -> list[Reply]:
    return [there.send(api, one.act("Follow", ADA)) for one in people]


def test_d21_hosts_without_end_below_one_domain(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some are got to know, then no more for an hour; others are not held up, nor those who are known."""
    monkeypatch.setattr(strangers, "HOSTS_OF_DOMAIN", replace(strangers.HOSTS_OF_DOMAIN, limit=10))
    monkeypatch.setattr(strangers, "HOSTS_OF_ADDRESS", replace(strangers.HOSTS_OF_ADDRESS, limit=1_000))
    honest = there.person("bob")
    with time_machine.travel("2026-11-29T10:10:00Z", tick=False) as clock:
        people = [of_one_key(there, "eve", f"a{number}.evil.test") for number in range(100)]
        replies = flood(api, there, people)
        assert [one.status for one in replies] == [202] * 10 + [429] * 90
        assert int(replies[-1].headers["retry-after"]) in range(2_900, 3_010)
        assert len(there.asked) <= 3 * 10
        before = rows(api)
        assert (before["peer"], before["incoming"]) == (10, 10)
        asked = len(there.asked)
        flood(api, there, people[10:])
        assert (rows(api), len(there.asked)) == (before, asked)
        assert there.send(api, honest.act("Follow", ADA)).status == 202
        assert there.send(api, people[0].act("Like", f"{ADA}/posts/1")).status == 202
        clock.shift(3_600)
        assert flood(api, there, people[50:51])[0].status == 202
    del ada


def test_d21_hosts_that_never_answer(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cannot be got to know costs as much as who can."""
    monkeypatch.setattr(strangers, "HOSTS_OF_DOMAIN", replace(strangers.HOSTS_OF_DOMAIN, limit=10))
    there.is_down = True
    people = [of_one_key(there, "eve", f"a{number}.evil.test") for number in range(50)]
    assert [one.status for one in flood(api, there, people)] == [503] * 10 + [429] * 40
    assert len(there.asked) == 10
    assert (rows(api)["peer"], rows(api)["incoming"]) == (0, 0)
    del ada


def test_d21_actors_without_end_on_one_host(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "ACTORS_OF_DOMAIN", replace(strangers.ACTORS_OF_DOMAIN, limit=10))
    people = [of_one_key(there, f"eve{number}", "evil.test") for number in range(50)]
    assert [one.status for one in flood(api, there, people)] == [202] * 10 + [429] * 40
    assert rows(api)["remote_account"] == 10
    del ada


def test_d21_domains_without_end_from_one_address(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "HOSTS_OF_ADDRESS", replace(strangers.HOSTS_OF_ADDRESS, limit=10))
    people = [of_one_key(there, "eve", f"evil{number}.test") for number in range(50)]
    assert [one.status for one in flood(api, there, people)] == [202] * 10 + [429] * 40
    del ada


def test_d21_strangers_without_end_from_everywhere(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And people here still find whom they look for."""
    monkeypatch.setattr(strangers, "ACTORS", replace(strangers.ACTORS, limit=10))
    people = [of_one_key(there, "eve", f"evil{number}.test") for number in range(30)]
    assert [one.status for one in flood(api, there, people)] == [202] * 10 + [429] * 20
    there.person("bob")
    found = api.get("/api/v2/search?q=@bob@honest.example&resolve=true", ada).json["accounts"]
    assert [one["acct"] for one in found] == ["bob@honest.example"]


def test_d21_names_without_end_in_posts(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who is known names ten new hosts in each post."""
    monkeypatch.setattr(strangers, "HOSTS_OF_DOMAIN", replace(strangers.HOSTS_OF_DOMAIN, limit=10))
    mallory = there.person("mallory")
    there.bring(api, mallory.act("Follow", ADA))
    there.asked.clear()
    for number in range(20):
        named = [of_one_key(there, "eve", f"n{number}-{at}.evil.test").uri for at in range(10)]
        tags: list[Any] = [{"type": "Mention", "href": uri} for uri in [ADA, *named]]
        there.bring(api, mallory.act("Create", mallory.note(tag=tags)))
    assert len(there.asked) <= 3 * 10
    assert rows(api)["remote_account"] <= 11
    assert len(api.get("/api/v1/notifications?types[]=mention", ada).json) == 20


def test_d21_answers_to_ever_new_hosts(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "HOSTS_OF_DOMAIN", replace(strangers.HOSTS_OF_DOMAIN, limit=10))
    mallory = there.person("mallory")
    there.bring(api, mallory.act("Follow", ADA))
    there.asked.clear()
    tag = [{"type": "Mention", "href": ADA}]
    for number in range(30):
        above = of_one_key(there, "eve", f"t{number}.evil.test").note()
        there.keep(above)
        there.bring(api, mallory.act("Create", mallory.note(tag=tag, inReplyTo=above["id"])))
    assert len(there.asked) <= 4 * 10
    assert rows(api)["peer"] <= 11


def test_d21_many_keys_of_one_actor(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Each request names another key; the actor is not fetched for each."""
    mallory = there.person("mallory")
    there.bring(api, mallory.act("Follow", ADA))
    there.asked.clear()
    for number in range(20):
        act, key = mallory.act("Like", ADA), f"{mallory.uri}#key{number}"
        body = json.dumps(act).encode()
        signed = http_signatures.sign_request(
            "POST", f"{HERE}/inbox", body, Signer(key, mallory.key), Scheme.CAVAGE, datetime.now(UTC)
        )
        reply = api.post("/inbox", body=body, headers={**signed, "content-type": "application/activity+json"})
        assert reply.status == 429
    assert there.asked == []
    del ada


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("evil.test", "evil.test"),
        ("a.b.c.evil.test:8443", "evil.test"),
        ("EVIL.test.", "evil.test"),
        ("a.evil.co.uk", "evil.co.uk"),
        ("a.b.evil.com.au", "evil.com.au"),
        ("social.evil.de", "evil.de"),
        ("localhost:3000", "localhost"),
        ("192.0.2.7:3000", "192.0.2.7"),
        ("[2001:db8::1]:3000", "2001:db8::"),
    ],
)
def test_d21_whose_budget_it_is(host: str, domain: str) -> None:
    assert registrable(host) == domain
