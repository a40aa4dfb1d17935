"""
A real browser before the invented town: pages as people see them.

    def test_…(visit: Visit) -> None:
        page = visit("/home", who="jona", width=PHONE)

The town is built once for all workers, each serves a copy of its own. Whatever a page
does that none of ours may do (a request to another host, a script that the policy
stops, an error in a script) turns the test red when it ends.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests import mailserver
from tests.demo.building import built_once
from tests.running import Running

PHONE, TABLET, DESKTOP = 360, 768, 1440
HEIGHTS = {PHONE: 740, TABLET: 1024, DESKTOP: 900}
TOWN = "http://localhost:3000"
"""Where the town's own addresses lead; the browser is told which port that is."""
PATIENCE_MS = 60_000
POLL_MS = 100
UNHURRIED = """(() => {
    const hold = () => document.documentElement?.style.setProperty("pointer-events", "none");
    hold();
    new MutationObserver((_, watching) => { hold(); watching.disconnect(); }).observe(document, { childList: true });
    addEventListener("DOMContentLoaded", async () => {
        const main = document.querySelector("script[type=module]")?.src, brought = [];
        const said = main ? await fetch(main).then((answer) => answer.text()).catch(() => "") : "";
        for (const [, selector, name] of said.matchAll(/\\["(.+?)", \\(\\) => import\\("(.+?)"\\)\\]/g)) {
            if (document.querySelector(selector)) brought.push(import(new URL(name, main)));
        }
        await Promise.allSettled(brought);
        document.documentElement.style.removeProperty("pointer-events");
    });
})()"""
"""
Nothing can be pressed before all parts of a page's script have come.

Pages go without, so that on a slow machine a press might be answered by the next page, and not in place; `script=False` is for that.
"""
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"


@dataclass
class Town(Running):
    """The demo's server, which listens elsewhere than its address says; its letters go to `mail`."""

    mail: mailserver.MailServer = field(default_factory=mailserver.MailServer)

    @property
    def url(self) -> str:
        return TOWN

    @property
    def passwords(self) -> dict[str, str]:
        lines = (self.data / "passwords.txt").read_text().splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}


def until(page: Page, expression: str) -> None:
    """
    Wait until the page finds `expression` true.

    Playwright's own `wait_for_function` evaluates its text anew in the page, which our
    policy forbids, unless it is true at once.
    """
    for _ in range(PATIENCE_MS // POLL_MS):
        if page.evaluate(f"Boolean({expression})"):
            return
        page.wait_for_timeout(POLL_MS)
    pytest.fail(f"never came true: {expression}")


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    data = tmp_path_factory.mktemp("town") / "demo"
    shutil.copytree(built_once(tmp_path_factory.getbasetemp()) / "demo", data)
    with mailserver.opened("none") as mail:
        server = Town(data, "sqlite", mail=mail)
        server.extra = {
            "MARTLET_SMTP_HOST": "127.0.0.1",
            "MARTLET_SMTP_PORT": str(mail.port),
            "MARTLET_SMTP_SECURITY": "none",
            "MARTLET_SMTP_USER": mailserver.USER,
            "MARTLET_SMTP_PASSWORD": mailserver.PASSWORD,
            "MARTLET_MAIL_FROM": "martlet@localhost.example",
            "MARTLET_ALLOW_PRIVATE_ADDRESSES": "on",
        }
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="package")
def program() -> str:
    """Chromium without windows where there is one: it takes two thirds of the time."""
    return shutil.which("chromium-headless-shell") or _whole_browser()


def _whole_browser() -> str:
    """Where there is no Chromium, tests are left out; in CI they fail."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing = "Chromium is missing. On Debian and Ubuntu: apt install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ended with the package: while it runs, this thread counts as one with an event loop."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playing:
        yield playing


@pytest.fixture(scope="package")
def chromium(playwright: Playwright, program: str, town: Town) -> Iterator[Browser]:
    with _launched(playwright, program, town) as browser:
        yield browser


@contextmanager
def _launched(playwright: Playwright, program: str, town: Town) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=program,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--host-resolver-rules=MAP localhost:3000 127.0.0.1:{town.port}",
        ],
    )
    yield browser
    browser.close()


@dataclass
class Visit:
    """Opens pages; keeps who is signed in, and what went wrong."""

    town: Town
    chromium: Browser
    sessions: dict[str, Any]
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __call__(
        self,
        path: str,
        who: str = "",
        width: int = DESKTOP,
        *,
        script: bool = True,
        dark: bool = False,
        language: str = "en",
        zone: str = "UTC",
    ) -> Page:
        context = self.chromium.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme="dark" if dark else "light",
            locale=language,
            timezone_id=zone,
            java_script_enabled=script,
            has_touch=width == PHONE,
            reduced_motion="reduce",  # what axe measures does not change any more
            storage_state=self._session(who) if who else None,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(UNHURRIED)
        self.contexts.append(context)
        page = context.new_page()
        self._watch(page)
        page.goto(TOWN + path)
        return page

    def keep(self, page: Page, name: str) -> None:
        """A picture of the page, for people to look at, where they ask for it (docs/contribute): in `screenshots/`."""
        if not os.environ.get("KEEP_SCREENSHOTS"):
            return
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.jpg", full_page=True, type="jpeg", quality=80)

    def _session(self, who: str) -> Any:
        if who not in self.sessions:
            context = self.chromium.new_context(java_script_enabled=False)
            page = context.new_page()
            page.goto(TOWN + "/auth/sign_in")
            page.fill("[name=identifier]", who)
            page.fill("[name=password]", self.town.passwords[who])
            page.click("main button[type=submit], main form button")
            page.wait_for_url(re.compile("/home"))
            self.sessions[who] = context.storage_state()
            context.close()
        return self.sessions[who]

    def _watch(self, page: Page) -> None:
        page.on("request", self._hosts)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _hosts(self, request: Request) -> None:
        if not request.url.startswith((TOWN + "/", "data:", "blob:")):
            self.faults.append(f"a page asks another host: {request.url}")

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "status of 4" not in said.text:
            self.faults.append(f"console: {said.text}")


@pytest.fixture(scope="package")
def sessions() -> dict[str, Any]:
    return {}


@pytest.fixture
def visit(town: Town, chromium: Browser, sessions: dict[str, Any]) -> Iterator[Visit]:
    with _visiting(town, chromium, sessions) as visits:
        yield visits


@pytest.fixture
def visit_with_windows(town: Town, playwright: Playwright) -> Iterator[Visit]:
    """The whole browser, which alone shows notifications."""
    with _launched(playwright, _whole_browser(), town) as browser, _visiting(town, browser, {}) as visits:
        yield visits


@contextmanager
def _visiting(town: Town, browser: Browser, sessions: dict[str, Any]) -> Iterator[Visit]:
    visits = Visit(town, browser, sessions)
    yield visits
    for context in visits.contexts:
        context.close()
    assert not visits.faults
