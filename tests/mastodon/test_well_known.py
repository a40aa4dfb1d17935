"""Where to find whom and what."""

from urllib.parse import quote

import pytest

from tests.client import Api


@pytest.mark.parametrize(
    "resource",
    [
        "acct:ada@localhost:3000",
        "acct:Ada@localhost:3000",
        "ada@localhost:3000",
        "@ada@localhost:3000",
        "http://localhost:3000/@ada",
        "http://localhost:3000/users/ada",
    ],
)
def test_everybody_here_is_found_by_any_of_their_names(api: Api, resource: str) -> None:
    api.person("ada")
    reply = api.get(f"/.well-known/webfinger?resource={quote(resource)}")
    assert reply.headers["content-type"].startswith("application/jrd+json")
    assert reply.json["subject"] == "acct:ada@localhost:3000"
    links = {link["rel"]: link for link in reply.json["links"]}
    assert links["self"] == {
        "rel": "self",
        "type": "application/activity+json",
        "href": "http://localhost:3000/users/ada",
    }


@pytest.mark.parametrize(
    "resource",
    [
        "acct:eve@localhost:3000",
        "acct:ada@other.example",
        "acct:ada",
        "https://other.example/@ada",
        "ada@",
        "@",
        "%00",
    ],
)
def test_nobody_else_is(api: Api, resource: str) -> None:
    api.person("ada")
    assert api.get(f"/.well-known/webfinger?resource={quote(resource)}").status == 404


def test_webfinger_wants_a_resource(api: Api) -> None:
    assert api.get("/.well-known/webfinger").status == 422


def test_host_meta_says_where_webfinger_is(api: Api) -> None:
    reply = api.get("/.well-known/host-meta")
    assert reply.headers["content-type"].startswith("application/xrd+xml")
    assert b'template="http://localhost:3000/.well-known/webfinger?resource={uri}"' in reply.body
    assert api.get("/.well-known/host-meta.json").json["links"][0]["rel"] == "lrdd"


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_nodeinfo(api: Api, version: str) -> None:
    api.person("ada")
    links = {
        link["rel"].rpartition("/")[2]: link["href"]
        for link in api.get("/.well-known/nodeinfo").json["links"]
    }
    found = api.get(links[version].removeprefix("http://localhost:3000")).json
    assert found["version"] == version
    assert found["software"]["name"] == "martlet"
    assert ("repository" in found["software"]) == (version == "2.1")
    assert set(found) == {
        *("version", "software", "protocols", "services", "openRegistrations", "usage", "metadata")
    }
    feeds = {"inbound": [], "outbound": ["atom1.0", "rss2.0"]}
    assert (found["protocols"], found["services"]) == (["activitypub"], feeds)
    assert set(found["usage"]["users"]) == {"total", "activeMonth", "activeHalfyear"}
    assert found["usage"]["users"]["total"] == 1
    assert found["openRegistrations"] is False
