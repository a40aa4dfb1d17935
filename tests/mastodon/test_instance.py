"""The server, as clients ask about it."""

from martlet.mastodon import server_entities as entities
from martlet.model.server import Server
from martlet.services.ports import Ground
from martlet.storage import server_values
from martlet.storage.database import Store
from martlet.storage.server_values import Rule
from tests.client import Api


def test_version_two_says_everything(api: Api, ground: Ground) -> None:
    api.person("owner", role="owner")
    found = api.get("/api/v2/instance").entity(entities.Instance)
    assert found.domain == "localhost:3000"
    assert found.version.startswith("4.5.0 (compatible; Martlet ")
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
    assert "Idempotency-Key" in asked.headers["access-control-allow-headers"]


def test_the_description_of_the_api_is_served(api: Api) -> None:
    described = api.get("/api/openapi.json")
    assert described.json["openapi"] == "3.1.0"
    assert "/api/v1/statuses/{id}/context" in described.json["paths"]
