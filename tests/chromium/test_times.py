"""When something was written, by the reader's own clock."""

from playwright.sync_api import expect

from tests.chromium.conftest import TOWN, Visit

ADD = """([name, kind, day, written]) => {
    const time = Object.assign(document.createElement("time"), {dateTime: day, textContent: written});
    const place = Object.assign(document.createElement("span"), {id: name, className: kind});
    place.append(time);
    document.querySelector("main").append(place);
}"""
"""A time as the server writes it, put into the page after it was read."""


def test_times_are_the_readers_own(visit: Visit) -> None:
    page = visit("/about", zone="Asia/Shanghai")
    page.clock.set_fixed_time("2026-11-20T12:00:00Z")
    page.goto(TOWN + "/@ines")
    for name, kind, day, written in (
        ("a", "when", "2026-11-20T11:55:00+00:00", "20 Nov 2026"),
        ("b", "when", "2026-11-20T09:00:00+00:00", "20 Nov 2026"),
        ("c", "when", "2026-11-18T09:00:00+00:00", "18 Nov 2026"),
        ("d", "", "2026-11-18T20:30:00+00:00", "18 November 2026, 20:30 UTC"),
    ):
        page.evaluate(ADD, [name, kind, day, written])
    for name, said in {"a": "5 min ago", "b": "3 hr ago", "c": "18 Nov 2026"}.items():
        expect(page.locator(f"#{name}")).to_have_text(said)
    expect(page.locator("#d")).to_contain_text("19 November 2026 at 04:30")
    expect(page.locator("#c time")).to_have_attribute("title", "Wednesday, 18 November 2026 at 17:00")
