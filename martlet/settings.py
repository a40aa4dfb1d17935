"""
Settings: one frozen value, read once at start from a file and the environment.

The file is TOML (`martlet.toml` in the working folder, or the one that
`MARTLET_CONFIG` names); each setting can also be given as an environment
variable, `MARTLET_` and its name in capitals, which wins. A wrong value stops
the start with a sentence that says which it is and how to mend it.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

PREFIX = "MARTLET_"
DEFAULT_FILE = "martlet.toml"


class WrongSetting(Exception):
    """A setting cannot be used; the message says which and how to mend it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default; `martlet settings` prints them with the meaning given here."""

    url: Annotated[
        str, Meta(description="Where people reach this server, without a path. It can never change later.")
    ] = "http://localhost:3000"
    listen: Annotated[str, Meta(description="Address and port to listen on.")] = "127.0.0.1:3000"
    workers: Annotated[int, Meta(ge=1, le=64, description="How many processes answer requests.")] = 1
    data: Annotated[str, Meta(description="Folder for the database, pictures and secrets.")] = "data"
    database: Annotated[
        str, Meta(description="`sqlite` keeps the database in the data folder; or a postgresql://… address.")
    ] = "sqlite"
    secret: Annotated[
        str,
        Meta(
            description="Key that protects stored secrets, 32 characters or more. Empty: made once and kept in the data folder."
        ),
    ] = ""

    name: Annotated[
        str, Meta(min_length=1, max_length=80, description="The server's name, as people see it.")
    ] = "Martlet"
    description: Annotated[
        str, Meta(max_length=1000, description="A sentence or two on who this server is for.")
    ] = ""
    contact_email: Annotated[str, Meta(description="Where people reach whoever runs this server.")] = ""
    source_url: Annotated[
        str, Meta(description="Where people find the source code that runs here, if you changed it.")
    ] = ""
    languages: Annotated[
        tuple[str, ...], Meta(description="Main languages of this server, ISO 639 codes.")
    ] = ("en",)
    registration: Annotated[
        Literal["open", "approval", "invite", "closed"],
        Meta(
            description="Who may join: anyone, anyone whom a moderator approves, holders of an invitation, nobody."
        ),
    ] = "invite"
    minimum_age: Annotated[
        int,
        Meta(
            ge=0,
            le=120,
            description="Years somebody has to be old to join; their date of birth is asked for and not kept. 0: nobody is asked.",
        ),
    ] = 0
    mail_exchangers: Annotated[
        bool,
        Meta(
            description="Whether blocked e-mail domains also hold for domains whose mail they take (MX); asks this machine's name servers."
        ),
    ] = True
    public_preview: Annotated[
        bool, Meta(description="Whether people who are not signed in may read the local timeline.")
    ] = True
    comment_sites: Annotated[
        tuple[str, ...],
        Meta(
            description="Hosts of websites that may show posts and comments in a frame (docs/guide/comments.md); empty: all."
        ),
    ] = ()

    federation: Annotated[
        Literal["open", "allow-list"],
        Meta(
            description="With which servers this one speaks: all but those you suspend, or only those you allow (`martlet peer`)."
        ),
    ] = "open"
    authorized_fetch: Annotated[
        bool,
        Meta(
            description="Whether other servers must sign their requests to read posts and profiles, so that suspended ones cannot."
        ),
    ] = False

    show_domain_blocks: Annotated[
        Literal["all", "users", "disabled"],
        Meta(
            description="Who may see which servers are limited or suspended: everybody, people here, nobody."
        ),
    ] = "disabled"
    show_domain_blocks_rationale: Annotated[
        Literal["all", "users", "disabled"],
        Meta(description="Who of them may also see the public comments on why."),
    ] = "disabled"
    show_peers: Annotated[
        bool, Meta(description="Whether anybody may see which other servers this one knows.")
    ] = True
    show_activity: Annotated[
        bool, Meta(description="Whether anybody may see how much is done here each week.")
    ] = True
    profile_directory: Annotated[
        bool, Meta(description="Whether anybody may list the people who want to be found.")
    ] = True

    post_limit: Annotated[int, Meta(ge=100, le=100_000, description="Characters a post may have.")] = 5000
    media_per_post: Annotated[
        int, Meta(ge=1, le=100, description="Pictures and other media a post may carry.")
    ] = 100
    image_limit_mb: Annotated[
        int, Meta(ge=1, le=1000, description="Largest picture that may be sent, in MB.")
    ] = 16
    video_limit_mb: Annotated[
        int, Meta(ge=1, le=10_000, description="Largest video or sound that may be sent, in MB.")
    ] = 99
    remote_media_cache_mb: Annotated[
        int,
        Meta(
            ge=100,
            le=100_000_000,
            description="Room for pictures, videos and sounds of other servers, in MB; those nobody looked at for longest go first.",
        ),
    ] = 5000
    archive_limit_mb: Annotated[
        int, Meta(ge=1, le=100_000, description="Largest archive of old posts that may be brought, in MB.")
    ] = 2048
    mirror_requests: Annotated[
        Literal["ask", "known", "none"],
        Meta(
            description="Whose mirror this server becomes when they ask: of whom its owner accepts; also, without asking, of people whom somebody here follows; of nobody."
        ),
    ] = "ask"
    carried_posts: Annotated[
        Literal["followers", "everybody"],
        Meta(
            description="Where posts stand that a file or a mirror has brought: in the home timelines of those who follow their authors; or in the public timelines as well."
        ),
    ] = "followers"
    mirror_mb: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Room for the posts and files of each account that is mirrored, in MB.",
        ),
    ] = 500
    poll_options: Annotated[int, Meta(ge=2, le=100, description="Choices a poll may have.")] = 20
    link_previews: Annotated[
        bool,
        Meta(
            description="Whether the pages that posts link to are asked for a title and picture to show below."
        ),
    ] = True
    trends: Annotated[
        Literal["open", "reviewed", "off"],
        Meta(
            description="What trends: all that nobody rejected, only what somebody here approved, or nothing."
        ),
    ] = "open"
    trend_people: Annotated[
        int,
        Meta(
            ge=2, le=1000, description="People who have to speak for something within a day before it trends."
        ),
    ] = 5
    featured_accounts: Annotated[
        tuple[str, ...],
        Meta(max_length=40, description="Handles of accounts that everybody here is suggested to follow."),
    ] = ()
    translation: Annotated[
        Literal["off", "libretranslate", "deepl"],
        Meta(description="Who translates public posts, if anybody."),
    ] = "off"
    translation_url: Annotated[
        str,
        Meta(
            description="Where the translation service is; may be this machine. Empty: DeepL's own address."
        ),
    ] = ""
    translation_key: Annotated[str, Meta(description="Key that the translation service asks for.")] = ""
    deletion_grace_days: Annotated[
        int, Meta(ge=0, le=365, description="Days in which a deleted account can still be brought back.")
    ] = 30

    backup_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3650,
            description="Days after which `martlet check` finds the last `martlet backup` too old; 0: copies are made in another way.",
        ),
    ] = 7

    hold_first_posts: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="So many posts of an account wait for a moderator where they have links or name many, before others see them; 0: none.",
        ),
    ] = 0
    hold_first_days: Annotated[
        int,
        Meta(ge=0, le=365, description="The same for so many days after an account is known here; 0: not."),
    ] = 0
    hold_mentions: Annotated[
        int, Meta(ge=1, le=1000, description="More people than these are many, in such posts.")
    ] = 5
    hold_mass_mentions: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="Whoever names more people here within an hour who do not follow them has to wait for a moderator; 0: nobody.",
        ),
    ] = 0
    spam_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3650,
            description="Days for which posts of strangers wait that are like one marked as spam; 0: they do not.",
        ),
    ] = 90

    smtp_host: Annotated[
        str, Meta(description="Mail server; empty: this server sends no mail and asks for no confirmation.")
    ] = ""
    smtp_port: Annotated[int, Meta(ge=1, le=65535, description="Port of the mail server.")] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="How the connection to the mail server is secured."),
    ] = "starttls"
    smtp_user: Annotated[str, Meta(description="Name to sign in to the mail server with.")] = ""
    smtp_password: Annotated[str, Meta(description="Password to sign in to the mail server with.")] = ""
    mail_from: Annotated[str, Meta(description="Sender of this server's mail.")] = ""

    rate_limits: Annotated[
        bool, Meta(description="Whether people may ask only so often. Off only for measuring.")
    ] = True
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="Addresses or networks of proxies whose X-Forwarded-For is believed."),
    ] = ("127.0.0.1", "::1")
    allow_private_addresses: Annotated[
        bool,
        Meta(
            description="Lets this server call private and loopback addresses by plain http. For trials on one machine."
        ),
    ] = False
    outbound_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Which destinations are only called through a proxy: `*.onion = socks5h://127.0.0.1:9050`, the first that fits (docs/operate/roads.md)."
        ),
    ] = ()
    fallback_proxies: Annotated[
        tuple[str, ...],
        Meta(description="The same for destinations that cannot be reached directly, while they cannot."),
    ] = ()
    onion: Annotated[
        str, Meta(description="Onion address under which this server answers, too: `http://….onion`.")
    ] = ""
    alternate_urls: Annotated[
        tuple[str, ...],
        Meta(
            description="Further addresses under which this server answers; names of people and posts stay those of `url`."
        ),
    ] = ()
    roads_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=3600,
            description="How often servers of people with mirrors are asked whether they are there, and their mirrors while they are not; mirrors of people here are asked for what waits there every one and a half times as long.",
        ),
    ] = 20
    metrics: Annotated[bool, Meta(description="Whether `/metrics` tells Prometheus how the server does.")] = (
        False
    )
    metrics_addresses: Annotated[
        tuple[str, ...], Meta(description="Addresses or networks that may read the metrics without a token.")
    ] = ()
    metrics_token: Annotated[
        str, Meta(description="Bearer token that the metrics are shown to, 16 characters or more.")
    ] = ""
    otel_endpoint: Annotated[
        str,
        Meta(
            description="Where traces of requests and jobs go, OTLP over HTTP (`http://127.0.0.1:4318/v1/traces`); needs the extra `otel`. Empty: nowhere."
        ),
    ] = ""
    otel_percent: Annotated[
        int, Meta(ge=1, le=100, description="How many of a hundred requests and jobs are traced.")
    ] = 100
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="How much is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"],
        Meta(description="How it is logged: lines for people, or a JSON object in each line."),
    ] = "text"

    @property
    def host(self) -> str:
        """The name in handles: host, and port where it is not the scheme's own."""
        return urlsplit(self.url).netloc

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def folder(self) -> Path:
        return Path(self.data)


def load(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """
    The settings from `file` (else the one named by MARTLET_CONFIG, else `martlet.toml` if there is one).

    Raises `WrongSetting`.
    """
    environment = os.environ if environment is None else environment
    values = _from_file(file, environment) | _from_environment(environment)
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise WrongSetting(_explain(str(error))) from None
    _check(settings)
    return settings


def _from_file(file: Path | None, environment: Mapping[str, str]) -> dict[str, object]:
    named = file or (Path(environment["MARTLET_CONFIG"]) if environment.get("MARTLET_CONFIG") else None)
    path = named or Path(DEFAULT_FILE)
    if named is None and not path.exists():
        return {}
    try:
        values: dict[str, object] = tomllib.loads(path.read_text())
    except OSError as error:
        raise WrongSetting(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(f"The settings file {path} is not valid TOML: {error}") from None
    for name in values:
        if name not in Settings.__struct_fields__:
            raise WrongSetting(
                f"{path} sets `{name}`, which is no setting. `martlet settings` lists them all."
            )
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or name == "config":
            continue
        if name not in Settings.__struct_fields__:
            raise WrongSetting(
                f"The environment sets {variable}, which is no setting. `martlet settings` lists them all."
            )
        values[name] = _value(name, text)
    return values


_LISTS = frozenset(
    (
        "languages",
        "comment_sites",
        "trusted_proxies",
        "featured_accounts",
        "metrics_addresses",
        "outbound_proxies",
        "fallback_proxies",
        "alternate_urls",
    )
)


def _value(name: str, text: str) -> object:
    if name in _LISTS:
        return [part.strip() for part in text.split(",") if part.strip()]
    if text.lower() in ("yes", "on", "no", "off"):
        return text.lower() in ("yes", "on")
    return text


_KINDS = {
    "int": "a whole number",
    "bool": "true or false",
    "str": "a text",
    "array": "a list",
    "object": "a table",
}


def _explain(error: str) -> str:
    """From the decoder's words to ours: "Expected `int`, got `str` - at `$.workers`"."""
    found = re.search(r"(.*) - at `\$\.(\w+)", error)
    if found is None:
        return error
    what, name = found.groups()
    how = f"It can be set in the file or as {PREFIX}{name.upper()}."
    if chosen := re.match(r"Invalid enum value '(.*)'", what):
        wanted = next(field for field in msgspec.structs.fields(Settings) if field.name == name)
        choices = ", ".join(msgspec.inspect.type_info(wanted.type).type.values)  # type: ignore[attr-defined]
        return f"The setting `{name}` is wrong: {chosen[1]!r} is none of {choices}. {how}"
    for kind, words in _KINDS.items():
        what = what.replace(f"`{kind}`", words)
    what = (
        what.replace(" >= ", " not below ").replace(" <= ", " not above ").replace("Expected", "expected", 1)
    )
    return f"The setting `{name}` is wrong: {what}. {how}"


def _check(settings: Settings) -> None:
    _check_texts(settings)
    _check_url(settings.url)
    if not re.fullmatch(r"\[[0-9a-fA-F:]+\]:\d{1,5}|[^:\s]+:\d{1,5}", settings.listen):
        raise WrongSetting(
            f"The setting `listen` is wrong: {settings.listen!r}. It needs the form 127.0.0.1:3000."
        )
    if settings.database != "sqlite" and not settings.database.startswith(("postgresql://", "postgres://")):
        raise WrongSetting(
            "The setting `database` is wrong: it needs to be `sqlite` or begin with postgresql://."
        )
    if settings.secret and len(settings.secret) < 32:  # noqa: PLR2004 - said in the setting's meaning
        raise WrongSetting("The setting `secret` is too short: it needs 32 characters or more.")
    if settings.smtp_host and "@" not in settings.mail_from:
        raise WrongSetting("The setting `mail_from` is missing: with `smtp_host` set, mail needs a sender.")
    _check_translation(settings)
    if settings.otel_endpoint and not settings.otel_endpoint.startswith(("http://", "https://")):
        raise WrongSetting(
            "The setting `otel_endpoint` is wrong: it needs to begin with http:// or https://."
        )
    if settings.otel_endpoint and find_spec("opentelemetry") is None:
        raise WrongSetting("The setting `otel_endpoint` needs the extra `otel`: pip install 'martlet[otel]'.")
    _check_networks("trusted_proxies", settings.trusted_proxies)
    for site in settings.comment_sites:
        if not _HOST.fullmatch(site):
            raise WrongSetting(
                f"The setting `comment_sites` has `{site}`, which is no host: write blog.example, without https://."
            )
    _check_metrics(settings)
    _check_roads(settings)


def _check_texts(settings: Settings) -> None:
    for name, value in msgspec.structs.asdict(settings).items():
        if isinstance(value, str) and "\0" in value:
            raise WrongSetting(
                f"The setting `{name}` is wrong: it has the character NUL, which nothing takes."
            )


def _check_url(url: str) -> None:
    """It is part of everybody's name for good, so it has to be as other servers will write it."""
    found = _URL.fullmatch(url)
    scheme, port = (found["scheme"], found["port"]) if found else ("", None)
    is_usual = (scheme, port) in (("http", "80"), ("https", "443"))
    if found is None or is_usual or int(port or 0) > HIGHEST_PORT:
        shown = "" if "@" in url else f" {url!r}."
        raise WrongSetting(
            f"The setting `url` is wrong:{shown} It needs the form https://social.example, with nothing after the name: in"
            " lower case, other letters than a to z in their form that begins with xn--, a port only if it is not the usual one."
        )


HIGHEST_PORT = 65535
_URL = re.compile(
    r"(?P<scheme>https?)://([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>[1-9][0-9]{0,4}))?"
)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252})(:[0-9]{1,5})?")


def _check_networks(name: str, networks: tuple[str, ...]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise WrongSetting(
                f"The setting `{name}` is wrong: {network!r} is neither an address nor a network."
            ) from None


_PROXIED = re.compile(
    r"(\*|(\*\.)?[a-z0-9_.-]+)\s*=\s*(direct|socks5h?://\S+:[0-9]{1,5}/?|https?://[^/\s]+/?)", re.IGNORECASE
)
_ONION = re.compile(r"http://[a-z2-7]{56}\.onion(:[0-9]{1,5})?")
_ADDRESS = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,252})(:[0-9]{1,5})?")


def _check_roads(settings: Settings) -> None:
    for name, lines in (
        ("outbound_proxies", settings.outbound_proxies),
        ("fallback_proxies", settings.fallback_proxies),
    ):
        for line in lines:
            if not _PROXIED.fullmatch(line):
                raise WrongSetting(
                    f"The setting `{name}` has a line that is wrong: write `*.example = socks5h://127.0.0.1:9050`, or `direct` in the place of the proxy."
                )  # without the line: it may have a password
    if settings.onion and not _ONION.fullmatch(settings.onion):
        raise WrongSetting(
            "The setting `onion` is wrong: it needs the form http://….onion, with 56 letters and digits."
        )
    for address in settings.alternate_urls:
        if not _ADDRESS.fullmatch(address) or address == settings.url:
            raise WrongSetting(
                f"The setting `alternate_urls` has `{address}`: write https://other.example, and not the server's own `url`."
            )


def _check_metrics(settings: Settings) -> None:
    _check_networks("metrics_addresses", settings.metrics_addresses)
    if settings.metrics_token and len(settings.metrics_token) < 16:  # noqa: PLR2004 - said in the setting's meaning
        raise WrongSetting("The setting `metrics_token` is too short: it needs 16 characters or more.")
    if settings.metrics and not settings.metrics_addresses and not settings.metrics_token:
        raise WrongSetting(
            "The setting `metrics` is on, but nobody may read them: set `metrics_addresses` or `metrics_token`."
        )


def _check_translation(settings: Settings) -> None:
    parts = urlsplit(settings.translation_url)
    is_address = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if settings.translation_url and (not is_address or parts.query or parts.fragment):
        raise WrongSetting(
            "The setting `translation_url` is wrong: it needs the form https://translate.example, without a name or query."
        )
    if settings.translation == "libretranslate" and not settings.translation_url:
        raise WrongSetting("The setting `translation_url` is missing: LibreTranslate may be anywhere.")
    if settings.translation == "deepl" and not settings.translation_key:
        raise WrongSetting("The setting `translation_key` is missing: DeepL asks for one.")
