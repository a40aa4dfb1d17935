"""
Usernames, hosts and handles, read by their grammar and by nothing looser.

    handle    [@] username [@ host]
    username  letters, digits, "_"; elsewhere also "." and "-" inside
    host      a DNS name (international ones too), an IPv4 or [IPv6] address, each with :port or without

A host is kept in one spelling: lower case, no dot at the end, international
names in their `xn--` form (IDNA 2008, mapped as browsers do). Whoever builds
a URL from a handle does so from these parts, never by pasting.
"""

import ipaddress
import re
from functools import lru_cache

import idna

from martlet.model.errors import InvalidInput
from martlet.text.cleaning import one_line

USERNAME_LIMIT = 30
_REMOTE_USERNAME_LIMIT = 255
_HOST_LIMIT = 253
_LABEL_LIMIT = 63
_PORT_LIMIT = 65535

_USERNAME = re.compile(r"[A-Za-z0-9_]+")
_REMOTE_USERNAME = re.compile(r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTS = re.compile(r"[.\u3002\uff0e\uff61]")

_RESERVED = """
    about abuse account accounts actor admin administration administrator admins all anonymous api app apps
    auth authorize avatar avatars ban billing blog bot bots contact contacts css dashboard demo dev directory
    dns docs domains donate download emoji everyone explore faq federation feed feeds file files filters
    follow followers following ftp hashtag health help helpdesk here home host hostmaster hosting imap inbox
    info instance internal invite invites ipfs legal list lists local localhost login logout mail
    mailer-daemon mailer_daemon manager martlet mastodon me media mention mentions mirror mod moderation
    moderator moderators mods mute new news nobody nodeinfo noreply no_reply notification notifications null
    oauth official operator outbox owner owners password policy pop pop3 post postmaster posts privacy
    private profile profiles proxy public push register registration report reports root rss rules search
    security server services session sessions setting settings setup share shared sharedinbox shared_inbox
    sign_in sign_out sign_up signin signout signup smtp ssl ssladmin sso staff static status statuses
    streaming sudo superuser support sysadmin system tag tags team terms timeline timelines token trends
    undefined unsubscribe user username users verify web webfinger webmail webmaster well_known www you
"""
RESERVED_USERNAMES = frozenset(_RESERVED.split())


class InvalidHandle(InvalidInput):
    code = "invalid_handle"


class InvalidHost(InvalidInput):
    code = "invalid_host"


def is_username(text: str) -> bool:
    """Whether somebody may be called so here: 1–30 ASCII letters, digits and underscores."""
    return len(text) <= USERNAME_LIMIT and _USERNAME.fullmatch(text) is not None


def is_reserved(username: str) -> bool:
    """Whether the name would pass for the server, its staff or one of its pages."""
    username = username.lower()
    return username in RESERVED_USERNAMES or username.strip("_") in RESERVED_USERNAMES


_TWINS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "_": None}
)


def looks(username: str) -> str:
    """What a hasty eye sees: `Adm1n_` and `admin` look alike."""
    return username.lower().replace("rn", "m").replace("vv", "w").translate(_TWINS)


def display_name(text: str) -> str:
    """A display name without anything that would spill over what stands beside it."""
    return one_line(text)


def handle_key(username: str, host: str | None) -> str:
    """`ada` for people here, `ada@peer.example` for others: equal for every spelling of one handle."""
    return username.lower() if host is None else f"{username.lower()}@{host}"


def own_hosts(host: str) -> frozenset[str]:
    """Our own host, with its port and without, as handles may give it."""
    host = normalise_host(host)
    return frozenset({host, host_and_port(host)[0]})


def parse_handle(text: str, own: frozenset[str] = frozenset()) -> tuple[str, str | None]:
    """
    `@Ada@Peer.Example:3000` → `("Ada", "peer.example:3000")`; the host is None if there is none or it is ours.

    The username keeps its case, for showing; compare by `handle_key`. Raises `InvalidHandle`.
    """
    username, at, host_text = text.strip().removeprefix("@").partition("@")
    if len(username) > _REMOTE_USERNAME_LIMIT or _REMOTE_USERNAME.fullmatch(username) is None:
        raise InvalidHandle("That is not a handle. A handle looks like @ada or @ada@server.example.")
    if not at:
        return username, None
    try:
        host = normalise_host(host_text)
    except InvalidHost as error:
        raise InvalidHandle(f"That is not a handle: {error.message}") from None
    return username, (None if host in own else host)


@lru_cache(maxsize=4096)
def normalise_host(text: str) -> str:
    """
    The one spelling of a host, with its port if one was given. Raises `InvalidHost`.

    Numbers that browsers would take for an IPv4 address in disguise
    (`0x7f.1`, `2130706433`, `127.1`) are no hosts.
    """
    name, port = host_and_port(text)
    name = _normalise_address(name) if name.startswith("[") else _normalise_name(name)
    if port is None:
        return name
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= _PORT_LIMIT):  # noqa: PLR2004 – digits of 65535
        raise InvalidHost("The port of the server's address is not a number that a port can have.")
    return f"{name}:{int(port)}"


def host_and_port(text: str) -> tuple[str, str | None]:
    """Cut at the colon before the port, the ones inside `[…]` left alone. Nothing is checked."""
    bracket = text.rfind("]")
    colon = text.find(":", bracket + 1)
    return (text, None) if colon < 0 else (text[:colon], text[colon + 1 :])


def _normalise_address(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text[1:-1]) if text.endswith("]") and "%" not in text else None
    except ValueError:
        address = None
    if address is None:
        raise InvalidHost("The server's address is not a valid IPv6 address.")
    return f"[{address.compressed}]"


def _normalise_name(text: str) -> str:
    name = text.lower()
    if not name.isascii() or "xn--" in name:
        try:
            labels = _DOTS.split(name)
            ours = [label for label in labels if not label.isascii() or label.startswith("xn--")]
            coded = {label: idna.encode(label, uts46=True).decode("ascii") for label in ours}
        except (idna.IDNAError, UnicodeError, ValueError):
            raise InvalidHost("The server's name has characters that no name of a server has.") from None
        name = ".".join(coded.get(label, label) for label in labels)
    name = name.removesuffix(".")
    labels = name.split(".")
    if not 0 < len(name) <= _HOST_LIMIT or any(
        len(label) > _LABEL_LIMIT or _LABEL.fullmatch(label) is None for label in labels
    ):
        raise InvalidHost("The server's name is not one that a server can have.")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise InvalidHost("The server's address is not a valid IPv4 address.") from None
    return name
