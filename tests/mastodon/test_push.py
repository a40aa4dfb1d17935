"""Web Push: apps are told, encrypted; decrypted here by a real client's own code."""

import base64
import json
from typing import Any

import msgspec
import pytest
from mastodon import Mastodon

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.serialize.notification_titles import WORDS, title
from martlet.mastodon.serialize.notifications import TYPES
from martlet.model.names import AccountId, NotificationId
from martlet.model.notifications import Notification, NotificationKind
from tests.client import Api, Person
from tests.receiving import Receiver

CLIENT = Mastodon(api_base_url="http://localhost:3000", access_token="none")


def keys() -> tuple[dict[str, Any], dict[str, Any]]:
    private, public = CLIENT.push_subscription_generate_keys()
    return private, public


def subscription(public: dict[str, Any], endpoint: str, **more: Any) -> dict[str, Any]:
    def text(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode()

    return {
        "subscription": {
            "endpoint": endpoint,
            "keys": {"p256dh": text(public["pubkey"]), "auth": text(public["auth"])},
            **more,
        },
        "data": {"alerts": {"mention": True}, "policy": "all"},
    }


def mention(api: Api, by: Person, whom: str) -> None:
    api.post("/api/v1/statuses", token=by, json={"status": f"@{whom} Grüße, 小米"})
    api.work()


@pytest.mark.parametrize("is_standard", [True, False])
def test_an_app_is_told_in_words_only_it_can_read(calling_api: Api, *, is_standard: bool) -> None:
    api, endpoint = calling_api, Receiver(201)
    ada, bob = api.person("ada"), api.person("bob")
    private, public = keys()
    with endpoint.listening() as address:
        body = subscription(public, address, standard=is_standard)
        reply = api.post("/api/v1/push/subscription", token=ada, json=body)
        assert reply.status == 200
        assert reply.entity(entities.WebPushSubscription).alerts.mention is True
        mention(api, bob, "ada")
    ((_, headers, encrypted),) = endpoint.received
    assert "小米".encode() not in encrypted
    if is_standard:
        assert headers["content-encoding"] == "aes128gcm"
        import http_ece  # noqa: PLC0415 - needs its key object only here
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

        key = ec.derive_private_key(private["privkey"], ec.SECP256R1())
        told = json.loads(
            http_ece.decrypt(encrypted, private_key=key, auth_secret=private["auth"], version="aes128gcm")
        )
    else:
        read = CLIENT.push_subscription_decrypt_push(
            encrypted, private, headers["encryption"], headers["crypto-key"]
        )
        told = json.loads(json.dumps(read, default=str))
    assert told["access_token"] == ada.token
    assert told["notification_type"] == "mention"
    assert told["title"] == "bob mentioned you"
    assert told["body"] == "@ada Grüße, 小米"
    found = api.get("/api/v1/notifications", token=ada).json
    assert str(told["notification_id"]) == found[0]["id"]


def test_apps_can_be_told_of_everything_in_every_language() -> None:
    assert set(msgspec.to_builtins(entities.PushAlerts())) == {TYPES[kind] for kind in NotificationKind}
    for language, words in WORDS.items():
        assert set(words) == set(NotificationKind), language
    boosted = Notification(
        NotificationId(1), AccountId(1), NotificationKind.BOOST, AccountId(2), None, None, "", 0
    )
    assert title(boosted, "bob", "zh-TW") == "bob 轉發了你的貼文"


@pytest.mark.parametrize("policy", ["all", "followed", "follower", "none"])
def test_apps_are_told_of_whom_they_want(calling_api: Api, policy: str) -> None:
    """And of nobody whose notifications are kept aside."""
    api, endpoint = calling_api, Receiver(201)
    ada = api.person("ada")
    followed, follower, other = (api.person(name) for name in ("followed", "follower", "other"))
    _, public = keys()
    with endpoint.listening() as address:
        body = subscription(public, address)
        body["data"] = {"alerts": {"mention": True}, "policy": policy}
        assert api.post("/api/v1/push/subscription", token=ada, json=body).json["policy"] == policy
        api.post(f"/api/v1/accounts/{followed.id}/follow", token=ada)
        api.post(f"/api/v1/accounts/{ada.id}/follow", token=follower)
        expected = {"all": 3, "none": 0}.get(policy, 1)
        for person in (followed, follower, other):
            mention(api, person, "ada")
        assert len(endpoint.received) == expected
        api.patch("/api/v2/notifications/policy", ada, json={"for_not_following": "filter"})
        for person in (follower, other):
            mention(api, person, "ada")
        assert len(endpoint.received) == expected


def test_only_what_was_asked_for_is_told(calling_api: Api) -> None:
    api, endpoint = calling_api, Receiver(201)
    ada, bob = api.person("ada"), api.person("bob")
    _, public = keys()
    with endpoint.listening() as address:
        api.post("/api/v1/push/subscription", token=ada, json=subscription(public, address))
        api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
        api.work()
        assert endpoint.received == []
        changed = api.put(
            "/api/v1/push/subscription",
            token=ada,
            json={"data": {"alerts": {"follow": True}, "policy": "followed"}},
        )
        assert changed.json["alerts"]["mention"] is False
        assert changed.json["policy"] == "followed"
        mention(api, bob, "ada")
        assert endpoint.received == []


def test_an_app_that_has_gone_is_forgotten(calling_api: Api) -> None:
    api, endpoint = calling_api, Receiver(status=410)
    ada, bob = api.person("ada"), api.person("bob")
    _, public = keys()
    with endpoint.listening() as address:
        api.post("/api/v1/push/subscription", token=ada, json=subscription(public, address))
        mention(api, bob, "ada")
        assert len(endpoint.received) == 1
    assert api.get("/api/v1/push/subscription", token=ada).status == 404


def test_what_was_deleted_before_it_is_sent_is_not_sent(calling_api: Api) -> None:
    """F11"""
    api, endpoint = calling_api, Receiver(201)
    ada, bob = api.person("ada"), api.person("bob")
    _, public = keys()
    with endpoint.listening() as address:
        api.post("/api/v1/push/subscription", token=ada, json=subscription(public, address))
        post = api.post("/api/v1/statuses", token=bob, json={"status": "@ada oops"}).json["id"]
        api.delete(f"/api/v1/statuses/{post}", token=bob)
        api.work()
    assert endpoint.received == []


def test_each_token_has_a_subscription_of_its_own(api: Api) -> None:
    ada = api.person("ada")
    other = api.token(ada.id)
    _, public = keys()
    assert api.get("/api/v1/push/subscription", token=ada).status == 404
    api.post("/api/v1/push/subscription", token=ada, json=subscription(public, "https://push.example/1"))
    api.post("/api/v1/push/subscription", token=ada, json=subscription(public, "https://push.example/2"))
    assert api.get("/api/v1/push/subscription", token=ada).json["endpoint"] == "https://push.example/2"
    assert api.get("/api/v1/push/subscription", token=other).status == 404
    assert api.delete("/api/v1/push/subscription", token=other).json == {}
    assert api.get("/api/v1/push/subscription", token=ada).status == 200
    assert api.delete("/api/v1/push/subscription", token=ada).json == {}
    assert api.get("/api/v1/push/subscription", token=ada).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "javascript:alert(1)"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"endpoint": "x" * 5000},
    ],
)
def test_a_broken_subscription_is_refused(api: Api, change: dict[str, Any]) -> None:
    ada = api.person("ada")
    _, public = keys()
    body = subscription(public, "https://push.example/1")
    body["subscription"] |= change
    assert api.post("/api/v1/push/subscription", token=ada, json=body).status == 422
