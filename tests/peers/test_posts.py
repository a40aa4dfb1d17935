"""Posts of all kinds between Martlet and Fedify, each as the other reads it."""

import urllib.request
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.journeys.conftest import eventually, picture
from tests.peers.running import Peer, each, lang, moment, thing, url
from tests.peers.saying import act, note
from tests.towns import Town

IMAGE = "https://peer.example/tea.png"


def test_a_post_of_adas_with_everything(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    image = ada.upload(picture(), "A cup of tea, from above")
    posted = ada.publish(
        f"@{peer.handle(eve)} Tea is ready #tea #Grüße :swift:",
        spoiler_text="Hot",
        media_ids=[image],
        language="de",
    )
    came = peer.received_of("Create", ada.uri)
    assert (came["signer"], came["proof"], came["linked_data"]) == (ada.uri, True, True)
    read = came["read"]["object"]
    assert (read["type"], read["id"], read["attributedTo"]) == ("Note", posted["uri"], ada.uri)
    assert (read["summary"], read["sensitive"]) == ("Hot", True)
    assert "Tea is ready" in str(read.get("content")) + str(read.get("contentMap"))
    assert "de" in read["contentMap"]
    [shown] = each(read["attachment"])
    assert (shown["name"], shown["mediaType"], shown["width"]) == (
        "A cup of tea, from above",
        "image/png",
        640,
    )
    with urllib.request.urlopen(shown["url"], timeout=60) as answer:  # noqa: S310 - on this machine
        assert answer.headers["content-type"] == shown["mediaType"]
    tags = {(tag["type"].rpartition(":")[2], tag["name"]): tag for tag in each(read["tag"])}
    assert tags["Mention", f"@{peer.handle(eve)}"]["href"] == peer.uri(eve)
    assert {name for kind, name in tags if kind == "Hashtag"} == {"#tea", "#Grüße"}
    assert set(each(came["sent"]["cc"])) == {f"{ada.uri}/followers", peer.uri(eve)}
    assert peer.ask("verify", document=came["sent"]["object"])
    fetched = peer.ask("look_up", what=posted["uri"])
    assert fetched["read"]["id"] == posted["uri"]
    [listed] = peer.ask("collection", uri=f"{ada.uri}/outbox")
    assert (listed["type"], listed["id"]) == ("Create", came["sent"]["id"])


def test_a_post_of_eves_with_everything(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    said = note(
        peer,
        eve,
        contents=[
            "<p>Tea is ready <b>now</b> :bird:</p>",
            lang("en", "<p>Tea is ready <b>now</b> :bird:</p>"),
        ],
        summary="Hot",
        sensitive=True,
        url=url(f"{peer.url}/@eve/1"),
        tags=[
            thing("Mention", href=url(ada.uri), name=f"@{ada.handle}"),
            thing("Hashtag", href=url(f"{peer.url}/tags/tea"), name="#tea"),
            thing("Emoji", name=":bird:", icon=thing("Image", url=url(IMAGE), mediaType="image/png")),
        ],
        attachments=[
            thing("Image", url=url(IMAGE), mediaType="image/png", name="A cup", width=20, height=10)
        ],
    )
    del said["content"]
    peer.send(eve, act(peer, eve, "Create", said), ada.uri, shared=True)
    seen = ada.sees("Tea is ready")
    assert (seen["account"]["id"], seen["uri"], seen["url"]) == (
        friends["id"],
        said["id"]["$url"],
        f"{peer.url}/@eve/1",
    )
    assert (seen["spoiler_text"], seen["sensitive"], seen["language"]) == ("Hot", True, "en")
    assert seen["created_at"] == "2026-11-20T08:00:00.000Z"
    assert [one["acct"] for one in seen["mentions"]] == [ada.name]
    assert [one["name"] for one in seen["tags"]] == ["tea"]
    assert [one["shortcode"] for one in seen["emojis"]] == ["bird"]
    [shown] = seen["media_attachments"]
    assert (shown["type"], shown["description"], shown["remote_url"]) == ("image", "A cup", IMAGE)
    assert [one["status"]["id"] for one in eventually(lambda: ada.told("mention"))] == [seen["id"]]


def test_edits_and_deletions(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    posted = ada.publish("First words")
    peer.received_of("Create", ada.uri)
    ada.put(f"/api/v1/statuses/{posted['id']}", {"status": "Second words"})
    came = peer.received_of("Update", ada.uri, "Second words")
    assert (came["proof"], came["read"]["object"]["id"]) == (True, posted["uri"])
    assert came["read"]["object"]["updated"] > came["read"]["object"]["published"]
    ada.delete(f"/api/v1/statuses/{posted['id']}")
    gone = peer.received_of("Delete", ada.uri, posted["uri"])
    assert (gone["proof"], gone["linked_data"], gone["read"]["object"]["type"]) == (True, True, "Tombstone")
    there = peer.ask("look_up", what=posted["uri"])
    assert there is None or there["type"] == "Tombstone"

    said = note(peer, eve)
    peer.send(eve, act(peer, eve, "Create", said), ada.uri)
    seen = ada.sees("Hello")
    later = {**said, "content": "<p>Farewell</p>", "updated": moment("2026-11-21T08:00:00Z")}
    peer.send(eve, act(peer, eve, "Update", later), ada.uri)
    path = f"/api/v1/statuses/{seen['id']}"
    eventually(lambda: "Farewell" in ada.get(path)["content"])
    assert len(ada.get(f"{path}/history")) == 2
    tombstone = thing("Tombstone", id=said["id"], formerType=None, deleted=moment("2026-11-22T08:00:00Z"))
    peer.send(eve, act(peer, eve, "Delete", tombstone), ada.uri)
    eventually(lambda: ada.status_of(path) == 404)


def test_a_poll_of_adas(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    asked = ada.publish("Tea?", poll={"options": ["Green", "Black"], "expires_in": 3600})
    came = peer.received_of("Create", ada.uri)
    read = came["read"]["object"]
    assert (read["type"], came["proof"]) == ("Question", True)
    assert [one["name"] for one in read["oneOf"]] == ["Green", "Black"]
    assert read["endTime"] > read["published"]
    vote = thing(
        "Note",
        id=url(f"{peer.uri(eve)}#vote"),
        attribution=url(peer.uri(eve)),
        name="Black",
        replyTarget=url(asked["uri"]),
        to=url(ada.uri),
    )
    create = thing(
        "Create", id=url(f"{peer.uri(eve)}#v"), actor=url(peer.uri(eve)), object=vote, to=url(ada.uri)
    )
    peer.send(eve, create, ada.uri)
    path = f"/api/v1/polls/{asked['poll']['id']}"
    [counted] = eventually(lambda: [one for one in [ada.get(path)] if one["votes_count"]])
    assert [one["votes_count"] for one in counted["options"]] == [0, 1]


def test_a_poll_of_eves(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    end = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = [
        thing("Note", name=name, replies=thing("Collection", totalItems=votes))
        for name, votes in (("Green", 2), ("Black", 0), ("None", 1))
    ]
    asked = note(
        peer, eve, "Question", content="<p>Tea?</p>", inclusiveOptions=options, endTime=moment(end), voters=3
    )
    peer.send(eve, act(peer, eve, "Create", asked), ada.uri)
    seen = ada.sees("Tea?")
    assert (seen["poll"]["multiple"], seen["poll"]["voters_count"]) == (True, 3)
    assert [(one["title"], one["votes_count"]) for one in seen["poll"]["options"]] == [
        ("Green", 2),
        ("Black", 0),
        ("None", 1),
    ]
    ada.post(f"/api/v1/polls/{seen['poll']['id']}/votes", {"choices": [0, 1]})
    for choice in ("Green", "Black"):
        came = peer.received_of("Create", ada.uri, f'"{choice}"')
        assert came["read"]["object"]["inReplyTo"] == asked["id"]["$url"]
        assert (came["signer"], came["read"]["object"]["name"]) == (ada.uri, choice)
        assert came["proof"] is None
    options[1]["replies"]["totalItems"] = 5
    peer.send(eve, act(peer, eve, "Update", {**asked, "inclusiveOptions": options, "voters": 7}), ada.uri)
    eventually(lambda: ada.get(f"/api/v1/polls/{seen['poll']['id']}")["voters_count"] == 7)


def test_boosts_likes_and_reactions(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    posted = ada.publish("Like me")
    for kind, told in (("Like", "favourite"), ("Announce", "reblog")):
        done = act(peer, eve, kind, url(posted["uri"]))
        peer.send(eve, done, ada.uri)
        assert [one["status"]["id"] for one in eventually(partial(ada.told, told))] == [posted["id"]]
        peer.send(eve, act(peer, eve, "Undo", done, kind), ada.uri)
    path = f"/api/v1/statuses/{posted['id']}"
    eventually(lambda: (ada.get(path)["favourites_count"], ada.get(path)["reblogs_count"]) == (0, 0))

    said = note(peer, eve, content="<p>Boost me</p>")
    peer.ask("keep", objects=[said])
    peer.send(eve, act(peer, eve, "Create", said), ada.uri)
    seen = ada.sees("Boost me")
    for way, kind, undo in (("favourite", "Like", "unfavourite"), ("reblog", "Announce", "unreblog")):
        ada.post(f"/api/v1/statuses/{seen['id']}/{way}")
        came = peer.received_of(kind, ada.uri)
        assert (came["read"]["object"], came["signer"], came["proof"]) == (said["id"]["$url"], ada.uri, True)
        ada.post(f"/api/v1/statuses/{seen['id']}/{undo}")
        back = peer.received_of("Undo", ada.uri, came["sent"]["id"])
        assert (back["proof"], back["linked_data"], back["read"]["object"]["type"]) == (True, True, kind)

    other = note(peer, f"{eve}x", content="<p>By somebody else</p>")
    peer.ask("keep", objects=[other])
    peer.send(eve, act(peer, eve, "Announce", other["id"], "other"), ada.uri)
    [boost] = eventually(lambda: [one for one in ada.home() if one["reblog"]])
    assert "By somebody else" in boost["reblog"]["content"]
    assert boost["reblog"]["account"]["acct"] == peer.handle(f"{eve}x")


def test_only_for_followers(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    posted = ada.publish("Only for you", visibility="private")
    came = peer.received_of("Create", ada.uri)
    assert came["sent"]["to"] == [f"{ada.uri}/followers"]
    assert (came["proof"], came["linked_data"], came["signer"]) == (None, None, ada.uri)
    assert "proof" not in came["sent"]["object"]
    assert peer.ask("look_up", what=posted["uri"], by=eve)["read"]["id"] == posted["uri"]
    assert peer.ask("look_up", what=posted["uri"]) is None

    said = note(peer, eve, tos=[url(f"{peer.uri(eve)}/followers")], ccs=[])
    create = act(peer, eve, "Create", said, tos=[url(f"{peer.uri(eve)}/followers")], ccs=[])
    peer.send(eve, create, ada.uri)
    assert ada.sees("Hello")["visibility"] == "private"
    said = note(peer, eve, name="2", content="<p>psst</p>", tos=[url(ada.uri)], ccs=[])
    peer.send(eve, act(peer, eve, "Create", said, "2", tos=[url(ada.uri)], ccs=[]), ada.uri)
    eventually(
        lambda: [one["last_status"]["content"] for one in ada.get("/api/v1/conversations")] == ["<p>psst</p>"]
    )


def test_an_answer_brings_what_it_answers(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    del friends
    first = note(peer, f"{eve}x", content="<p>Asked</p>")
    peer.ask("keep", objects=[first])
    second = note(peer, eve, content="<p>Answered</p>", replyTarget=first["id"])
    peer.send(eve, act(peer, eve, "Create", second), ada.uri)
    seen = eventually(lambda: ada.get(f"/api/v2/search?q={second['id']['$url']}&resolve=true")["statuses"])[0]
    above = eventually(lambda: ada.get(f"/api/v1/statuses/{seen['id']}/context")["ancestors"])
    assert [one["uri"] for one in above] == [first["id"]["$url"]]
    answer = ada.publish(f"@{peer.handle(eve)} Thanks", in_reply_to_id=seen["id"])
    came = peer.received_of("Create", ada.uri, answer["uri"])
    assert came["read"]["object"]["inReplyTo"] == second["id"]["$url"]


def test_pinned_posts(ada: Town, peer: Peer) -> None:
    posted = ada.publish("Pinned")
    ada.post(f"/api/v1/statuses/{posted['id']}/pin")
    assert peer.ask("collection", uri=f"{ada.uri}/featured") == [{"type": "Note", "id": posted["uri"]}]


def test_what_is_no_note(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    """An article, a film and an event are posts here, with their titles, and lead to where they are whole."""
    del friends
    start = moment("2026-12-24T18:00:00Z")
    shapes: dict[str, dict[str, Any]] = {
        "Article": {
            "name": "On swifts",
            "content": "<h2>Swifts</h2><p>They never land.</p>",
            "summary": "Birds",
        },
        "Video": {"name": "Swifts in flight", "content": "<p>Filmed by Eve</p>"},
        "Event": {"name": "Counting swifts", "content": "<p>Bring a hat</p>", "startTime": start},
    }
    for kind, more in shapes.items():
        said = {**note(peer, eve, kind, kind), **more, "url": url(f"{peer.url}/see/{kind}")}
        peer.send(eve, act(peer, eve, "Create", said, kind), ada.uri)
        seen = ada.sees(more["name"])
        assert (seen["url"], seen["uri"]) == (f"{peer.url}/see/{kind}", said["id"]["$url"])
        assert seen["created_at"] == "2026-11-20T08:00:00.000Z"
