"""Other servers, who may not join, rules, reasons, announcements, emoji and texts, as they are looked after in the browser."""

import io

import pytest
from PIL import Image

from tests.browser import Browser
from tests.client import Api, Reply
from tests.mastodon.moderating import log, staff
from tests.web.desking import press, sit_down, text_of, tokens, ways


@pytest.fixture
def owner(api: Api) -> Browser:
    return sit_down(api, "jona")


def know(api: Api, *hosts: str) -> None:
    with api.built.ground.store.write() as db:
        for host in hosts:
            db.run("INSERT INTO peer (host, created_at) VALUES (:host, 1)", host=host)


def test_servers_are_found_and_decided_about(api: Api, owner: Browser) -> None:
    know(api, *(f"a{n:02}.example" for n in range(41)), "loud.example")
    first = owner.get("/desk/servers")
    assert first.text.count(".example</a>") == 40
    [older] = ways(first, r"/desk/servers\?after=[^\"]+")
    assert "loud.example" in owner.get(older).text
    assert "No other server is like this." in owner.get("/desk/servers?state=restricted").text
    asked = owner.send(
        owner.get("/desk/servers"), {"domain": "https://Bad.example/"}, "/desk/server-decisions"
    )
    assert "Decide about bad.example" in asked.text
    owner.send(asked, {"severity": "suspend", "media": "1", "comment": "Spam", "note": "see #7"})
    page = owner.get("/desk/servers/bad.example")
    for words in ("suspended", "no pictures", "Spam", "see #7"):
        assert words in page.text, words
    assert "bad.example" in owner.get("/desk/server-decisions").text
    assert "bad.example,suspend,True,False,Spam,False" in owner.get("/desk/block-lists/decisions.csv").text
    press(owner, "/desk/servers/bad.example/undo")
    assert owner.get("/desk/servers/bad.example/undo").status == 404
    assert "Nothing is decided yet." in owner.get("/desk/server-decisions").text
    entry = log(api, staff(api, "boss", "owner"))[0]
    press(owner, f"/desk/log/{entry['id']}/undo")
    assert "suspended" in owner.get("/desk/servers/bad.example").text
    press(owner, "/desk/servers/bad.example/decide", severity="none", allowed="1")
    assert "bad.example" in owner.get("/desk/server-decisions?which=allowed").text
    for wrong in ("/desk/servers/localhost:3000/decide",):
        assert press(owner, wrong, severity="suspend").status == 422
    assert owner.get("/desk/servers/no server").status == 404
    assert (
        owner.send(owner.get("/desk/servers"), {"domain": "no server"}, "/desk/server-decisions").status
        == 422
    )


def test_block_lists_come_and_go(api: Api, owner: Browser) -> None:
    def bring(text: bytes, **form: str) -> Reply:
        token = tokens(owner)[0]
        files = {"file": ("list.csv", text, "text/csv")}
        return owner.follow(owner.upload("/desk/block-lists/import", {"csrf": token, **form}, files))

    table = b"#domain,#severity\nbad.example,suspend\nworse.example,silence\nnonsense,suspend\n"
    tried = bring(table, **{"try": "1", "existing": "stay"})
    assert "decide about 2 new domains" in text_of(tried)
    assert "Left out: 1" in text_of(tried)
    done = text_of(bring(table, existing="stay"))
    assert "Decided about 2 new domains" in done
    assert "nonsense" in done, "what was left out is named"
    assert "worse.example" in owner.get("/desk/server-decisions").text
    for wrong in (b"\xff\xfe", b""):
        assert bring(wrong).status == 422
    bad = owner.send(owner.get("/desk/block-lists"), {"url": "http://x"}, "/desk/block-lists")
    assert bad.status == 422
    kept = owner.send(
        owner.get("/desk/block-lists"), {"url": "https://lists.example/a.csv"}, "/desk/block-lists"
    )
    [ending] = ways(kept, r"/desk/block-lists/\d+/end")
    press(owner, ending)
    assert "You keep to no list." in owner.get("/desk/block-lists").text
    assert owner.get(ending).status == 404


@pytest.mark.parametrize(
    ("kind", "typed", "shown", "wrong"),
    [
        ("email_domain_block", {"what": "Trash.example"}, "trash.example", {"what": "no domain"}),
        ("canonical_email_block", {"what": "e.ve+1@trash.example"}, "", {"what": "nonsense"}),
        (
            "ip_block",
            {"what": "203.0.113.0/24", "severity": "sign_up_block", "days": "7", "comment": "Bots"},
            "203.0.113.0/24",
            {"what": "1.2.3", "severity": "sign_up_block"},
        ),
        ("username_block", {"what": "admins", "within": "1"}, "admins", {"what": "a b"}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_who_may_not_join(
    owner: Browser, kind: str, typed: dict[str, str], shown: str, wrong: dict[str, str]
) -> None:
    address = f"/desk/blocks/{kind}"
    assert owner.send(owner.get(address), wrong, address).status == 422
    page = owner.send(owner.get(address), typed, address)
    assert shown in text_of(page)
    assert owner.send(owner.get(address), typed, address).status == 422, "once"
    [ending] = ways(page, rf"{address}/\d+/end")
    press(owner, ending)
    assert "Nothing is kept out." in owner.get(address).text
    assert owner.get("/desk/blocks/cakes").status == 404


def test_nobody_locks_themselves_out(owner: Browser) -> None:
    address = "/desk/blocks/ip_block"
    for severity in ("no_access", "nonsense"):
        assert (
            owner.send(owner.get(address), {"what": "127.0.0.1", "severity": severity}, address).status == 422
        )


def test_rules_are_written_moved_and_ended(api: Api, owner: Browser) -> None:
    for text in ("Be decent.", "No spam."):
        owner.send(
            owner.get("/desk/rules"),
            {"text": text, "hint": "Always.", "text_de": f"de {text}"},
            "/desk/rules",
        )
    assert owner.send(owner.get("/desk/rules"), {"text": " "}, "/desk/rules").status == 422
    page = owner.get("/desk/rules")
    moving = ways(page, r"/desk/rules/\d+/move")
    owner.send(page, {}, moving[-1])
    page = owner.get("/desk/rules")
    assert page.text.index("No spam.") < page.text.index("Be decent.")
    about = Browser(api, headers={"accept-language": "de"}).get("/about").text
    assert "de No spam." in about
    changing = ways(page, r"/desk/rules/\d+")
    press(owner, changing[0], text="Never any spam.")
    assert "Never any spam." in owner.get("/about").text
    press(owner, changing[0] + "/end")
    assert "Never any spam." not in owner.get("/about").text
    assert owner.get(changing[0]).status == 404


def test_reasons_are_kept_and_given(api: Api, owner: Browser) -> None:
    ada = api.person("ada")
    assert (
        owner.send(owner.get("/desk/reasons"), {"title": "Spam", "text": " "}, "/desk/reasons").status == 422
    )
    page = owner.send(
        owner.get("/desk/reasons"), {"title": "Spam", "text": "No advertising."}, "/desk/reasons"
    )
    [address] = ways(page, r"/desk/reasons/\d+")
    press(owner, address, text="No advertising, please.")
    press(
        owner,
        f"/desk/accounts/{ada.id}/measure/warn",
        preset=address.rpartition("/")[2],
        text="Thank you.",
        tells="1",
    )
    told = Browser(api)
    told.sign_in("ada")
    decided = told.get("/settings/decisions").text
    assert "No advertising, please." in decided
    assert "Thank you." in decided
    owner.send(owner.get(address), {}, f"{address}/end")
    assert "No reason is kept yet." in owner.get("/desk/reasons").text
    assert owner.get(address).status == 404


def test_announcements_are_written_published_and_taken_off(api: Api, owner: Browser) -> None:
    ada = api.person("ada")
    list_ = "/desk/announcements"
    assert owner.send(owner.get(list_), {"text": " "}, list_).status == 422
    assert owner.send(owner.get(list_), {"text": "x", "starts": "soon"}, list_).status == 422
    ends_first = {"text": "x", "starts": "2027-01-02T10:00", "ends": "2027-01-01T10:00"}
    assert owner.send(owner.get(list_), ends_first, list_).status == 422
    page = owner.send(owner.get(list_), {"text": "Summer fair!", "starts": "2027-06-01T10:00"}, list_)
    assert "not published" in page.text
    [publishing] = ways(page, rf"{list_}/\d+/publish")
    press(owner, publishing)
    assert [one["content"] for one in api.get("/api/v1/announcements", ada).json] == ["<p>Summer fair!</p>"]
    assert "<p>Summer fair!</p>" in owner.get("/news").text
    home, id = owner.get("/home"), publishing.split("/")[3]
    assert "<p>Summer fair!</p>" in home.text
    assert "Summer fair!" not in owner.send(home, {}, f"/announcements/{id}/read").text
    assert "Summer fair!" not in owner.get("/home").text
    press(owner, publishing.removesuffix("/publish"), text="Autumn fair!")
    assert "Autumn fair!" in owner.get("/home").text  # to be read anew
    press(owner, publishing.replace("/publish", "/unpublish"))
    assert "Autumn fair!" not in owner.get("/home").text
    assert api.get("/api/v1/announcements", ada).json == []
    press(owner, publishing.replace("/publish", "/delete"))
    assert "Nothing was announced yet." in owner.get(list_).text
    assert owner.get(publishing).status == 404


def _picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGBA", (64, 64), "teal").save(kept, "PNG")
    return kept.getvalue()


def test_emoji_are_added_sorted_copied_and_deleted(api: Api, owner: Browser) -> None:
    def add(name: str, picture: bytes) -> int:
        token = tokens(owner)[0]
        form = {"csrf": token, "shortcode": name, "category": "birds"}
        reply = owner.upload("/desk/emoji", form, {"file": ("x.png", picture, "image/png")})
        return owner.follow(reply).status

    assert add("martlet", _picture()) == 200
    assert add("martlet", _picture()) == 422, "once"
    assert add("no name", _picture()) == 422
    assert add("broken", b"not a picture") == 422
    assert add("empty", b"") == 422
    [shown] = api.get("/api/v1/custom_emojis").json
    assert (shown["shortcode"], shown["category"], shown["visible_in_picker"]) == ("martlet", "birds", True)
    [address] = ways(owner.get("/desk/emoji"), r"/desk/emoji/\d+")
    press(owner, address, category="swifts")
    [shown] = api.get("/api/v1/custom_emojis").json
    assert (shown["category"], shown["visible_in_picker"]) == ("swifts", False)
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO emoji (id, shortcode, host, file, file_static, created_at) VALUES (5, 'owl', 'hof.example', 'https://hof.example/owl.png', '', 1)"
        )
    assert "Say of which server." in owner.get("/desk/emoji-elsewhere").text
    page = owner.get("/desk/emoji-elsewhere?host=hof.example&name=o")
    missing = owner.send(page, {}, "/desk/emoji/5/copy")
    assert (missing.status, "not been fetched yet" in missing.text) == (422, True)
    key = "ab/cd/" + "e" * 28 + ".png"
    api.built.ground.cache.put(key, _picture())
    with api.built.ground.store.write() as db:
        db.run(
            """
            INSERT INTO remote_file (used_for, subject_id, host, url, file, small, bytes, used_at, taken_till, failures, retry_at, failure)
            VALUES ('emoji', 5, 'hof.example', 'https://hof.example/owl.png', :key, '', 9, 1, 0, 0, 0, '')
            """,
            key=key,
        )
    owner.send(page, {}, "/desk/emoji/5/copy")
    assert {one["shortcode"] for one in api.get("/api/v1/custom_emojis").json} == {"martlet", "owl"}
    press(owner, f"{address}/delete", text="Hurts somebody")
    assert "Hurts somebody" in owner.get("/desk/log").text
    assert {one["shortcode"] for one in api.get("/api/v1/custom_emojis").json} == {"owl"}
    assert owner.get("/desk/emoji/5").status == 404, "another server's is not ours to change"


def test_texts_are_published(api: Api, owner: Browser) -> None:
    del api

    def write(address: str, **form: str) -> Reply:
        token = tokens(owner)[0]
        return owner.follow(owner.upload(address, {"csrf": token, **form}))

    write("/desk/texts/about", text="# The lower town")
    assert "The lower town" in owner.get("/about").text
    assert write("/desk/texts/about", text="x" * 200_000).status == 422
    write("/desk/texts/about", text="")
    assert "The lower town" not in owner.get("/about").text
    assert owner.get("/desk/texts/cakes").status == 404
    assert write("/desk/terms", day="soon", text="x").status == 422
    write("/desk/terms", day="2020-01-01", text="Be decent.")
    assert write("/desk/terms", day="2020-01-01", text="Be kind.").status == 422, "they hold already"
    page = write("/desk/terms", day="2099-01-01", text="Be kind.")
    owner.send(page, {}, "/desk/terms/2099-01-01/end")
    assert "/desk/terms/2099-01-01" not in owner.get("/desk/texts").text
