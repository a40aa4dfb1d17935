"""What the owner chooses while the server runs: name, description, who may join, colours, a picture."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from PIL import Image

from martlet.model import colours
from martlet.model.audit import State, Target
from martlet.model.roles import OPERATOR
from martlet.services import auditing, choosing
from tests.browser import Browser
from tests.client import Api
from tests.mastodon.moderating import log, staff, undo
from tests.web.desking import press, sit_down, text_of, tokens

ALL = {
    "name": "Lower Town",
    "description": "Gardens and choir.",
    "contact_email": "hello@town.example",
    "registration": "approval",
}


@pytest.fixture
def owner(api: Api) -> Browser:
    return sit_down(api, "jona")


def test_what_is_chosen_holds_at_once_and_is_taken_back(api: Api, owner: Browser) -> None:
    boss = staff(api, "boss", "owner")
    visitor = Browser(api)
    assert visitor.get("/").text.count("Gardens") == 0
    press(owner, "/desk/server", **ALL)
    shown = api.get("/api/v2/instance").json
    assert (shown["title"], shown["description"]) == ("Lower Town", "Gardens and choir.")
    assert (shown["contact"]["email"], shown["registrations"]["approval_required"]) == (
        "hello@town.example",
        True,
    )
    assert api.get("/api/v1/timelines/public?local=true").status == 401, "no local posts for visitors"
    front = visitor.get("/").text
    assert "Gardens and choir." in front, "pages that were kept are made anew"
    assert "Lower Town" in visitor.get("/about").text
    entry = log(api, boss)[0]
    assert entry["action"] == "server.change"
    press(owner, f"/desk/log/{entry['id']}/undo")
    other = Browser(api)
    api.built.ground.here.choices.description = None
    with api.built.ground.store.read() as db:
        choosing.load(db, api.built.ground.here)
    assert "Gardens" not in other.get("/").text


def test_another_process_hears_of_it_soon(api: Api, owner: Browser) -> None:
    press(owner, "/desk/server", **ALL)
    here = api.built.ground.here
    here.choices.description = None  # as it is where the change was not made
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=6), tick=True):
        assert api.get("/api/v2/instance").json["description"] == "Gardens and choir."


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "x" * 81),
        ("description", "x" * 1001),
        ("contact_email", "nonsense"),
        ("registration", "sometimes"),
        ("carried_posts", "nowhere"),
        ("act_light", "red"),
        ("act_light", "#ffff00"),
        ("act_dark", "#113322"),
    ],
    ids=lambda text: text[:10],
)
def test_what_cannot_be_is_refused(owner: Browser, field: str, typed: str) -> None:
    assert press(owner, "/desk/server", **{**ALL, field: typed}).status == 422


def test_colours_are_on_every_page_and_readable(api: Api, owner: Browser) -> None:
    assert "look.css" not in Browser(api).get("/").text
    press(owner, "/desk/server", **ALL, act_light="#7A1F4B", act_dark="#f0a0c0")
    assert "/look.css?v=" in text_of(Browser(api).get("/"))
    sheet = api.call("GET", "/look.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert ":root{--act:#7a1f4b;--on-act:#ffffff;" in sheet.text
    assert sheet.text.count("--act:#f0a0c0") == 2
    press(owner, "/desk/server", **ALL, act_light="", act_dark="")
    assert "look.css" not in Browser(api).get("/").text


def test_a_picture_for_links(api: Api, owner: Browser) -> None:
    kept = io.BytesIO()
    Image.new("RGB", (1400, 900), "teal").save(kept, "PNG")
    token = tokens(owner)[0]

    def send(content: bytes) -> int:
        files = {"file": ("x.png", content, "image/png")}
        fields = {"csrf": token, "picture_description": "The harbour"}
        return owner.follow(owner.upload("/desk/server/picture", fields, files)).status

    own = api.get("/api/v2/instance").json["thumbnail"]
    assert own["blurhash"]
    assert api.call("GET", own["versions"]["@1x"].removeprefix("http://localhost:3000")).status == 200

    assert send(kept.getvalue()) == 200
    shown = api.get("/api/v2/instance").json["thumbnail"]
    address, half = shown["url"], shown["versions"]["@1x"]
    assert shown["description"] == "The harbour"
    assert shown["blurhash"] not in ("", own["blurhash"])
    small = Image.open(io.BytesIO(api.call("GET", half.removeprefix("http://localhost:3000")).body))
    assert (small.size, shown["versions"]["@2x"]) == ((600, 315), address)
    assert address.startswith("http://localhost:3000/media/")
    assert address in text_of(Browser(api).get("/"))
    assert api.call("GET", address.removeprefix("http://localhost:3000")).status == 200
    assert send(b"not a picture") == 422
    assert send(b"") == 200
    assert api.get("/api/v1/instance").json["thumbnail"].endswith("/static/thumbnail.png")

    ground, path = api.built.ground, address.removeprefix("http://localhost:3000")
    boss = staff(api, "boss", "owner")
    removed, chosen = log(api, boss)[:2]
    assert undo(api, boss, chosen).status == 409, "another was chosen since"
    press(owner, f"/desk/log/{removed['id']}/undo")
    api.work()
    assert api.get("/api/v2/instance").json["thumbnail"] == shown
    assert send(b"") == 200
    api.work()
    assert api.call("GET", path).status == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=choosing.PICTURE_DAYS + 1), tick=True):
        with ground.store.write() as db:
            choosing.forget_picture(db, ground.here)
        api.work()
    assert api.call("GET", path).status == 404
    assert undo(api, boss, log(api, boss)[0]).status == 409, "it is gone"


def test_the_log_says_what_cannot_be_taken_back(api: Api, owner: Browser) -> None:
    done: tuple[tuple[str, Target, State, State, str], ...] = (
        ("job.drop", Target("job", 1, "#1"), {}, {}, "A job that was dropped does not come back."),
        ("account.delete_posts", Target("account", 1, "a"), {"posts": 2}, {"posts": 0}, "What was deleted"),
        (
            "terms.publish",
            Target("terms", 0, "2026-01-01"),
            {"source": ""},
            {"source": "a"},
            "These terms hold",
        ),
        ("web_hook.rotate_secret", Target("web_hook", 1, "a"), {}, {}, "The secret before is gone."),
        ("rule.change", Target("rule", 1, "a"), {"text": "a"}, {"text": "a"}, "It was so before already."),
        (
            "held_post.release",
            Target("held_post", 1, "a"),
            {"state": "held"},
            {"state": "released"},
            "is out.",
        ),
        ("account.email", Target("account", 1, "a"), {}, {}, "This cannot be taken back."),
    )
    ground = api.built.ground
    with ground.store.write() as db:
        for act, target, before, after, _ in done:
            auditing.record(db, OPERATOR, act, target, before, after, ground.here)
    page = text_of(owner.get("/desk/log"))
    for *_, said in done:
        assert said in page, said
    assert "/undo" not in page


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(colours.contrast("#000000", "#ffffff"), 2) == 21
    assert round(colours.contrast("#777777", "#ffffff"), 2) == 4.48
    assert colours.mixed("#ffffff", "#000000", 0.5) == "#808080"
