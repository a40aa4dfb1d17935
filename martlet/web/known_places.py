"""Addresses that programs know by heart: where a password is changed, whom to tell of a hole."""

from datetime import timedelta

from martlet.http.answer import NOSNIFF, TEXT, Answer, redirect
from martlet.model.errors import NotFound
from martlet.web import addresses
from martlet.web.visits import Pages, Visit

pages = Pages()

HOLDS = timedelta(days=60)


@pages.get(addresses.CHANGE_PASSWORD_KNOWN, access="anyone")
async def change_password(visit: Visit) -> Answer:
    """https://w3c.github.io/webappsec-change-password-url/"""
    del visit
    return redirect(addresses.CHANGE_PASSWORD, 302)


@pages.get(addresses.SECURITY_TXT, access="anyone")
async def security(visit: Visit) -> Answer:
    """RFC 9116. Raises `NotFound` where the owner gives no address."""
    here = visit.here
    if not here.contact_email:
        raise NotFound
    lines = (
        f"Contact: mailto:{here.contact_email}",
        f"Expires: {(here.now() + HOLDS).strftime('%Y-%m-%dT00:00:00Z')}",
        f"Preferred-Languages: {', '.join(here.languages)}",
        f"Canonical: {here.url}{addresses.SECURITY_TXT}",
    )
    text = "".join(f"{line}\n" for line in lines)
    return Answer(text.encode(), 200, [TEXT, NOSNIFF, (b"cache-control", b"public, max-age=86400")])
