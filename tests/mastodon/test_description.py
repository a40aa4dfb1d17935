"""
The client API against its own description: what is answered is what was promised, whatever is sent.

Each method is called with values made from the description, fitting and unfitting ones.
`MARTLET_TEST_LONG=1` makes it a long run, on both databases.
"""

import os
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.client import Api, Person

LONG = bool(os.environ.get("MARTLET_TEST_LONG"))
EXAMPLES = int(os.environ.get("MARTLET_TEST_EXAMPLES", "250" if LONG else "2"))
DATABASES = ["sqlite", "postgres"] if LONG else ["sqlite"]
SLICES = 4
"""So that several processes of the tests can share the work."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OURS_TO_SAY = ("host", "authorization", "content-length")


def furnished(api: Api) -> tuple[Person, list[str]]:
    """Somebody with something of everything, and the ids of it all."""
    ada, bob = api.person("ada"), api.person("bob")
    found = [str(ada.id), str(bob.id)]

    def post(path: str, who: Person, **body: Any) -> Any:
        made = api.post(path, who, json=body)
        assert made.status == 200, made.text
        if isinstance(made.json.get("id"), str):
            found.append(made.json["id"])
        return made.json

    post(f"/api/v1/accounts/{bob.id}/follow", ada)
    post(f"/api/v1/accounts/{ada.id}/follow", bob)
    own = post("/api/v1/statuses", ada, status="Good morning #town @bob")
    other = post("/api/v1/statuses", bob, status="@ada which?", in_reply_to_id=own["id"])
    poll = post("/api/v1/statuses", bob, status="?", poll={"options": ["a", "b"], "expires_in": 3600})
    found.append(poll["poll"]["id"])
    post("/api/v1/statuses", bob, status="@ada for you", visibility="direct")
    post(f"/api/v1/statuses/{other['id']}/favourite", ada)
    post(f"/api/v1/statuses/{other['id']}/reblog", ada)
    post("/api/v1/statuses", ada, status="see", quoted_status_id=poll["id"])
    listed = post("/api/v1/lists", ada, title="Friends")
    post(f"/api/v1/lists/{listed['id']}/accounts", ada, account_ids=[str(bob.id)])
    kept = post("/api/v2/filters", ada, title="x", context=["home"], keywords_attributes=[{"keyword": "rain"}])  # fmt: skip
    found.append(kept["keywords"][0]["id"])
    api.work()
    for path in ("/api/v1/notifications", "/api/v1/conversations"):
        found.extend(one["id"] for one in api.get(path, ada).json)
    return ada, found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_description_is_valid_openapi(api: Api) -> None:
    description = api.get("/api/openapi.json").json
    assert description["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(description).validate()


@pytest.mark.parametrize("database", DATABASES, indirect=True)
@pytest.mark.parametrize("part", range(SLICES))
def test_whatever_is_sent_the_answer_is_as_described(api: Api, part: int, bugs: list[str]) -> None:
    ada, ids = furnished(api)
    assert not bugs
    schema = schemathesis.openapi.from_dict(api.get("/api/openapi.json").json)
    called = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # Err would raise here: then the description is wrong
        if zlib.crc32(operation.label.encode()) % SLICES != part:
            continue
        called += 1
        modes = [GenerationMode.POSITIVE]
        if operation.body or operation.query:
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:
            _try(api, ada, ids, operation, mode, bugs)
        api.work()
        assert not bugs, f"after {operation.label}: {bugs}"
    assert called > 10


def _try(
    api: Api, ada: Person, ids: list[str], operation: Any, mode: GenerationMode, bugs: list[str]
) -> None:
    @given(
        operation.as_strategy(generation_mode=mode), st.lists(st.sampled_from(ids), min_size=3, max_size=3)
    )
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any, real: list[str]) -> None:
        for name, id in zip(case.path_parameters, real, strict=False):
            if id != str(ada.id):  # now and then the path stays as it was drawn
                case.path_parameters[name] = id
        if isinstance(case.body, dict):
            case.body |= {name: real[0] for name in case.body if name.endswith("_id")}
        reply, request = _called(api, ada, case)
        assert not bugs, f"{case.method} {request.url} {request.body!r}: {bugs}"
        case.validate_response(reply, checks=CHECKS)

    run()


def _called(api: Api, ada: Person, case: Any) -> tuple[Response, requests.PreparedRequest]:
    given = case.as_transport_kwargs(base_url="http://localhost:3000")
    wanted = ("method", "url", "headers", "json", "data", "files", "params", "cookies")
    request = requests.Request(**{name: given[name] for name in wanted if name in given}).prepare()
    parts = urlsplit(str(request.url))
    body = request.body or b""
    reply = api.call(
        case.method,
        # A question mark in a name must not begin the query here, as it does not on the wire.
        unquote(parts.path).replace("?", "%3F") + (f"?{parts.query}" if parts.query else ""),
        ada,
        headers={name: _text(value) for name, value in request.headers.items() if name.lower() not in OURS_TO_SAY},
        body=body.encode() if isinstance(body, str) else body,
    )  # fmt: skip
    headers: Mapping[str, list[str]] = {name: [value] for name, value in reply.headers.items()}
    return Response(reply.status, headers, reply.body, request, 0.1, verify=False), request


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
