"""The colours that the owner chose, as a sheet that stands after `martlet.css`."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from martlet.http.answer import NOSNIFF, Answer, Header
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.server import Server
from martlet.services import choosing
from martlet.web import addresses

CSS: Header = (b"content-type", b"text/css; charset=utf-8")
BRIEFLY: Header = (b"cache-control", b"public, max-age=86400")
DARK = ":root:not([data-theme=light])"


def add(routes: Routes[Endpoint], here: Server) -> None:
    routes.add("GET", addresses.LOOK_SHEET, _sheet(here))


def _sheet(here: Server) -> Callable[[Request, Params], Awaitable[Answer]]:
    async def show(request: Request, params: Params) -> Answer:
        del request, params
        return Answer(sheet(here).encode("ascii"), 200, [CSS, NOSNIFF, BRIEFLY])

    return show


def address(here: Server) -> str:
    """Empty where Martlet's own colours hold."""
    chosen = here.choices
    if not chosen.act_light and not chosen.act_dark:
        return ""
    version = sha256(f"{chosen.act_light} {chosen.act_dark}".encode()).hexdigest()[:10]
    return f"{addresses.LOOK_SHEET}?v={version}"


def sheet(here: Server) -> str:
    """Both are `#rrggbb`, as they were checked when they were chosen."""
    light, dark = here.choices.act_light, here.choices.act_dark
    lines = []
    if light:
        lines.append(f":root{{{_tokens(light, choosing.LIGHT[0])}}}")
    if dark or light:
        # a chosen light colour comes after martlet.css, so the dark one has to be said again
        shown = dark or "#73d0be"
        tokens = _tokens(shown, choosing.DARK[0])
        lines.append(
            f"@media(prefers-color-scheme:dark){{{DARK}{{{tokens}}}}}:root[data-theme=dark]{{{tokens}}}"
        )
    return "\n".join(lines)


def _tokens(act: str, behind: str) -> str:
    return f"--act:{act};--on-act:{choosing.ink_on(act)};--act-bg:{choosing.tint(act, behind)}"
