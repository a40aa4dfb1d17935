"""
Where an app may be sent back to with its code: https, loopback, or a scheme of the app's own.

Compared letter by letter, never resolved: what an app registered is what it
gets. So whatever a browser could read in two ways is refused when the app
registers (attacks A5).
"""

import re
from urllib.parse import urlsplit

from martlet.model.errors import InvalidInput

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""Not an address: the code is shown, to be copied into the app."""

LIMIT = 2000
_ALLOWED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)
_NEVER = """
    about blob chrome cid data dns file filesystem ftp imap intent jar javascript ldap livescript mailto
    mhtml mid mocha moz-extension news nntp resource sftp sip sms smb ssh tel telnet urn vbscript
    view-source ws wss wyciwyg
"""
NEVER = frozenset(_NEVER.split())
"""Schemes that browsers or systems act on themselves: no app's own."""


def check(uri: str) -> None:
    """Raises `InvalidInput` for what no app may be sent back to."""
    if uri == OUT_OF_BAND:
        return
    if len(uri) > LIMIT:
        raise _wrong(f"is too long (maximum is {LIMIT} characters)")
    if not _ALLOWED.fullmatch(uri):
        raise _wrong("must be an absolute URI")
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _wrong("must be an absolute URI") from None
    if parts.scheme in NEVER:
        raise _wrong("is forbidden by the server.")
    if "@" in parts.netloc or any(_DOTS.fullmatch(part) for part in parts.path.split("/")):
        raise _wrong("is forbidden by the server.")
    if parts.scheme in ("http", "https") and not host:
        raise _wrong("must be an absolute URI")
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(host or ""):
        raise _wrong("must be an HTTPS/SSL URI.")


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(f"Validation failed: Redirect URI {what}", "redirect_uris")


def place(uri: str) -> str:
    """What a person can judge it by: the host, or the app's own scheme."""
    parts = urlsplit(uri)
    return parts.netloc if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def source(uri: str) -> str:
    """The same as a Content-Security-Policy names it; empty for a code that is shown."""
    if uri == OUT_OF_BAND:
        return ""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
