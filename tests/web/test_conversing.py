"""A conversation on one page: what stands above in short, answers by thread and by time, what is not here."""

import re

import pytest

from martlet.web import conversing
from tests.client import Api
from tests.mastodon.acts import publish
from tests.web.acts import inside


def order(text: str, *words: str) -> bool:
    places = [text.index(one) for one in words]
    return places == sorted(places)


def test_answers_stand_by_conversation_and_by_time(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada, "first")["id"]
    one = publish(api, bob, "one", in_reply_to_id=first)["id"]
    publish(api, bob, "two", in_reply_to_id=first)
    publish(api, ada, "one-one", in_reply_to_id=one)
    publish(api, bob, "one-two", in_reply_to_id=one)
    browser = inside(api, ada)
    page = browser.get(f"/@ada/{first}").text
    assert order(page, "<p>one</p>", "2 answers to this", "<p>one-two</p>", "<p>one-one</p>", "<p>two</p>"), (
        "whoever goes on comes first"
    )
    assert "4 answers" in page
    page = browser.get(f"/@ada/{first}?sort=time").text
    assert order(page, "<p>one</p>", "<p>two</p>", "<p>one-one</p>", "<p>one-two</p>")
    for nonsense in ("?after=x", "?after=99", "?sort=x&after=-1"):
        assert browser.get(f"/@ada/{first}{nonsense}").status == 200


def test_a_long_conversation_is_told_in_short(api: Api) -> None:
    """Above: the first of all and the last eight. Below: twenty of a branch, then a way to go on."""
    ada = api.person("ada")
    ids = [publish(api, ada, "post 0 ends")["id"]]
    for n in range(1, 40):
        ids.append(publish(api, ada, f"post {n} ends", in_reply_to_id=ids[-1])["id"])
    browser = inside(api, ada)
    page = browser.get(f"/@ada/{ids[12]}").text
    assert "3 posts in between" in page
    shown = [int(n) for n in re.findall(r"<p>post (\d+) ends</p>", page)]
    assert shown == [0, *range(4, 33)]
    assert f'href="&#x2f;@ada&#x2f;{ids[32]}#answers">Go on with this conversation (7)' in page


def test_what_a_reader_may_not_see_leaves_a_gap_that_says_nothing(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    first = publish(api, ada, "first")["id"]
    secret = publish(api, ada, "@bob secret", visibility="direct", in_reply_to_id=first)["id"]
    publish(api, bob, "open answer", in_reply_to_id=secret, visibility="public")
    page = inside(api, eve).get(f"/@ada/{first}").text
    assert "secret" not in page
    assert "open answer" in page
    assert "An answer that is not shown to you" in page
    assert "An answer that is not shown to you" not in inside(api, bob).get(f"/@ada/{first}").text
    alone = publish(api, ada, "alone")["id"]
    publish(api, ada, "@bob secret", visibility="direct", in_reply_to_id=alone)
    assert "not shown to you" not in inside(api, eve).get(f"/@ada/{alone}").text


def test_by_time_further_answers_are_on_a_next_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversing, "BY_TIME", 2)
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada, "first")["id"]
    ids = [publish(api, bob, f"answer {n}", in_reply_to_id=first)["id"] for n in range(3)]
    browser = inside(api, ada)
    page = browser.get(f"/@ada/{first}?sort=time").text
    assert "answer 2" not in page
    assert "One more answer<" in page
    page = browser.get(f"/@ada/{first}?sort=time&after={ids[1]}").text
    assert "answer 2" in page
    assert "answer 1" not in page


def test_the_other_servers_are_asked_again_by_a_button(api: Api) -> None:
    ada = api.person("ada")
    post = publish(api, ada, "mine")["id"]
    browser = inside(api, ada)
    page = browser.get(f"/@ada/{post}")
    assert "Ask them again now" not in page.text
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO thread_fetch (id, thread_id, started_at, finished_at) VALUES (1, :post, 1, 2)",
            post=int(post),
        )
        db.run("DELETE FROM job WHERE name = 'fetch_thread'")

    def waiting() -> int:
        with api.built.ground.store.read() as db:
            return int(db.value("SELECT count(*) FROM job WHERE name = 'fetch_thread'"))

    page = browser.get(f"/@ada/{post}")
    assert "There may be more." in page.text
    before = waiting()
    reply = browser.send(page, {}, f"/@ada/{post}/fetch", is_followed=False)
    assert reply.headers["location"] == f"/@ada/{post}?done=thread_asked#answers"
    assert waiting() == before == 1, "it was asked for when the page was opened"


def test_visitors_have_the_same_tree_and_go_on_within_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversing, "FOR_VISITORS", 21)
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada, "first")["id"]
    ids = [publish(api, bob, "answer 0 ends", in_reply_to_id=first)["id"]]
    for n in range(1, 25):
        ids.append(publish(api, bob, f"answer {n} ends", in_reply_to_id=ids[-1])["id"])
    fork = publish(api, ada, "fork ends", in_reply_to_id=ids[0])["id"]
    publish(api, ada, "beside ends", in_reply_to_id=first)
    publish(api, ada, "for few", in_reply_to_id=first, visibility="private")

    def shown(query: str = "") -> tuple[str, list[str]]:
        page = api.get(f"/@ada/{first}{query}").text
        assert "for few" not in page
        return page, re.findall(r"<p>([\w ]+) ends</p>", page)

    page, posts = shown()
    assert "27 answers" in page
    assert posts == ["beside", *("answer 0", *(f"answer {n}" for n in range(1, 20)))][:21]
    assert shown() == (page, posts), "kept as it was"
    goes_on = dict(re.findall(r"below=(\d+)#answers\">Go on with this conversation \((\d+)\)", page))
    assert goes_on == {ids[19]: "5", ids[0]: "1"}
    page, further = shown(f"?below={ids[19]}")
    assert further == [f"answer {n}" for n in range(19, 25)]
    assert "All answers" in page
    assert shown(f"?below={ids[0]}")[1][:2] == ["answer 0", "answer 1"]
    assert "fork" not in posts
    _, by_time = shown("?sort=time")
    assert by_time[:2] == ["answer 0", "answer 1"]
    publish(api, bob, "later ends", in_reply_to_id=fork)
    assert "28 answers" in shown()[0]
    for nonsense in ("?below=x", "?below=99", "?after=-1&below=1"):
        assert shown(nonsense)[1] == shown()[1]
