"""The tests' own client."""

import pytest

from martlet.mastodon import entities
from tests.client import Api, strictly


def test_a_post_is_read_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    reply = api.post("/api/v1/statuses", token=ada, form={"status": "Hello"})
    assert reply.status == 200, reply.body
    assert api.get(f"/api/v1/statuses/{reply.json['id']}", token=bob).json["content"] == "<p>Hello</p>"
    api.work()


def test_what_is_not_promised_is_noticed() -> None:
    with pytest.raises(AssertionError, match="not promised"):
        strictly(b'{"name":"a","website":null,"more":1}', entities.StatusApplication)
