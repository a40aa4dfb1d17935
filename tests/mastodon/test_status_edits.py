"""Editing posts, and what they were before."""

from typing import Any

import pytest

from martlet.mastodon import entities
from martlet.model.events import PostEdited
from tests.client import Api, Person, Reply
from tests.mastodon.acts import POSTS, do, look, publish, refusal, upload, value


def edit(api: Api, by: Person, status: dict[str, Any], text: str = "Now", **more: Any) -> Reply:
    return api.put(f"{POSTS}/{status['id']}", by, json={"status": text, **more})


def history(api: Api, status: dict[str, Any]) -> list[entities.StatusEdit]:
    return api.get(f"{POSTS}/{status['id']}/history").entity(list[entities.StatusEdit])


def test_every_version_is_kept(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada, "First")
    assert [one.content for one in history(api, status)] == ["<p>First</p>"]
    assert edit(api, ada, status, "Second", spoiler_text="w").json["edited_at"] is not None
    last = edit(api, ada, status, "Third #new", language="de").json
    assert (last["language"], last["sensitive"], [tag["name"] for tag in last["tags"]]) == (
        "de",
        False,
        ["new"],
    )
    versions = history(api, status)
    assert [one.content.partition(" ")[0] for one in versions] == [
        "<p>First</p>",
        "<p>Second</p>",
        "<p>Third",
    ]
    assert [one.spoiler_text for one in versions] == ["", "w", ""]
    assert versions[0].created_at == status["created_at"]
    assert versions[-1].created_at == last["edited_at"]
    assert look(api, status)["content"] == last["content"]
    assert look(api, status)["created_at"] == status["created_at"]


def test_an_edit_is_told_once_and_no_change_is_none(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada, "Same")
    events = "SELECT count(*) FROM event WHERE kind = :kind"
    assert edit(api, ada, status, "Same").json["edited_at"] is None
    assert value(api, events, kind=PostEdited.kind) == 0
    edit(api, ada, status, "Other")
    assert value(api, events, kind=PostEdited.kind) == 1


def test_the_source_is_what_was_typed(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada, "<b> & https://example.com", spoiler_text="Careful")
    source = {"id": status["id"], "text": "<b> & https://example.com", "spoiler_text": "Careful"}
    assert api.get(f"{POSTS}/{status['id']}/source", ada).json == source
    assert api.get(f"{POSTS}/{status['id']}/source", api.app_token()).json == source
    assert api.get(f"{POSTS}/{status['id']}/source").status == 401
    hidden = publish(api, ada, visibility="private")
    for which in ("source", "history"):
        assert api.get(f"{POSTS}/{hidden['id']}/{which}", bob).status == 404


def test_only_the_author_edits(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert edit(api, bob, status).status == 404
    assert edit(api, bob, do(api, bob, "reblog", status)).status == 404
    assert look(api, status)["edited_at"] is None


@pytest.mark.parametrize(
    "sent",
    [
        {"status": ""},
        {"status": "a" * 5001},
        {"status": "a", "media_ids": ["1"]},
        {"status": "a", "quote_approval_policy": "friends"},
        {"status": "a", "poll": {"options": ["1"], "expires_in": 600}},
    ],
)
def test_an_edit_has_the_bounds_of_a_post(api: Api, sent: dict[str, Any]) -> None:
    ada = api.person("ada")
    status = publish(api, ada)
    refusal(api.put(f"{POSTS}/{status['id']}", ada, json=sent))
    assert look(api, status)["content"] == "<p>Hello</p>"


def test_patch_is_answered_like_put(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada)
    assert api.patch(f"{POSTS}/{status['id']}", ada, form={"status": "Now"}).json["content"] == "<p>Now</p>"


def test_media_come_and_go_with_edits(api: Api) -> None:
    ada = api.person("ada")
    one, two = upload(api, ada), upload(api, ada)
    status = publish(api, ada, media_ids=[one])
    swapped = edit(api, ada, status, "Hello", media_ids=[two, one])
    assert [file["id"] for file in swapped.json["media_attachments"]] == [two, one]
    assert [
        file["id"] for file in edit(api, ada, status, "Hello", media_ids=[two]).json["media_attachments"]
    ] == [two]
    assert edit(api, ada, status, "Hello").json["media_attachments"] == []
    assert [[file.id for file in version.media_attachments] for version in history(api, status)] == [
        [one],
        [two, one],
        [two],
        [],
    ]
    assert value(api, "SELECT has_media FROM post") == 0
    other = publish(api, ada)
    assert "already attached" in refusal(edit(api, ada, other, media_ids=[one]))


def test_what_is_said_of_media_can_be_changed(api: Api) -> None:
    ada = api.person("ada")
    picture = upload(api, ada)
    status = publish(api, ada, media_ids=[picture])
    attributes = [{"id": picture, "description": "A boat", "focus": "0.5,-1"}]
    changed = edit(api, ada, status, "Hello", media_ids=[picture], media_attributes=attributes)
    (file,) = changed.json["media_attachments"]
    assert (file["description"], file["meta"]["focus"]) == ("A boat", {"x": 0.5, "y": -1.0})
    assert [version.media_attachments[0].description for version in history(api, status)] == [None, "A boat"]
    for wrong in ("9,9", "x", "nan,0", "1"):
        attributes = [{"id": picture, "focus": wrong}]
        refusal(edit(api, ada, status, "Hello", media_ids=[picture], media_attributes=attributes))
    form = {
        "status": "Hello",
        "media_ids[]": picture,
        "media_attributes[][id]": picture,
        "media_attributes[][description]": "A ship",
    }
    by_form = api.put(f"{POSTS}/{status['id']}", ada, form=form).json
    assert by_form["media_attachments"][0]["description"] == "A ship"


def test_other_peoples_media_stay_as_they_are(api: Api) -> None:
    """Attack A2."""
    ada, bob = api.person("ada"), api.person("bob")
    picture = upload(api, ada)
    status = publish(api, bob)
    edit(api, bob, status, media_attributes=[{"id": picture, "description": "Mine"}])
    assert value(api, "SELECT description FROM media") == ""


def test_a_changed_poll_forgets_its_votes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    poll = {"options": ["1", "2"], "expires_in": 600}
    status = publish(api, ada, "?", poll=poll)
    votes = f"/api/v1/polls/{status['poll']['id']}/votes"
    api.post(votes, bob, json={"choices": [0]})
    longer = edit(api, ada, status, "?", poll={**poll, "expires_in": 6000}).json["poll"]
    assert (longer["id"], longer["votes_count"]) == (status["poll"]["id"], 1)
    assert longer["expires_at"] > status["poll"]["expires_at"]
    asked_anew = edit(api, ada, status, "?", poll={**poll, "options": ["1", "3"]}).json["poll"]
    assert (asked_anew["votes_count"], asked_anew["voters_count"]) == (0, 0)
    assert api.post(votes, bob, json={"choices": [1]}).json["own_votes"] == [1]
    assert edit(api, ada, status, "No more").json["poll"] is None
    assert api.get(f"/api/v1/polls/{status['poll']['id']}").status == 404
    polls = [version.poll for version in history(api, status)]
    assert [
        [option.title for option in poll.options] if isinstance(poll, entities.EditedPoll) else None
        for poll in polls
    ] == [["1", "2"], ["1", "3"], None]


def test_who_was_named_can_still_read(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada, "@bob hello", visibility="direct")
    changed = edit(api, ada, status, "@eve hello").json
    assert [one["acct"] for one in changed["mentions"]] == ["eve"]
    assert look(api, status, bob)["content"] == look(api, status, eve)["content"]
    assert [one["acct"] for one in edit(api, ada, status, "@bob again").json["mentions"]] == ["bob"]


def test_edits_at_once_are_all_kept(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada, "0")
    path = f"{POSTS}/{status['id']}"
    replies = api.at_once(api.calling("PUT", path, ada, json={"status": str(n)}) for n in range(1, 11))
    assert {reply.status for reply in replies} == {200}
    assert len(history(api, status)) == 11
    assert history(api, status)[-1].content == look(api, status)["content"]
