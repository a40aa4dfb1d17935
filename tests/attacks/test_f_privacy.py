"""
Group F of the attacks: what was not written for you.

One town: an author writes the same four posts, one of each visibility, each
with a secret word in its text, its warning, its poll and its earlier wording.
Everybody then asks every method that reads (all of them, as they stand in the
route tables), and the words of posts that are not for them stand in no byte.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from martlet.mastodon.door import MastodonDoor
from martlet.model.scopes import KNOWN
from martlet.services import blocking, following, listing
from tests.client import Api, Person, Reply

EVERYONE = {"author", "follower", "mentioned", "stranger", "removed", "moderator", "anonymous", "app"}
WHO_SEES = {
    "public": EVERYONE,
    "unlisted": EVERYONE,
    "private": {"author", "follower", "mentioned"},
    "direct": {"author", "mentioned"},
    "local": EVERYONE - {"anonymous", "app"},
}
"""Those who are blocked by the author (`blocked`, and `shunned`, who is mentioned besides) see nothing of it."""
PEOPLE = ("author", "follower", "mentioned", "stranger", "removed", "blocked", "shunned")
VIEWERS = (*PEOPLE, "moderator", "anonymous", "app")


@dataclass(slots=True)
class Town:
    api: Api
    people: dict[str, Person]
    app: str = ""
    posts: dict[str, str] = field(default_factory=dict)
    """Visibility to the post's id; the same for the ids of its poll and the secret word."""
    polls: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def token(self, viewer: str) -> Person | str | None:
        return (
            {"anonymous": None, "app": self.app}.get(viewer)
            if viewer in ("anonymous", "app")
            else self.people[viewer]
        )

    def forbidden(self, viewer: str) -> dict[str, str]:
        """Secret words that this viewer may not read, by visibility."""
        return {name: word for name, word in self.secrets.items() if viewer not in WHO_SEES[name]}


@pytest.fixture
def town(api: Api) -> Town:
    people = {name: api.person(name) for name in PEOPLE}
    people["moderator"] = api.person("moderator", " ".join(KNOWN), role="owner")  # who may do everything
    town = Town(api, people, api.app_token())
    author = people["author"]
    store, here = api.built.ground.store, api.built.ground.here
    with store.write() as db:
        for name in ("follower", "removed", "blocked", "shunned"):
            following.follow(db, people[name].id, author.id, following.Wanted(), here)
            one = listing.create(db, people[name].id, "All", None, is_exclusive=None, here=here)
            listing.add(db, one.id, people[name].id, [author.id], here)
            town.lists[name] = str(one.id)
    api.work()
    root = _post(api, author, "The beginning, for everyone #cats")
    for visibility in WHO_SEES:
        _write(town, visibility, root)
    api.work()
    for name in ("follower", "removed", "blocked", "mentioned", "shunned"):
        for id in town.posts.values():  # those who may: their marks stay when they may no longer
            for what in ("favourite", "bookmark"):
                api.post(f"/api/v1/statuses/{id}/{what}", people[name])
    api.post(f"/api/v1/statuses/{town.posts['public']}/reblog", people["follower"])
    api.work()
    with store.write() as db:
        following.remove_follower(db, author.id, people["removed"].id)
        for name in ("blocked", "shunned"):
            blocking.block(db, author.id, people[name].id, here)
    api.work()
    return town


def _write(town: Town, visibility: str, root: str) -> None:
    api, author = town.api, town.people["author"]
    secret = f"xyzzy{visibility}"
    form: dict[str, Any] = {
        "status": f"@mentioned @shunned {secret} earlier #cats",
        "spoiler_text": f"warning {secret}",
        "visibility": visibility,
        "in_reply_to_id": root,
        "poll[options][]": [f"yes {secret}", f"no {secret}"],
        "poll[expires_in]": "3600",
    }
    id = _post(api, author, **form)
    edited = api.put(
        f"/api/v1/statuses/{id}",
        author,
        form={
            "status": f"@mentioned @shunned {secret} #cats",
            "spoiler_text": f"warning {secret}",
            "poll[options][]": [f"yes {secret}", f"no {secret}"],
            "poll[expires_in]": "3600",
        },
    )
    assert edited.status == 200, edited.body
    town.posts[visibility], town.secrets[visibility] = id, secret
    town.polls[visibility] = edited.json["poll"]["id"]
    if visibility != "direct":
        assert api.post(f"/api/v1/statuses/{id}/pin", author).status == 200


def _post(api: Api, by: Person, status: str, **form: Any) -> str:
    reply = api.post("/api/v1/statuses", by, form={"status": status, **form})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


def _door(api: Api) -> MastodonDoor:
    return next(door for door in api.built.application.doors if isinstance(door, MastodonDoor))


def _paths(town: Town, viewer: str) -> Iterator[str]:
    """Every path of the client API that reads, with all ids that might lead to the posts."""
    author = str(town.people["author"].id)
    for operation in _door(town.api).operations:
        if operation.method != "GET":
            continue
        path = operation.path
        if "{" not in path:
            yield path
        elif "/accounts/{id}" in path:
            yield path.replace("{id}", author)
        elif "{hashtag}" in path or "{name}" in path:
            yield re.sub(r"\{\w+\}", "cats", path)
        elif "/timelines/list/" in path or path.startswith("/api/v1/lists/"):
            yield path.replace("{id}", town.lists.get(viewer, "1"))
        else:
            for id in (*town.posts.values(), *town.polls.values()):
                yield re.sub(r"\{\w+\}", id, path)


def test_f1_to_f5_f9_no_byte_of_what_was_not_written_for_you(town: Town) -> None:
    """F1 F2 F3 F4 F5 F9"""
    for viewer in VIEWERS:
        _read_everything(town, viewer)


def _read_everything(town: Town, viewer: str) -> None:
    forbidden = town.forbidden(viewer)
    seen: set[str] = set()
    for path in _paths(town, viewer):
        for wanted in town.secrets.values():
            query = [
                ("q", wanted),
                ("limit", "40"),
                ("acct", "author"),
                *(("id[]", id) for id in town.posts.values()),
                *(("timeline[]", name) for name in ("home", "notifications")),
            ]
            found = town.api.get(path, town.token(viewer), query=query)
            assert found.status < 500, (path, found.body)
            for word in forbidden.values():
                assert word.encode() not in found.body, f"{path} told {viewer} of {word}: {found.body!r}"
            seen |= {name for name, word in town.secrets.items() if word.encode() in found.body}
            if "search" not in path:
                break
    assert seen == town.secrets.keys() - forbidden.keys()


def test_f5_no_act_of_a_moderator_tells_what_nobody_reported(town: Town) -> None:
    """F5"""
    api, moderator, author = town.api, town.people["moderator"], str(town.people["author"].id)
    forbidden = town.forbidden("moderator")
    hidden = [town.posts[name] for name in forbidden]
    form = {
        "type": "none",
        "status_ids": hidden,
        "account_id": author,
        "text": "x",
        "keys": ["instance_statuses", "tag_uses"],
        "start_at": "2020-01-01",
        "end_at": "2030-01-01",
    }
    asked = 0
    for operation in _door(api).operations:
        if operation.permission is None or operation.method == "GET":
            continue
        for id in (*hidden, author) if "{" in operation.path else ("",):
            path = re.sub(r"\{\w+\}", id, operation.path)
            found = api.call(operation.method, path, moderator, json=form)
            assert found.status < 500, (path, found.body)
            for word in forbidden.values():
                assert word.encode() not in found.body, f"{operation.method} {path}: {found.body!r}"
            asked += 1
    assert asked > 100
    read = api.get("/api/v1/admin/audit_log", moderator, query={"limit": "200"})
    assert not [word for word in forbidden.values() if word.encode() in read.body]


def test_f5_not_by_a_parameter_either(town: Town) -> None:
    """F5"""
    path = f"/api/v1/accounts/{town.people['author'].id}/statuses"
    for viewer in VIEWERS:
        for query in ("", "pinned=true", "exclude_replies=true", "exclude_reblogs=true", "tagged=cats"):
            found = town.api.get(f"{path}?{query}", town.token(viewer))
            assert not [word for word in town.forbidden(viewer).values() if word.encode() in found.body]


def test_f7_hidden_is_told_as_missing(town: Town) -> None:
    """F7 F10"""
    for viewer in VIEWERS:
        _ask_for_the_hidden(town, viewer)


def _ask_for_the_hidden(town: Town, viewer: str) -> None:
    reads = ("", "/context", "/history", "/source", "/favourited_by", "/reblogged_by", "/quotes")
    writes = ("/favourite", "/bookmark", "/reblog", "/pin", "/mute")
    for name in town.forbidden(viewer):
        for id, missing in ((town.posts[name], "12345"), (town.polls[name], "12345")):
            for method, ends in (("GET", reads), ("POST", writes)):
                for end in ends:
                    _same(
                        town,
                        viewer,
                        method,
                        f"/api/v1/statuses/{id}{end}",
                        f"/api/v1/statuses/{missing}{end}",
                    )
            _same(town, viewer, "GET", f"/api/v1/polls/{id}", f"/api/v1/polls/{missing}")
            _same(town, viewer, "POST", f"/api/v1/polls/{id}/votes", f"/api/v1/polls/{missing}/votes")


def _same(town: Town, viewer: str, method: str, hidden: str, missing: str) -> None:
    form = {"choices[]": "0"} if hidden.endswith("votes") else None
    asked: list[Reply] = [
        town.api.call(method, path, town.token(viewer), form=form) for path in (hidden, missing)
    ]
    assert asked[0].status in (401, 403, 404, 405, 422), (hidden, asked[0].body)
    assert (asked[0].status, asked[0].body) == (asked[1].status, asked[1].body), hidden


def test_f4_who_may_see_does(town: Town) -> None:
    """F4: the matrix can fail, for those it is for do read it."""
    for visibility, word in town.secrets.items():
        path = f"/api/v1/statuses/{town.posts[visibility]}"
        seeing = {one for one in VIEWERS if word.encode() in town.api.get(path, town.token(one)).body}
        assert seeing == WHO_SEES[visibility]


def test_f10_what_was_not_for_all_is_not_boosted(town: Town) -> None:
    """F10"""
    for visibility in ("private", "direct"):
        id = town.posts[visibility]
        for viewer in PEOPLE:
            if viewer != "author":
                refused = town.api.post(f"/api/v1/statuses/{id}/reblog", town.token(viewer))
                assert refused.status in (403, 404, 422)
        with town.api.built.ground.store.read() as db:
            assert not db.value("SELECT count(*) FROM post WHERE boost_of_id = :id", id=int(id))


def test_f3_counts_do_not_tell_either(town: Town) -> None:
    """F3: answers that a viewer cannot see are not counted for them."""
    root = town.api.get(f"/api/v1/statuses/{town.posts['public']}", None).json["in_reply_to_id"]
    assert town.api.get(f"/api/v1/statuses/{root}", None).json["replies_count"] == 3


def test_f1_f2_f5_pages_for_browsers(town: Town) -> None:
    """F1 F2 F5: whatever other doors there are (pages, documents, feeds) is asked as nobody."""
    words = [word for name, word in town.secrets.items() if "anonymous" not in WHO_SEES[name]]
    for door in town.api.built.application.doors:
        if isinstance(door, MastodonDoor):
            continue
        for method, path in door.routes.paths:
            if method != "GET":
                continue
            for id in town.posts.values():
                filled = re.sub(r"\{(username|handle|name|user)\}", "author", path)
                filled = re.sub(r"\{\w+\}", id, filled)
                found = town.api.get(filled, headers={"accept": "text/html,application/activity+json"})
                assert found.status < 500, (filled, found.body)
                for word in words:
                    assert word.encode() not in found.body, filled


def test_f8_what_ends_ends_at_once(town: Town) -> None:
    """F8, as far as lists that were written ahead go: the very next page is without it."""
    follower, author = town.people["follower"], town.people["author"]
    word = town.secrets["private"].encode()
    surfaces = (
        "/api/v1/timelines/home",
        f"/api/v1/timelines/list/{town.lists['follower']}",
        "/api/v1/favourites",
    )
    for path in surfaces:
        assert word in town.api.get(path, follower).body, path
    with town.api.built.ground.store.write() as db:
        following.unfollow(db, follower.id, author.id)
    for path in surfaces:
        assert word not in town.api.get(path, follower).body, path


def test_f6_answers_for_one_are_not_kept_for_others(town: Town) -> None:
    """F6"""
    for path in _paths(town, "follower"):
        found = town.api.get(path, town.people["follower"])
        if found.status == 200 and "no-store" not in found.headers.get("cache-control", ""):
            assert found.body == town.api.get(path, town.people["blocked"]).body, path


def test_f5_a_deleted_post_is_gone_from_everywhere(town: Town) -> None:
    """F5"""
    id, word = town.posts["public"], town.secrets["public"]
    assert town.api.delete(f"/api/v1/statuses/{id}", town.people["author"]).status == 200
    for viewer in ("follower", "stranger", "author"):
        for path in _paths(town, viewer):
            found = town.api.get(path, town.token(viewer), query={"q": word, "limit": "40"})
            assert word not in json.dumps(found.json if found.body[:1] in (b"{", b"[") else ""), path
