"""Writing without script: drafts, posts for later, taking back, pictures in order, who gets it, what others hand on."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
import time_machine

from martlet import app
from martlet.http.limits import CHECKS, COMPLETIONS, Limiter
from martlet.services import drafting
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.browser import OWN, Browser, forms
from tests.client import PASSWORD, Api, Person, Reply
from tests.mastodon.acts import publish
from tests.web.acts import inside, picture, write


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    return inside(api, ada)


def posts_of(api: Api, person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/api/v1/accounts/{person.id}/statuses", token=person).json
    return found


def act(browser: Browser, page: Reply, name: str, value: str, **more: str) -> Reply:
    """A button of a form, with what else is filled in."""
    form = next(one for one in forms(page) if name in one.names)
    return browser.follow(
        browser.post(form.action.replace("&#x2f;", "/"), form.fields | more | {name: value})
    )


def files_of(page: Reply) -> list[str]:
    return re.findall(r'name="said-(\d+)"', page.text)


# -- taking back ---------------------------------------------------------


def test_what_was_sent_is_taken_back_and_nobody_saw_it(api: Api, ada: Person) -> None:
    browser = inside(api, ada, holds=True)
    page = write(browser, browser.get("/write"), files=picture(), text="Oops", audience="unlisted")
    (file,) = files_of(page)
    more = {f"said-{file}": "Teal", "warning": "Hens"}
    sent = write(browser, page, text="Oops @bob", audience="unlisted", more=more)
    assert re.fullmatch(r"/home\?sent=\d+#sent", sent.headers["location"])
    home = browser.follow(sent)
    assert "Undo" in home.text
    api.work()
    assert posts_of(api, ada) == []
    form = next(one for one in forms(home) if one.action.endswith("undo"))
    back = browser.follow(browser.post("/write/undo", form.fields))
    assert ">Oops @bob" in back.text.replace("\n", "")
    assert 'value="Hens"' in back.text
    assert "Teal" in back.text
    assert files_of(back) == [file]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        api.work()
    assert posts_of(api, ada) == []
    again = browser.follow(browser.post("/write/undo", form.fields))
    assert "It has gone out already" in again.text


def test_what_is_not_taken_back_goes_out_by_itself(api: Api, ada: Person) -> None:
    browser = inside(api, ada, holds=True)
    page = browser.get("/write")
    first, second = (write(browser, page, text="Good morning", audience="public") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=11)):
        api.work()
        assert "Undo" not in browser.follow(first).text
        assert [one["content"] for one in posts_of(api, ada)] == ["<p>Good morning</p>"]
        form = next(iter(forms(page)))
        late = browser.post(
            "/write/undo",
            {
                "csrf": form.fields["csrf"],
                "sent": first.headers["location"].partition("=")[2].partition("#")[0],
            },
        )
        assert late.headers["location"] == "/home?done=out_already"
    assert len(posts_of(api, ada)) == 1


def test_whether_it_waits_is_chosen(api: Api, ada: Person) -> None:
    browser = inside(api, ada, holds=True)
    form = next(one for one in forms(browser.get("/write/unsent")) if "holds" in one.names)
    browser.post("/write/holding", form.fields)
    write(browser, browser.get("/write"), text="At once", audience="public")
    assert len(posts_of(api, ada)) == 1
    browser.post("/write/holding", form.fields | {"holds": "1"})
    write(browser, browser.get("/write"), text="In a while", audience="public")
    assert len(posts_of(api, ada)) == 1


# -- several languages ---------------------------------------------------


def test_a_post_in_several_languages_is_written_kept_and_changed(
    api: Api, ada: Person, browser: Browser
) -> None:
    german = {"language_1": "de", "text_1": "Guten Morgen, @bob #fähre", "warning_1": "Früh"}
    twice = german | {"language_2": "de", "text_2": "Moin"}

    def said(path: str = "/write", **more: str) -> Reply:
        return write(browser, browser.get(path), path, text="Good morning", language="en", more=more)

    page = said(**german, do="language")
    assert 'name="text_2"' in page.text
    assert "Guten Morgen, @bob #fähre" in unescape(page.text)
    for unclear in (twice, german | {"language_1": "en"}, german | {"language_1": ""}):
        refused = said(**unclear)
        assert refused.status == 422
        assert "each may be there once" in refused.text
    (address,) = re.findall(
        r'href="(/write\?draft=\d+)"', unescape(browser.follow(said(**german, do="keep")).text)
    )
    page = browser.get(address)
    assert 'value="Früh"' in page.text
    assert re.search(r'value="de" lang="de" selected', page.text)
    said(**german, audience="public")
    (post,) = posts_of(api, ada)
    assert post["languages"] == ["en", "de"]

    edit, source = f"/@ada/{post['id']}/edit", f"/api/v1/statuses/{post['id']}/source"
    assert "Guten Morgen, @bob #fähre" in unescape(browser.get(edit).text)
    said(edit, language_1="de", text_1="Moin")
    assert api.get(source, ada).json["content_map"] == {"de": "Moin"}
    said(edit)
    assert "content_map" not in api.get(source, ada).json


# -- drafts --------------------------------------------------------------


def test_a_draft_keeps_everything_and_goes_when_it_is_sent(api: Api, ada: Person, browser: Browser) -> None:
    page = write(browser, browser.get("/write"), files=picture(), more={"do": "files"}, text="Half a")
    (file,) = files_of(page)
    more = {"do": "keep", "warning": "Hens", "answers": "followers", "quoting": "nobody", "ends": "3600"}
    kept = browser.follow(write(browser, page, text="Half a thought", audience="private", more=more))
    assert "Kept as a draft" in kept.text
    assert "Hens" in kept.text
    assert posts_of(api, ada) == []
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        api.work()
    (address,) = re.findall(r'href="(/write\?draft=\d+)"', unescape(kept.text))
    page = browser.get(address)
    assert re.search(r'value="private" checked', page.text)
    assert re.search(r'value="followers" selected', page.text)
    assert re.search(r'value="3600" selected', page.text)
    assert files_of(page) == [file]
    more = {"do": "keep", f"said-{file}": "Teal"}
    write(browser, page, text="Half a thought more", audience="private", more=more)
    assert unescape(browser.get("/write/unsent").text).count("/write?draft=") == 1
    sent = write(browser, page, text="A thought", audience="private", more={f"said-{file}": "Teal"})
    assert sent.status == 303
    (post,) = posts_of(api, ada)
    assert [one["description"] for one in post["media_attachments"]] == ["Teal"]
    assert "No drafts." in browser.get("/write/unsent").text


def test_drafts_are_ones_own_and_not_without_end(
    api: Api, ada: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "MOST", 2)
    for text in ("one", "two"):
        write(browser, browser.get("/write"), text=text, more={"do": "keep"})
    full = write(browser, browser.get("/write"), text="three", more={"do": "keep"})
    assert full.status == 422
    assert "three" in full.text
    mine = browser.get("/write/unsent")
    id = re.findall(r"draft=(\d+)", mine.text)[0]
    eve = inside(api, api.person("eve"))
    assert eve.get(f"/write?draft={id}").status == 404
    token = forms(eve.get("/write"))[0].fields["csrf"]
    eve.post("/write/unsent/act", {"csrf": token, "drop": id})
    assert browser.get(f"/write?draft={id}").status == 200
    assert "The draft is deleted." in act(browser, mine, "drop", id).text
    assert browser.get(f"/write?draft={id}").status == 404
    assert not api.get("/api/v1/scheduled_statuses", token=ada).json


# -- later ---------------------------------------------------------------


def test_a_post_is_sent_later_moved_and_taken_back(api: Api, ada: Person, browser: Browser) -> None:
    page = browser.get("/write")
    wrong = write(browser, page, text="Later", more={"do": "later", "at": ""})
    assert "Please say the day and the time." in wrong.text
    soon = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
    assert (
        "at least five minutes" in write(browser, page, text="Later", more={"do": "later", "at": soon}).text
    )
    more = {"do": "later", "at": "2031-05-01T09:30", "zone": "120"}
    waiting = browser.follow(write(browser, page, text="Later", audience="unlisted", more=more))
    (one,) = api.get("/api/v1/scheduled_statuses", token=ada).json
    assert one["scheduled_at"] == "2031-05-01T07:30:00.000Z"
    assert 'value="2031-05-01T07:30"' in waiting.text
    times = {f"at-{one['id']}": "2031-06-01T09:30", f"zone-{one['id']}": "-300"}
    assert "It has another moment now." in act(browser, waiting, "move", one["id"], **times).text
    (moved,) = api.get("/api/v1/scheduled_statuses", token=ada).json
    assert moved["scheduled_at"] == "2031-06-01T14:30:00.000Z"
    refused = act(browser, waiting, "move", one["id"], **(times | {f"at-{one['id']}": "2001-01-01T00:00"}))
    assert "at least five minutes" in refused.text
    back = act(browser, browser.get("/write/unsent"), "cancel", one["id"])
    assert "Later" in back.text
    assert re.search(r'value="unlisted" checked', back.text)
    assert api.get("/api/v1/scheduled_statuses", token=ada).json == []


# -- pictures ------------------------------------------------------------


def test_pictures_are_put_in_order_described_and_taken_off(api: Api, ada: Person, browser: Browser) -> None:
    page = browser.get("/write")
    for _ in range(3):
        page = write(browser, page, files=picture(), text="Three", more={"do": "files"})
    first, second, third = files_of(page)
    page = write(browser, page, text="Three", more={"do": f"up-{third}", f"said-{second}": "Two"})
    assert files_of(page) == [first, third, second]
    page = write(browser, page, text="Three", more={"do": f"off-{first}", f"said-{second}": "Two"})
    assert files_of(page) == [third, second]
    more = {
        f"said-{third}": "Three",
        f"said-{second}": "Two",
        f"focus-{third}": "-1.0,0.5",
        f"focus-{second}": "9,x",
    }
    write(browser, page, text="Two of them", more=more)
    (post,) = posts_of(api, ada)
    assert [one["description"] for one in post["media_attachments"]] == ["Three", "Two"]
    assert post["media_attachments"][0]["meta"]["focus"] == {"x": -1.0, "y": 0.5}


def test_a_file_that_is_none_is_told_in_a_sentence(browser: Browser) -> None:
    files = {"files[]": ("a.png", b"no picture", "image/png")}
    page = write(browser, browser.get("/write"), files=files, text="Look")
    assert page.status == 422
    assert "One file is no picture" in page.text
    assert 'href="#f-files"' in page.text
    assert "Look" in page.text


def test_a_file_is_uploaded_at_once_for_script(api: Api, browser: Browser) -> None:
    token = forms(browser.get("/write"))[0].fields["csrf"]
    piece = browser.upload("/write/files", {"csrf": token, "said": "Teal"}, picture())
    (id,) = files_of(piece)
    assert "<html" not in piece.text
    assert "Teal" in piece.text
    assert browser.get(f"/write/files/{id}").status == 200
    assert inside(api, api.person("eve")).get(f"/write/files/{id}").status == 404
    assert browser.upload("/write/files", {"csrf": "forged"}, picture()).status == 403
    refused = browser.upload("/write/files", {"csrf": token}, {"f": ("a", b"x" * 9, "image/png")})
    assert (refused.status, refused.text) == (
        422,
        "One file is no picture, film or sound that this server knows. The others are kept.",
    )


def test_only_where_somebody_writes_may_the_camera_be_used(browser: Browser) -> None:
    assert "camera=(self)" in browser.get("/write").headers["permissions-policy"]
    assert "camera=()" in browser.get("/home").headers["permissions-policy"]


# -- for whom ------------------------------------------------------------


def test_an_answer_to_more_people_is_asked_about_once(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    id = publish(api, ada, "psst @bob", visibility="direct")["id"]
    browser = inside(api, bob)
    page = write(browser, browser.get(f"/write?reply={id}"), text="@ada loud", audience="public")
    assert page.status == 422
    assert 'href="#f-audience"' in page.text
    assert posts_of(api, bob) == []
    wider = write(browser, page, text="@ada loud", audience="unlisted", more={"agreed": ""})
    assert wider.status == 422
    assert write(browser, page, text="@ada loud", audience="public").status == 303
    (post,) = posts_of(api, bob)
    assert post["visibility"] == "public"


def test_a_post_goes_to_a_circle(api: Api, ada: Person, browser: Browser) -> None:
    bob = api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    circle = api.post("/api/v1/circles", token=ada, json={"title": "Choir"}).json["id"]
    api.post(f"/api/v1/circles/{circle}/accounts", token=ada, json={"account_ids": [str(bob.id)]})
    page = browser.get("/write")
    assert "Choir" in page.text
    write(browser, page, text="Sing", audience="circle", more={"circle": circle})
    (post,) = posts_of(api, ada)
    assert post["limited_scope"] == "circle"
    token = forms(page)[0].fields["csrf"]
    looked = browser.post(
        "/write/check", {"csrf": token, "text": "Sing", "audience": "circle", "circle": circle}
    )
    assert looked.json["readers"] == 1
    strange = browser.post("/write/check", {"csrf": token, "text": "x", "audience": "circle", "circle": "7"})
    assert strange.json["readers"] == 0


def test_words_outlive_what_they_answer(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    browser = inside(api, bob)
    id, other = publish(api, ada, "Who has a ladder?")["id"], publish(api, ada, "And paint?")["id"]
    kept = write(browser, browser.get(f"/write?reply={other}"), text="Red", more={"do": "keep"})
    assert kept.status == 303
    page = browser.get(f"/write?reply={id}")
    for one in (id, other):
        api.delete(f"/api/v1/statuses/{one}", token=ada)
    refused = write(browser, page, text="@ada I do", audience="unlisted")
    assert refused.status == 422
    assert "@ada I do" in refused.text
    assert "is gone" in refused.text
    assert write(browser, refused, text="I have one", audience="unlisted").status == 303
    (draft,) = re.findall(r"draft=(\d+)", browser.get("/write/unsent").text)[:1]
    assert ">Red" in browser.get(f"/write?draft={draft}").text.replace("\n", "")


def test_a_circle_without_people_is_told_so(api: Api, ada: Person, browser: Browser) -> None:
    circle = api.post("/api/v1/circles", token=ada, json={"title": "Choir"}).json["id"]
    page = write(browser, browser.get("/write"), text="Sing", audience="circle", more={"circle": circle})
    assert page.status == 422
    assert "Nobody is in this circle yet." in page.text


# -- while somebody writes -----------------------------------------------


def test_the_text_so_far_is_looked_at(api: Api, browser: Browser) -> None:
    api.person("bob")
    token = forms(browser.get("/write"))[0].fields["csrf"]

    def look(text: str, **more: str) -> dict[str, Any]:
        found: dict[str, Any] = browser.post("/write/check", {"csrf": token, "text": text, **more}).json
        return found

    assert look("x" * 4990)["left"] == 10
    assert look("x" * 5003)["left"] == -3
    assert look("x" * 20_000)["left"] < 0
    german = look("Heute früh kam die Fähre und ich habe sie nicht gesehen, weil der Nebel da war.")
    assert (german["language"], german["language_name"]) == ("de", "Deutsch")
    assert look("psst @bob @nobody", audience="direct")["readers"] == 1
    assert look("psst", audience="public")["readers"] is None
    assert browser.post("/write/check", {"csrf": "x", "text": "x"}).status == 403


def test_words_are_completed(api: Api, ada: Person, browser: Browser) -> None:
    api.person("bobby")
    publish(api, ada, "#ferry")
    api.work()
    assert 'data-text="@bobby"' in browser.get("/write/complete?q=@bob").text
    assert 'data-text="#ferry"' in browser.get("/write/complete?q=%23fer").text
    assert browser.get("/write/complete?q=:nothing").text.strip() == ""
    assert browser.get("/write/complete?q=@").text.strip() == ""
    assert Browser(api).get("/write/complete?q=@bob").status == 303


def test_asking_while_writing_is_limited(ground: Ground, settings: Settings) -> None:
    api = Api(app.build_on(ground, msgspec.structs.replace(settings, rate_limits=True)))
    ada = api.person("ada")
    browser = inside(api, ada)
    token = forms(browser.get("/write"))[0].fields["csrf"]
    counted = Limiter(settings.folder / "limits")
    for rule in (COMPLETIONS, CHECKS):
        for _ in range(rule.limit):
            counted.count(rule, str(ada.id))
    assert browser.get("/write/complete?q=@").status == 429
    assert browser.post("/write/check", {"csrf": token}).status == 429
    counted.close()
    api.close()


# -- what others hand on -------------------------------------------------


def test_a_page_hands_on_what_is_to_be_written_about(api: Api, ada: Person, browser: Browser) -> None:
    address = "/share?title=The+ferry&text=It+runs&url=https%3A%2F%2Fferry.example%2F"
    page = browser.get(address)
    assert "The ferry\n\nIt runs\n\nhttps://ferry.example/" in unescape(page.text)
    stranger = Browser(api)
    asked = stranger.follow(stranger.get(address))
    assert "Sign in" in asked.text
    back = stranger.send(asked, {"identifier": ada.username, "password": PASSWORD})
    assert "https://ferry.example/" in unescape(back.text)


def test_a_phone_hands_on_files(api: Api, ada: Person, browser: Browser) -> None:
    shared = {"title": "The ferry", "text": "The ferry runs"}

    def hand_on(**headers: str) -> Reply:
        return browser.api.call(
            "POST",
            "/share",
            headers={"cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items()), **headers},
            form=shared,
            files=picture(),
        )

    page = hand_on(**{"sec-fetch-site": "none"})
    assert page.status == 200
    assert len(files_of(page)) == 1
    assert page.text.count("The ferry runs") == 1
    assert hand_on(origin=OWN).status == 200
    assert hand_on(origin="https://evil.example").status == 403
    assert hand_on(**{"sec-fetch-site": "cross-site"}).status == 403
    assert posts_of(api, ada) == []


# -- what was changed ----------------------------------------------------


def test_what_was_changed_can_be_seen(api: Api, ada: Person, browser: Browser) -> None:
    id = publish(api, ada, "The tomatoes are green")["id"]
    write(
        browser,
        browser.get(f"/@ada/{id}/edit"),
        f"/@ada/{id}/edit",
        text="The tomatoes are ripe",
        warning="Hens",
    )
    assert f"/@ada/{id}/history" in unescape(browser.get(f"/@ada/{id}").text)
    page = browser.get(f"/@ada/{id}/history")
    assert "<del>green</del><ins>ripe</ins>" in page.text
    assert "A warning was put before it." in page.text
    for n in range(14):
        api.put(f"/api/v1/statuses/{id}", token=ada, json={"status": f"The tomatoes are ripe {n}"})
    page = browser.get(f"/@ada/{id}/history")
    assert page.text.count('id="version-') == 12
    assert "4 versions in between are not shown." in page.text
    assert "The tomatoes are green" in page.text
    private = publish(api, ada, "psst", visibility="private")["id"]
    eve = inside(api, api.person("eve"))
    assert eve.get(f"/@ada/{private}/history").status == 404
    assert "<ins>13</ins>" in eve.get(f"/@ada/{id}/history").text
    assert "<ins>13</ins>" in Browser(api).get(f"/@ada/{id}/history").text
    assert Browser(api).get(f"/@ada/{private}/history").status == 404
