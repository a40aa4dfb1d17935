"""Threads as clients see them."""

from typing import Any

from tests.client import Api, Person
from tests.mastodon.acts import POSTS, block, do, follow, mute, publish


def context(api: Api, status: dict[str, Any], viewer: Person | None = None) -> tuple[list[str], list[str]]:
    found = api.get(f"{POSTS}/{status['id']}/context", viewer).json
    return [one["content"] for one in found["ancestors"]], [one["content"] for one in found["descendants"]]


def answer(api: Api, by: Person, text: str, to: dict[str, Any], **more: Any) -> dict[str, Any]:
    return publish(api, by, text, in_reply_to_id=to["id"], **more)


def test_a_thread_is_told_depth_first_with_the_authors_own_words_on_top(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    top = publish(api, ada, "top")
    middle = answer(api, bob, "middle", top)
    one = answer(api, ada, "1", middle)
    two = answer(api, ada, "2", middle)
    answer(api, bob, "1.1", one)
    answer(api, bob, "2.1", two)
    answer(api, bob, "own", middle)
    answer(api, ada, "1.2", one)
    answer(api, ada, "aside", top)
    above, below = context(api, middle)
    assert above == ["<p>top</p>"]
    assert below == [f"<p>{text}</p>" for text in ("1.2", "own", "1", "1.1", "2", "2.1")]
    assert context(api, one) == (["<p>top</p>", "<p>middle</p>"], ["<p>1.2</p>", "<p>1.1</p>"])


def test_only_what_the_viewer_may_see_is_told(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    follow(api, bob, ada)
    top = publish(api, ada, "top")
    secret = answer(api, ada, "secret", top, visibility="private")
    below = answer(api, bob, "below", secret)
    assert context(api, top) == ([], ["<p>below</p>"])
    assert context(api, top, bob) == ([], ["<p>secret</p>", "<p>below</p>"])
    assert context(api, below, eve) == (["<p>top</p>"], [])
    assert api.get(f"{POSTS}/{secret['id']}/context", eve).status == 404


def test_people_blocked_and_muted_are_left_out(api: Api) -> None:
    ada, bob, eve, kim = (api.person(name) for name in ("ada", "bob", "eve", "kim"))
    top = publish(api, ada, "top")
    for person in (bob, eve, kim):
        answer(api, person, person.username, top)
    block(api, ada, bob)
    mute(api, ada, eve)
    assert context(api, top, ada) == ([], ["<p>kim</p>"])


def test_a_boost_has_the_thread_of_the_boosted_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    top = publish(api, ada, "top")
    answer(api, bob, "below", top)
    assert context(api, do(api, bob, "reblog", top)) == ([], ["<p>below</p>"])


def test_strangers_are_shown_a_part_of_long_threads(api: Api) -> None:
    ada = api.person("ada")
    chain = [publish(api, ada, "0")]
    for n in range(1, 46):
        chain.append(answer(api, ada, str(n), chain[-1]))
    assert len(context(api, chain[-1])[0]) == 40
    assert context(api, chain[-1])[0][0] == "<p>5</p>"
    assert len(context(api, chain[-1], ada)[0]) == 45
    assert len(context(api, chain[0])[1]) == 20
    assert len(context(api, chain[0], ada)[1]) == 45
    for _ in range(61):
        answer(api, ada, "wide", chain[-1])
    assert len(context(api, chain[-1])[1]) == 60
    assert len(context(api, chain[-1], ada)[1]) == 61
