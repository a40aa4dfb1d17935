"""Who signs: documents for signers only, requests that come twice, keys that change."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine

from martlet import app
from martlet.federation.asking import RENEWED
from martlet.federation.replays import Taken
from martlet.http.request import Request
from martlet.model.moderation import Decision, Policy, Severity
from martlet.services import restricting
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme, SignatureRejected
from martlet.signing.keys import PrivateKey
from martlet.storage import emojis, keys
from martlet.storage.database import Reader
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person
from tests.mastodon.acts import publish

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
OPEN = {"/actor", "/actor/outbox", "/emojis/owl"}
ACTIVITY = {"accept": "application/activity+json"}


@pytest.fixture
def careful(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    """The same server with `authorized_fetch`."""
    here = replace(ground.here, authorized_fetch=True)
    found = Api(app.build_on(replace(ground, here=here), settings, there))
    yield found
    found.close()


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


# -- documents for signers only -----------------------------------------------


def documents(api: Api, ada: client.Person) -> list[str]:
    """An address of each route of the door that gives out documents."""
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        emojis.insert(
            db, emojis.Emoji(here.next_id(), "owl", "", "owl.png", "owl.png", None, 1, here.now_ms())
        )
    door = next(one for one in api.built.application.doors if "/inbox" in one.prefixes)
    values = {"username": ada.username, "id": publish(api, ada)["id"], "shortcode": "owl"}
    routes = [path for method, path in door.routes.paths if method == "GET"]
    return [path.format(**values) for path in routes if not path.count("{") > 2]


def test_d15_unsigned_requests_are_refused_where_that_is_set(
    careful: Api, there: Elsewhere, eve: Person
) -> None:
    """Each route is tried, those of tomorrow too."""
    ada = careful.person("ada")
    for path in documents(careful, ada):
        unsigned = careful.get(path, headers=ACTIVITY)
        signed = there.fetch(careful, path, eve)
        if path in OPEN:
            assert (unsigned.status, signed.status) == (200, 200), path
        else:
            assert unsigned.status == 401, path
            assert signed.status in {200, 404}, path
            assert signed.status == 404 or signed.headers["cache-control"] == "private, no-store"
    assert careful.get("/.well-known/webfinger?resource=acct:ada@localhost:3000").status == 200
    assert careful.get("/nodeinfo/2.0").status == 200


def test_without_the_setting_documents_are_open(api: Api, ada: client.Person) -> None:
    post = publish(api, ada)["uri"].removeprefix(HERE)
    for path in (post, "/users/ada", "/users/ada/outbox"):
        reply = api.get(path, headers=ACTIVITY)
        assert (reply.status, reply.headers["cache-control"]) == (200, "public, max-age=60")
        assert api.get(path, headers={**ACTIVITY, "signature": "nonsense"}).status == 200


def test_d15_a_signature_of_a_suspended_server_opens_nothing(
    careful: Api, there: Elsewhere, eve: Person
) -> None:
    careful.person("ada")
    assert there.fetch(careful, "/users/ada", eve).status == 200
    with careful.built.ground.store.write() as db:
        restricting.decide(db, Decision(there.host, Policy(Severity.SUSPEND)), careful.built.ground.here)
    assert there.fetch(careful, "/users/ada", eve).status == 403


def test_d15_whom_somebody_blocks_is_told_nothing_of_them(
    careful: Api, there: Elsewhere, eve: Person
) -> None:
    ada, bob = careful.person("ada"), careful.person("bob")
    there.bring(careful, eve.act("Follow", ADA))
    [follower] = careful.get(f"/api/v1/accounts/{ada.id}/followers", ada).json
    careful.post(f"/api/v1/accounts/{follower['id']}/block", ada)
    post = publish(careful, ada)["uri"].removeprefix(HERE)
    assert there.fetch(careful, "/users/ada", eve).status == 404
    assert there.fetch(careful, post, eve).status == 404
    assert there.fetch(careful, "/users/bob", eve).status == 200
    careful.post("/api/v1/domain_blocks", bob, form={"domain": there.host})
    assert there.fetch(careful, "/users/bob", eve).status == 404


def test_f6_what_depends_on_the_signer_is_kept_by_no_cache(
    careful: Api, there: Elsewhere, eve: Person
) -> None:
    careful.person("ada")
    reply = there.fetch(careful, "/users/ada", eve)
    assert reply.headers["cache-control"] == "private, no-store"


# -- the same request twice ------------------------------------------------------


def signed(act: dict[str, Any], eve: Person, scheme: Scheme) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(act).encode()
    headers = http_signatures.sign_request(
        "POST", f"{HERE}/inbox", body, eve.signer, scheme, datetime.now(UTC)
    )
    return body, {**headers, "content-type": "application/activity+json"}


@pytest.mark.parametrize("scheme", Scheme)
def test_d5_the_same_request_again_has_no_effect_and_costs_nothing(
    api: Api,
    there: Elsewhere,
    ada: client.Person,
    eve: Person,
    monkeypatch: pytest.MonkeyPatch,
    scheme: Scheme,
) -> None:
    """Ada sends a follower away: the request that made him one does not bring him back."""
    body, headers = signed(eve.act("Follow", ADA), eve, scheme)
    assert api.post("/inbox", body=body, headers=headers).status == 202
    api.work()
    [follower] = api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json
    api.post(f"/api/v1/accounts/{follower['id']}/remove_from_followers", ada)
    api.work()

    async def never(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(Request, "body", never)
        patched.setattr(type(api.built.ground.store), "reading", never)
        patched.setattr(type(api.built.ground.store), "writing", never)
        assert [api.post("/inbox", body=body, headers=headers).status for _ in range(3)] == [202] * 3
    api.work()
    assert api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json == []


def test_d5_a_replay_has_no_effect_on_a_process_that_has_not_seen_it(
    ground: Ground, settings: Settings, there: Elsewhere, eve: Person
) -> None:
    with closing(Api(app.build_on(ground, settings, there))) as one:
        one.person("ada")
        body, headers = signed(eve.act("Follow", ADA), eve, Scheme.CAVAGE)
        assert one.post("/inbox", body=body, headers=headers).status == 202
        one.work()
    with ground.store.read() as db:
        before = db.rows("SELECT * FROM follow"), db.value("SELECT count(*) FROM incoming")
    with closing(Api(app.build_on(ground, settings, there))) as other:
        assert other.post("/inbox", body=body, headers=headers).status == 202
        other.work()
    with ground.store.read() as db:
        assert (db.rows("SELECT * FROM follow"), db.value("SELECT count(*) FROM incoming")) == before


def test_d5_only_what_was_taken_is_remembered(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """Whoever sees a request go by cannot keep it from arriving by sending its signature first."""
    body, headers = signed(eve.act("Follow", ADA), eve, Scheme.CAVAGE)
    assert api.post("/inbox", body=b"{}", headers=headers).status == 401
    assert api.post("/inbox", body=body, headers=headers).status == 202
    api.work()
    assert len(api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json) == 1
    del there


def test_what_is_remembered_of_requests_has_an_end() -> None:
    taken = Taken(kept=3)
    for number in range(10):
        taken.put(b"%d" % number, now=0)
    assert len(taken) == 3
    assert [number for number in range(10) if taken.has(b"%d" % number, now=1)] == [7, 8, 9]
    assert not taken.has(b"9", now=3_600_000), "no signature is good for so long"


# -- clocks and keys ---------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "status"), [(-50, 401), (-40, 202), (0, 202), (10, 202), (20, 401)])
def test_d5_clocks_may_differ_a_little(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, minutes: int, status: int
) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert there.send(api, eve.act("Follow", ADA), at=at).status == status
    del ada


def test_a_key_that_has_changed_is_fetched_once(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """
    And a key that does not fit is not fetched for each request that claims it (attacks D8).

    Who comes with a new key before it may be fetched is told to come again; nothing is lost.
    """
    del ada
    there.bring(api, eve.act("Follow", ADA))
    old, eve.key = eve.key, PrivateKey.make_rsa()
    renamed = Person(eve.uri, "eve", PrivateKey.make_rsa(), eve.ed25519)
    there.asked.clear()
    for signer in (eve, renamed):
        early = there.send(api, eve.act("Undo", eve.act("Follow", ADA)), signer)
        assert (early.status, early.headers["retry-after"], early.json["code"]) == (
            429,
            "60",
            "key_may_be_newer",
        )
    assert there.asked == []
    assert there.send(api, eve.act("Follow", ADA), replace(eve, key=old)).status == 202
    with time_machine.travel(datetime.now(UTC) + timedelta(milliseconds=RENEWED + 1), tick=False):
        there.asked.clear()
        assert there.send(api, eve.act("Undo", eve.act("Follow", ADA))).status == 202
        assert Counter(there.asked)[eve.uri] == 1
        there.asked.clear()
        assert there.send(api, eve.act("Follow", ADA)).status == 202
        assert there.asked == []
        forger = Person(eve.uri, "eve", PrivateKey.make_rsa(), eve.ed25519)
        assert [there.send(api, eve.act("Block", ADA), forger).status for _ in range(3)] == [429] * 3
        assert there.asked == [], "it was looked at a moment ago"
    with api.built.ground.store.read() as db:
        kept = keys.find_remote(db, eve.signer.key_id)  # type: ignore[arg-type]  # a uri
    assert kept is not None
    assert kept.public == eve.key.public.to_pem()


def test_a_key_that_cannot_be_had_just_now_refuses_nobody_for_good(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    """What is answered 401 is given up by many; the key's server may have been away for a moment."""
    del ada
    there.silent.add("silent.example")
    there.before |= {
        "stumbles.example": 502,
        "busy.example": 429,
        "refuses.example": 403,
        "unknown.example": 404,
    }
    people = {host: there.person("eve", host) for host in (*there.silent, *there.before)}

    def told() -> dict[str, int]:
        return {host: there.send(api, eve.act("Follow", ADA)).status for host, eve in people.items()}

    assert told() == {
        "silent.example": 503,
        "stumbles.example": 503,
        "busy.example": 503,
        "refuses.example": 401,
        "unknown.example": 401,
    }
    reply = there.send(api, people["silent.example"].act("Follow", ADA))
    assert reply.headers["retry-after"] == "60"
    there.silent.clear()
    there.before.clear()
    assert set(told().values()) == {202}


def test_d15_who_has_been_suspended_meanwhile_signs_no_more(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    there.bring(api, eve.act("Follow", ADA))

    def id_of(db: Reader) -> Any:
        return db.value("SELECT id FROM account WHERE uri = :uri", uri=eve.uri)

    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=id_of(db))
    assert there.send(api, eve.act("Like", ADA)).status == 403
    del ada


@pytest.mark.parametrize(
    ("signature", "covered", "key"),
    [
        ('keyId="https://a.test/k",signature="x"', "", "https://a.test/k"),
        ('algorithm="hs2019", keyId="https://a.test/k",signature="x"', "", "https://a.test/k"),
        ("sig1=:x:", 'sig1=("@method");created=1;keyid="https://a.test/k"', "https://a.test/k"),
        ("sig1=:x:", "sig1=();created=1", None),
        ("", "", None),
        ("x" * 100_000, "", None),
    ],
    ids=["first", "later", "rfc9421", "none", "unsigned", "long"],
)
def test_the_key_seen_at_a_glance(signature: str, covered: str, key: str | None) -> None:
    if key is None:
        with pytest.raises(SignatureRejected):
            http_signatures.key_id_in(signature, covered)
    else:
        assert http_signatures.key_id_in(signature, covered) == key


def test_a_server_of_several_names(ground: Ground, settings: Settings, there: Elsewhere) -> None:
    """Under each it says the same, and takes what was signed for that name and no other."""
    other = "https://other.example"
    named = replace(ground, here=replace(ground.here, alternate_urls=(other,)))
    api = Api(app.build_on(named, msgspec.structs.replace(settings, alternate_urls=(other,)), there))
    with closing(api):
        api.person("ada")
        eve = there.person("eve")
        found = [
            api.get("/users/ada", headers={**ACTIVITY, "host": host}) for host in ("other.example", api.host)
        ]
        assert {reply.json["id"] for reply in found} == {ADA}
        statuses: dict[tuple[str, Scheme], int] = {}
        for host in ("https://other.example", "https://third.example"):
            for scheme in Scheme:
                act = eve.act("Like", f"{ADA}/posts/1")
                body = json.dumps(act).encode()
                now = datetime.now(UTC)
                signed = http_signatures.sign_request("POST", f"{host}/inbox", body, eve.signer, scheme, now)
                reply = api.post("/inbox", body=body, headers={**signed, "host": "other.example"})
                statuses[host, scheme] = reply.status
        assert list(statuses.values()) == [202, 202, 429, 429]
