"""
The OpenAPI description, made from the definitions that decode the requests.

What a method takes is its form, what it answers its entity, who may call it
its scope: there is no second list that could say something else.
"""

import inspect
import re
from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Any, get_args

import msgspec

from martlet.mastodon.routing import NoForm, Operation
from martlet.model import scopes
from martlet.model.server import Server

JSON = "application/json"
REF = "#/components/schemas/{name}"
NESTED = {
    "type": "object",
    "description": "Of collections, and of nothing else.",
    "required": ["error", "details"],
    "properties": {"error": {"type": "string"}, "details": {"type": "object"}},
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"anyOf": [{"type": "string"}, NESTED]},
        "error_description": {"type": "string"},
        "details": {"type": "object"},
    },
}
FAILURES = {
    "400": "The request is not well-formed.",
    "401": "Nobody is signed in, or the token is no longer good.",
    "403": "The token's scopes do not reach this far, or this is not for you.",
    "404": "There is no such thing, or it is not for you to see.",
    "405": "This address does not answer to that method.",
    "408": "What was sent came too slowly.",
    "409": "Somebody else was faster, or the key was used before.",
    "413": "That is too large.",
    "422": "What was sent does not validate.",
    "429": "Asked too often; X-RateLimit-Reset says when to come back.",
    "503": "The server gives way for a moment; try again.",
}


def describe(operations: Sequence[Operation], here: Server, name: str) -> dict[str, Any]:
    """OpenAPI 3.1 of all methods; `name` is the server's."""
    types = _types(operations)
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = dict(zip(map(str, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for method in (operation.method, *operation.aliases):
            paths.setdefault(operation.path, {})[method.lower()] = _operation(
                operation, method, schema_of, components
            )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name}: the client API",
            "version": here.version,
            "description": "The Mastodon client API as this server speaks it.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": here.url}],
        "paths": paths,
        "components": {
            "schemas": components | {"Error": ERROR},
            "responses": {status: _failure(sentence) for status, sentence in FAILURES.items()},
            "securitySchemes": {"oauth": _oauth(here)},
        },
    }


def _types(operations: Iterable[Operation]) -> list[Any]:
    found: dict[str, Any] = {}
    for operation in operations:
        for one in (operation.form, *alternatives(operation.returns)):
            found.setdefault(str(one), one)
    return list(found.values())


def alternatives(returns: Any) -> tuple[Any, ...]:
    """What a method may answer, each by itself: entities do not tell apart what they are."""
    if returns is None:
        return ()
    return get_args(returns) if isinstance(returns, UnionType) else (returns,)


def _operation(
    operation: Operation, method: str, schema_of: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    documented = inspect.getdoc(operation.handler) or ""
    described: dict[str, Any] = {
        "operationId": _name(operation, method),
        "tags": [operation.handler.__module__.rpartition(".")[2]],
        "description": documented,
        "parameters": _path_parameters(operation.path),
        "responses": {
            "200": _success(operation, schema_of),
            **{status: {"$ref": f"#/components/responses/{status}"} for status in FAILURES},
        },
    }
    if operation.scope is not None:
        security: list[dict[str, list[str]]] = [{"oauth": [operation.scope]}]
        described["security"] = [{}, *security] if operation.access == "public" else security
    if operation.form is not NoForm:
        schema = schema_of[str(operation.form)]
        if operation.method == "GET":
            described["parameters"] += _query_parameters(_resolved(schema, components))
        else:
            described["requestBody"] = _body(operation, schema)
    return described


def _name(operation: Operation, method: str) -> str:
    module = operation.handler.__module__.rpartition(".")[2]
    name = f"{module}.{operation.handler.__name__}"
    return name if method == operation.method else f"{name}.{method.lower()}"


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", ()))
    return [
        {
            "name": f"{name}[]" if _is_list(inner) else name,
            "in": "query",
            "required": name in required,
            "description": inner.get("description", ""),
            "schema": inner,
        }
        for name, inner in schema.get("properties", {}).items()
    ]


def _is_list(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array" or any(one.get("type") == "array" for one in schema.get("anyOf", ()))


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    reference: str = schema.get("$ref", "")
    found: dict[str, Any] = components[reference.rpartition("/")[2]] if reference else schema
    return found


def _body(operation: Operation, schema: dict[str, Any]) -> dict[str, Any]:
    """A body that the handler reads itself is a multipart form with a file."""
    if operation.body_limit is None:
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    kinds = (JSON, "application/x-www-form-urlencoded", "multipart/form-data")
    return {"required": False, "content": {kind: {"schema": schema} for kind in kinds}}


def _success(operation: Operation, schema_of: dict[str, Any]) -> dict[str, Any]:
    if operation.content != JSON:
        return {"description": "As asked.", "content": {operation.content: {"schema": {"type": "string"}}}}
    schemas = [schema_of[str(one)] for one in alternatives(operation.returns)]
    if not schemas:
        return {"description": "Done."}
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"description": "As asked.", "content": {JSON: {"schema": schema}}}


def _failure(sentence: str) -> dict[str, Any]:
    return {
        "description": sentence,
        "content": {JSON: {"schema": {"$ref": REF.format(name="Error")}}},
    }


def _oauth(here: Server) -> dict[str, Any]:
    granted = dict.fromkeys(sorted(scopes.KNOWN), "")
    token = f"{here.url}/oauth/token"
    return {
        "type": "oauth2",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": f"{here.url}/oauth/authorize",
                "tokenUrl": token,
                "scopes": granted,
            },
            "clientCredentials": {"tokenUrl": token, "scopes": granted},
        },
    }
