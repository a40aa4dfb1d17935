"""Whatever a known peer sends, signed: read or refused, and never a bug of ours."""

import random
from typing import Any

import pytest

from martlet.activitypub import parse
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

ADA = "http://localhost:3000/users/ada"
KINDS = sorted(parse.ACTORS | parse.POSTS | parse.REACTIONS)
ACTS = [
    "Create",
    "Update",
    "Delete",
    "Announce",
    "Follow",
    "Accept",
    "Reject",
    "Undo",
    "Block",
    "Like",
    "Flag",
]
NAMES = [
    "id", "type", "actor", "object", "to", "cc", "tag", "attachment", "url", "name", "content", "oneOf", "anyOf",
    "contentMap", "icon", "href", "attributedTo", "published", "updated", "inReplyTo", "endpoints", "inbox",
    "preferredUsername", "replies", "focalPoint", "duration", "mediaType", "summary", "sensitive", "proof",
    "endTime", "closed", "votersCount", "quote", "source", "@context", "width", "height", "blurhash",
]  # fmt: skip


def nonsense(dice: random.Random, known: list[str], depth: int = 0) -> Any:
    match dice.randrange(10 if depth < 4 else 6):
        case 0:
            return dice.choice([None, True, False, 0, -1, 1.5, 2**53, "", "\ufeff", "x" * 300])
        case 1 | 2:
            return dice.choice(known)
        case 3:
            return dice.choice([*KINDS, *ACTS, "Mention", "Hashtag", "Emoji", "Tombstone", "Link"])
        case 4:
            return dice.choice(
                ["2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "PT1S"]
            )
        case 5:
            return dice.choice(
                ["<p>\u202e<b", "#tag", "@ada", "de", ":swift:", "image/png", "javascript:x", "\u0000"]
            )
        case 6:
            return [nonsense(dice, known, depth + 1) for _ in range(dice.randrange(4))]
        case _:
            names = dice.sample(NAMES, dice.randrange(8))
            return {name: nonsense(dice, known, depth + 1) for name in names}


def mixed(dice: random.Random, person: Person, known: list[str]) -> Document:
    """An act that is nearly good: of what it says and of what it is about, something is nonsense."""
    note = person.note("<p>Hello</p>", tag=[{"type": "Mention", "href": ADA}])
    about: Any = dice.choice([note, person.document, ADA, *known, nonsense(dice, known)])
    if isinstance(about, dict):
        about = {**about, **{name: nonsense(dice, known) for name in dice.sample(NAMES[4:], 3)}}
    act = person.act(dice.choice(ACTS), about)
    for name in dice.sample(NAMES[3:], dice.randrange(2)):
        act[name] = nonsense(dice, known)
    return act


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_that_is_signed(
    api: Api, there: Elsewhere, ada: client.Person, bugs: list[str], seed: int
) -> None:
    dice = random.Random(seed)
    eve = there.person("eve")
    posted = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    there.bring(api, eve.act("Follow", ADA))
    known = [
        ADA,
        eve.uri,
        posted["uri"],
        f"{eve.uri}/posts/1",
        "https://www.w3.org/ns/activitystreams#Public",
    ]
    statuses = []
    for _ in range(60):
        act = mixed(dice, eve, known)
        reply = there.send(api, act, eve)
        assert reply.status in {202, 400, 401, 403, 413}, (act, reply.body)
        statuses.append(reply.status)
        if isinstance(act.get("id"), str):
            known.append(act["id"])
    assert statuses.count(202) > 20
    assert 400 in statuses
    api.work()
    assert bugs == []
    with api.built.ground.store.read() as db:
        assert db.rows("SELECT name, body, error FROM job WHERE error <> ''") == []
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/home", "/api/v1/notifications"):
        assert api.get(path, ada).status == 200
