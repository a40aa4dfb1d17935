"""
What stands between a page and the rest of the world: headers, cookies, proof that a form is ours.

Every HTML answer has the same Content-Security-Policy: script only from files
of ours, and no string becomes HTML or script there but through the one policy
for Trusted Types (`static/trusted.js`); nothing from elsewhere, no frames, forms
only to ourselves. Chrome holds `form-action` also against the redirect that
follows a form, so pages on the way to an app name the one place they lead to
besides.
"""

import secrets
from datetime import timedelta
from functools import lru_cache

from martlet.http.answer import NOSNIFF, Header
from martlet.http.request import Request
from martlet.model.errors import NotAllowed
from martlet.model.server import Server
from martlet.signing import sealed
from martlet.signing.sealed import Purpose
from martlet.signing.server_keys import ServerSecret

FORM_LIFE = timedelta(days=2)
UNDO_LIFE = timedelta(hours=1)
SESSION_SECONDS = 90 * 86_400
YEAR_SECONDS = 366 * 86_400


_FROM_DEVICE = "img-src 'self' blob:; media-src 'self' blob:; "


class ForgedForm(NotAllowed):
    """A form that another site sent, or one that lay open too long."""

    code = "forged_form"

    def __init__(self) -> None:
        super().__init__("This form is too old, or it was not sent from this server's own page.")


@lru_cache(maxsize=64)
def headers(form_to: str = "", *, has_camera: bool = False, shows_files: bool = False) -> tuple[Header, ...]:
    """
    `form_to` is a source that forms may lead to besides ourselves, as `redirects.source` gives it.

    `shows_files`: script shows pictures, films and sounds that it has read on the device.
    """
    camera = b"self" if has_camera else b""
    policy = (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types martlet; "
        f"{_FROM_DEVICE if shows_files else ''}"
        f"form-action 'self'{' ' + form_to if form_to else ''}; frame-ancestors 'none'"
    )
    return (
        (b"content-security-policy", policy.encode("ascii")),
        NOSNIFF,
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(%b), geolocation=(), microphone=()" % camera),
    )


def headers_in_frames(here: Server) -> list[Header]:
    """
    Of pages that other sites may frame, as far as the owner lets them.

    They have no forms, so nobody can be led to press anything in them, and one script, which tells how high they are.
    """
    sites = " ".join(f"https://{one}" for one in here.comment_sites) or "*"
    policy = (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; "
        f"form-action 'none'; frame-ancestors {sites}"
    )
    return [
        (b"content-security-policy", policy.encode("ascii")),
        NOSNIFF,
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]


# -- cookies -------------------------------------------------------------


def cookie_name(name: str, here: Server) -> str:
    """On https the name makes browsers refuse it from anywhere but this very host (`__Host-`)."""
    return f"__Host-martlet_{name}" if here.url.startswith("https://") else f"martlet_{name}"


def cookies_of(request: Request) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in request.header(b"cookie").split(";"))
    return {name: value for name, _, value in pairs}


def cookie(name: str, value: str, here: Server, seconds: int | None = None) -> Header:
    """`seconds` None: until the browser closes; 0: forget it. The value needs no escaping."""
    parts = [f"{cookie_name(name, here)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if here.url.startswith("https://"):
        parts.append("Secure")
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    return (b"set-cookie", "; ".join(parts).encode("ascii"))


# -- forms ---------------------------------------------------------------


def make_seed() -> str:
    """What the forms of a visitor without a session are tied to."""
    return secrets.token_hex(16)


def form_token(secret: ServerSecret, seed: str, here: Server) -> str:
    return sealed.sign(secret, Purpose.CSRF, seed, here.now() + FORM_LIFE)


def undo_token(secret: ServerSecret, seed: str, act: str, here: Server) -> str:
    """What takes an act back, for whoever did it: an address with it is of no use in another session."""
    return sealed.sign(secret, Purpose.UNDO, f"{seed[:16]} {act}", here.now() + UNDO_LIFE)


def undone_by(token: str, secret: ServerSecret, seed: str, here: Server) -> str | None:
    """The act that `undo_token` was given."""
    value = sealed.verify(secret, Purpose.UNDO, token, here.now()) if seed else None
    whose, _, act = (value or "").partition(" ")
    return act if whose and whose == seed[:16] else None


def check_form(request: Request, shown: str, secret: ServerSecret, seed: str, here: Server) -> None:
    """
    Two proofs that a form was sent from our own page: where it says it comes from, and its token.

    Raises `ForgedForm`.
    """
    check_origin(request, here)
    if not seed:
        raise ForgedForm
    signed = sealed.verify(secret, Purpose.CSRF, shown, here.now())
    if signed is None or not secrets.compare_digest(signed.encode(), seed.encode()):
        raise ForgedForm


def check_origin(request: Request, here: Server) -> None:
    """The first of the two, before the form itself is read. Raises `ForgedForm`."""
    if not _is_own(request, here):
        raise ForgedForm


def check_handed_on(request: Request, here: Server) -> None:
    """
    What a browser sends by itself, as its share sheet does: it may say that it comes from nowhere, but not from elsewhere.

    Raises `ForgedForm`.
    """
    if request.headers.get(b"sec-fetch-site") != b"none":
        check_origin(request, here)


def _is_own(request: Request, here: Server) -> bool:
    """The application has checked the Host header already."""
    scheme = here.url.partition("://")[0]
    origin = request.headers.get(b"origin")
    if origin is not None:
        return origin.decode("latin-1") in (here.url, f"{scheme}://{request.header(b'host')}")
    return request.headers.get(b"sec-fetch-site", b"same-origin") in (b"same-origin", b"none")
