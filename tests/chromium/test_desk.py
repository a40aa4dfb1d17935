"""
The desk. A moderator's hour: somebody reports a post, it is worked on, something is done, taken back, and stands in the log.
An owner's day: rules, templates, announcements, emoji, servers and block lists, trends, the look, health, and a role for a helper.
"""

import io
import re
import sqlite3
from contextlib import closing

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.chromium.conftest import DESKTOP, PHONE, TOWN, Visit
from tests.chromium.test_every_page import _violations

WORDS = "He shouts at the ferry again."


def test_a_report_is_made_worked_on_and_taken_back(visit: Visit) -> None:
    _report(visit("/@theo", "xiaoyu", PHONE))
    desk = visit("/desk/reports", "jona", DESKTOP)
    desk.locator("main .lines li", has_text=WORDS).locator("a").first.click()
    expect(desk.locator("main")).to_contain_text(WORDS)
    report = desk.url
    assert _violations(desk) == []
    desk.locator("form[action$='/assign'] button").click()
    desk.locator("textarea[name=note]").fill("Talked to him.")
    desk.locator("form[action$='/notes'] button").click()
    expect(desk.locator("main")).to_contain_text("Talked to him.")
    desk.locator("a[href*='/measure/limit']").click()
    desk.locator("textarea[name=text]").fill("Please be kind.")
    assert _violations(desk) == []
    desk.locator(".work form button").click()
    desk.wait_for_url("**done=desk_done*")

    desk.goto(TOWN + "/desk/log")
    undoable = desk.locator("main a[href*='/undo']")
    count = undoable.count()
    undoable.first.click()
    desk.locator(".work form button").click()
    desk.wait_for_url("**done=undone*")
    expect(undoable).to_have_count(count - 1)
    visit.keep(desk, "desk-log")
    desk.goto(report)
    expect(desk.locator("main")).to_contain_text("Talked to him.")


def _report(page: Page) -> None:
    page.locator("details.more summary").click()
    page.locator("details.more a[href$='/report']").click()
    page.locator("[name=category][value=other]").check()
    page.locator("main .pad.form button").click()
    page.wait_for_url(re.compile("step="))
    page.locator("main .pad.form button").click()
    page.locator("textarea[name=text]").fill(WORDS)
    assert _violations(page) == []
    page.locator("main .pad.form button.stop").click()
    page.wait_for_url(re.compile("step=done"))


CLOSED = "The tower is closed on Monday."
STRANGE = "noisy.example"
BLOCK_LIST = f"#domain,#severity,#public_comment\n{STRANGE},suspend,Spam\n".encode()


def test_an_owner_keeps_house_and_has_a_helper(visit: Visit) -> None:
    desk, reader = visit("/desk", "jona", DESKTOP), visit("/about", "xiaoyu", PHONE)
    _has_rules_and_reasons(desk, reader)
    _announces(desk, reader)
    _has_an_emoji(desk, reader)
    _decides_about_servers(desk)
    _sees_to_trends_and_health(visit, desk)
    _looks_after_jobs(visit, desk)
    _has_a_look(desk, reader)
    _has_a_helper(visit, desk, reader)


def _send(desk: Page, path: str, values: dict[str, str], *, files: FilePayload | None = None) -> None:
    """Fill in the form that goes to `path`, and send it."""
    form = desk.locator(f"main form[method=post][action='{path}']")
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
    if files is not None:
        form.locator("[type=file]").set_input_files(files)
    _done(desk, form.locator("button").last)


def _end(desk: Page, words: str, path: str) -> None:
    """Of a list, the row with these words: its act is asked about once more, and done."""
    desk.locator("main li", has_text=words).locator(f"a[href$='{path}']").click()
    _yes(desk, path)
    expect(desk.locator("main li", has_text=words)).to_have_count(0)


def _has_rules_and_reasons(desk: Page, reader: Page) -> None:
    desk.goto(TOWN + "/desk/rules")
    _send(desk, "/desk/rules", {"text": "No horns after ten", "hint": "The swifts sleep."})
    row = desk.locator("main li", has_text="No horns after ten")
    _done(desk, row.locator("form button").first, "/rules")
    reader.goto(TOWN + "/about")
    rules = reader.locator("main li", has_text="The swifts sleep.")
    expect(rules).to_have_count(1)
    expect(
        reader.locator("main li", has=reader.locator("xpath=following-sibling::li"), has_text="horns")
    ).to_have_count(1)
    _end(desk, "No horns after ten", "/end")
    desk.goto(TOWN + "/desk/reasons")
    _send(desk, "/desk/reasons", {"title": "Be kinder", "text": "Please read our rules again."})


def _announces(desk: Page, reader: Page) -> None:
    """On top of everybody's home until they have read it."""
    desk.goto(TOWN + "/desk/announcements")
    _send(desk, "/desk/announcements", {"text": CLOSED})
    desk.locator("main li", has_text=CLOSED).locator("a[href$='/publish']").click()
    _yes(desk, "/publish")
    reader.goto(TOWN + "/home")
    told = reader.locator("[data-announced]", has_text=CLOSED)
    expect(told).to_be_visible()
    assert _violations(reader) == []
    told.locator("button").click()
    expect(told).to_have_count(0)
    _end(desk, CLOSED, "/delete")


def _has_an_emoji(desk: Page, reader: Page) -> None:
    desk.goto(TOWN + "/desk/emoji")
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    shape: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}
    _send(desk, "/desk/emoji", {"shortcode": "teal_swift"}, files=shape)
    reader.goto(TOWN + "/write")
    reader.locator("#f-text").press_sequentially(":teal_s")
    expect(reader.locator("#completions li", has_text="teal_swift")).to_be_visible()
    reader.locator("#f-text").fill("")
    desk.locator("main li a", has_text="teal_swift").click()
    desk.locator("main a[href$='/delete']").click()
    _yes(desk, "/delete")


def _decides_about_servers(desk: Page) -> None:
    """A block list is tried, then brought in; what it decided is taken back."""
    file: FilePayload = {"name": "list.csv", "mimeType": "text/csv", "buffer": BLOCK_LIST}
    bring = desk.locator("main form[action='/desk/block-lists/import']")
    desk.goto(TOWN + "/desk/block-lists")
    bring.locator("[type=file]").set_input_files(file)
    bring.locator("button").click()
    expect(desk.locator(".say")).to_contain_text("1")
    desk.goto(TOWN + "/desk/block-lists")
    bring.locator("[type=file]").set_input_files(file)
    bring.locator("[name=try]").uncheck()
    _done(desk, bring.locator("button"))
    desk.locator("main li a", has_text=STRANGE).click()
    desk.locator("main a[href$='/undo']").click()
    _yes(desk, "/undo")
    desk.goto(TOWN + "/desk/server-decisions")
    expect(desk.locator("main li", has_text=STRANGE)).to_have_count(0)


def _sees_to_trends_and_health(visit: Visit, desk: Page) -> None:
    desk.goto(TOWN + "/desk/trends/posts")
    shown = desk.locator("main li", has=desk.locator("a[href*='/desk/trends/posts/']")).first
    post = str(shown.locator("a[href*='/desk/trends/posts/']").get_attribute("href"))
    desk.goto(TOWN + post)
    _yes(desk, post)
    _done(desk, desk.locator(f"main form[action='{post}'] button"))
    desk.goto(TOWN + "/desk/health")
    expect(desk.locator("figure.chart rect").first).to_be_visible()
    visit.keep(desk, "desk-health")


def _looks_after_jobs(visit: Visit, desk: Page) -> None:
    """Two were set aside: one is done again, the other given up."""
    with closing(sqlite3.connect(visit.town.data / "martlet.sqlite3", timeout=60)) as db, db:
        db.executemany(
            "INSERT INTO job (name, body, run_at, tries, parked_at, error) VALUES ('sweep', '', 1, 12, 5, ?)",
            [("The first broke",), ("The second broke",)],
        )
    desk.goto(TOWN + "/desk/health")
    assert _violations(desk) == []
    first = desk.locator("main li", has_text="The first broke")
    _done(desk, first.locator("form[action$='/retry'] button"))
    _end(desk, "The second broke", "/drop")
    expect(first).to_have_count(0)


def _has_a_look(desk: Page, reader: Page) -> None:
    """Other colours for everybody, where they can be read; and the old ones again."""
    desk.goto(TOWN + "/desk/server")
    form = desk.locator("main form[action='/desk/server']")
    form.locator("[name=act_light]").fill("#ffeeaa")
    form.locator("button").last.click()
    expect(desk.locator(".say.bad, .err").first).to_be_visible()
    desk.goto(TOWN + "/desk/server")
    _send(desk, "/desk/server", {"act_light": "#5a2a83"})
    reader.goto(TOWN + "/about")
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--act').trim()"
    assert reader.evaluate(colour) == "#5a2a83"
    desk.goto(TOWN + "/desk/server")
    _send(desk, "/desk/server", {"act_light": ""})


def _has_a_helper(visit: Visit, desk: Page, helper: Page) -> None:
    """They see to reports and what waits, and to nothing else."""
    desk.goto(TOWN + "/desk/new-role")
    form = desk.locator("main form[action='/desk/new-role']")
    form.locator("[name=may_16]").check()
    _send(desk, "/desk/new-role", {"key": "helper", "name": "Helper", "position": "5"})
    _gives(desk, "helper")
    helper.goto(TOWN + "/desk")
    places = helper.locator("nav.menu a").evaluate_all("all => all.map((one) => one.pathname)")
    assert set(places) == {"/desk", "/desk/reports", "/desk/held"}
    helper.goto(TOWN + "/desk/reports")
    expect(helper.locator("h1")).to_be_visible()
    assert _violations(helper) == []
    visit.keep(helper, "desk-helper")
    for path in ("/desk/server", "/desk/roles", "/desk/health"):
        refused = helper.goto(TOWN + path)
        assert refused is not None
        assert refused.status == 403
    _gives(desk, "user")
    desk.goto(TOWN + "/desk/roles/helper")
    desk.locator("main a[href$='/delete']").click()
    _yes(desk, "/delete")
    refused = helper.goto(TOWN + "/desk/reports")
    assert refused is not None
    assert refused.status == 403


def _gives(desk: Page, role: str) -> None:
    desk.goto(TOWN + "/desk/accounts?username=xiaoyu")
    desk.locator("main li a", has_text="xiaoyu").click()
    desk.locator("main a[href$='/role']").click()
    desk.locator("main [name=role]").select_option(role)
    _yes(desk, "/role")


def _yes(desk: Page, path: str) -> None:
    _done(desk, desk.locator(f"main form[action$='{path}'] button"))


def _done(desk: Page, button: Locator, where: str = "done=") -> None:
    """Press it, and wait for the page that follows: the one before may say that something was done, too."""
    with desk.expect_navigation(url=re.compile(where)):
        button.click()
