"""The server, as clients ask about it."""

from typing import Any

import pytest
import time_machine

from martlet.mastodon import server_entities as entities
from martlet.model.server import Server
from martlet.services import counting, naming
from martlet.services.ports import Ground
from martlet.storage import server_values
from martlet.storage.database import Reader, Store
from martlet.storage.server_values import Counts, Rule
from tests.client import Api


def test_version_two_says_everything(api: Api, ground: Ground) -> None:
    api.person("owner", role="owner")
    found = api.get("/api/v2/instance").entity(entities.Instance)
    assert found.domain == "localhost:3000"
    assert found.version.startswith("4.6.0 (compatible; Martlet ")
    assert found.api_versions == {"mastodon": 10}
    assert found.configuration.urls.streaming == "ws://localhost:3000"
    assert found.configuration.statuses.max_characters == 5000
    assert found.configuration.vapid.public_key == ground.vapid.public_text_for_apps
    assert (found.registrations.enabled, found.registrations.approval_required) == (False, False)
    assert found.contact.account is not None
    assert found.contact.account.username == "owner"


def test_version_one_says_what_old_apps_need(api: Api) -> None:
    ada = api.person("ada")
    api.post("/api/v1/statuses", token=ada, form={"status": "Hello"})
    found = api.get("/api/v1/instance").entity(entities.V1Instance)
    assert found.uri == "localhost:3000"
    assert found.urls.streaming_api == "ws://localhost:3000"
    assert (found.stats.user_count, found.stats.status_count, found.stats.domain_count) == (1, 1, 0)
    assert (found.registrations, found.invites_enabled) == (False, True)
    assert found.contact_account is None


def test_rules_in_their_order(api: Api, store: Store, here: Server) -> None:
    rules = [Rule(here.next_id(), "Be kind", "To everyone"), Rule(here.next_id(), "No spam", "")]
    with store.write() as db:
        server_values.put_rules(db, rules)
    shown = [(rule["text"], rule["hint"]) for rule in api.get("/api/v1/instance/rules").json]
    assert shown == [("Be kind", "To everyone"), ("No spam", "")]
    assert api.get("/api/v2/instance").json["rules"] == api.get("/api/v1/instance/rules").json


def test_every_app_may_ask_from_any_page(api: Api) -> None:
    """CORS"""
    reply = api.get("/api/v2/instance")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "Link" in reply.headers["access-control-expose-headers"]
    asked = api.call("OPTIONS", "/api/v1/statuses", None)
    assert asked.status == 204
    allowed = asked.headers["access-control-allow-headers"].split(", ")
    # The star stands for all but one: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
    assert {"Authorization", "Idempotency-Key", "*"} <= set(allowed)


@pytest.mark.parametrize("given", ["Bearer undefined", "Bearer ", "Basic eDp5", "x"])
def test_whoever_needs_no_token_needs_no_good_one(api: Api, given: str) -> None:
    """A token that was revoked, or the password of a proxy in front."""
    ada, headers = api.person("ada"), {"authorization": given}
    open_to_all = (
        "/api/v1/instance",
        "/api/v2/instance",
        "/api/v1/custom_emojis",
        "/nodeinfo/2.0",
        "/.well-known/webfinger?resource=acct:ada@localhost:3000",
    )
    for path in open_to_all:
        assert api.get(path, headers=headers).status == 200, path
    wish = {"client_name": "Bell", "redirect_uris": "https://bell.example/cb"}
    assert api.post("/api/v1/apps", form=wish, headers=headers).status == 200
    assert api.get("/api/v1/accounts/verify_credentials", headers=headers).status == 401
    shown = api.get(f"/api/v1/accounts/{ada.id}", headers=headers).status
    assert shown == (401 if given.startswith("Bearer") else 200)  # whoever sends a token wants to be known


def test_the_description_of_the_api_is_served(api: Api) -> None:
    described = api.get("/api/openapi.json")
    assert described.json["openapi"] == "3.1.0"
    assert "/api/v1/statuses/{id}/context" in described.json["paths"]


def test_the_name_its_owner_chose_stands_everywhere(api: Api, ground: Ground) -> None:
    def told() -> set[Any]:
        paths = (
            "/api/v1/instance",
            "/api/v2/instance",
            "/nodeinfo/2.0",
            "/nodeinfo/2.1",
            "/api/openapi.json",
        )
        v1, v2, old, new, described = (api.get(path).json for path in paths)
        title = described["info"]["title"].removesuffix(": the client API")
        return {v1["title"], v2["title"], old["metadata"]["nodeName"], new["metadata"]["nodeName"], title}

    assert told() == {"Martlet"}
    with ground.store.write() as db:
        naming.rename(db, "Mauerwinkel")
    assert told() == {"Mauerwinkel"}


def test_people_and_posts_are_counted_once_a_minute(
    api: Api, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = server_values.counts

    def watched(db: Reader, now: int) -> Counts:
        counted.append(now)
        return count(db, now)

    monkeypatch.setattr(server_values, "counts", watched)
    ada = api.person("ada")
    now = ground.here.now()
    with time_machine.travel(now, tick=False) as clock:
        api.get("/api/v1/timelines/home", ada)
        api.work()
        for path in ("/api/v1/instance", "/api/v2/instance", "/nodeinfo/2.1", "/", "/about"):
            assert api.get(path).status == 200
        assert len(counted) == 1
        api.post("/api/v1/statuses", ada, form={"status": "Hello"})
        assert api.get("/api/v1/instance").json["stats"]["status_count"] == 0
        clock.shift(counting.KEPT_MS / 1000)
        assert api.get("/api/v1/instance").json["stats"]["status_count"] == 1
        usage = api.get("/nodeinfo/2.0").json["usage"]
        assert usage == {"users": {"total": 1, "activeMonth": 1, "activeHalfyear": 1}, "localPosts": 1}
        assert api.get("/api/v2/instance").json["usage"]["users"]["active_month"] == 1
        clock.shift(-3600)  # a clock set back is no reason to tell old figures for an hour
        api.get("/api/v1/instance")
    assert len(counted) == 3
