"""What stands in the form that posts are written with: read from it, from a draft, and made one again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args

from msgspec import Struct

from martlet.model.errors import InvalidInput
from martlet.model.ids import id_from
from martlet.model.names import AccountId, CircleId, DraftId, MediaId, PostId
from martlet.model.posts import Draft, PollDraft
from martlet.model.posts import Typed as Further
from martlet.model.replying import EVERYBODY, WORDS, ReplyPolicy
from martlet.model.server import milliseconds
from martlet.model.visibility import Visibility
from martlet.text.language_detection import detect
from martlet.web.showing import AUDIENCES
from martlet.web.writing_pages import Aim

VISIBILITIES: dict[Aim, Visibility] = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "limited": Visibility.FOLLOWERS,  # an answer: made as narrow as what it answers
    "circle": Visibility.CIRCLE,
    "direct": Visibility.MENTIONED,
}
CHOICES = 8
"""Choices of a poll that the form has room for."""
FURTHER = 4
"""Further languages of a post that the form has room for."""
DAYS = ("1", "3", "7", "30")
DAY_SECONDS = 86_400
LIFETIMES = ("3600", "86400", "604800", "2592000")
"""Seconds after which a post goes by itself."""
QUOTING = ("public", "followers", "nobody")
KEY_LIMIT = 40
ZONES = (*range(-720, 841, 60), -570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765)
"""Minutes before or after UTC that somewhere is the time of day."""


class NoMoment(InvalidInput):
    code = "no_moment"

    def __init__(self) -> None:
        super().__init__("Please say the day and the time.", "at")


class UnclearLanguages(InvalidInput):
    """Of a post in several languages two are the same, or it is not known which one the post itself is in."""

    code = "unclear_languages"

    def __init__(self) -> None:
        super().__init__("Each language has to be said, and to be another.", "language")


class Typed(Struct):
    """`language` empty: guessed from the words. `at` and `zone`: a moment as the browser's field says it."""

    key: str
    audience: Aim
    language: str = ""
    text: str = ""
    warning: str = ""
    circle: CircleId | None = None
    reply: PostId | None = None
    quote: PostId | None = None
    draft: DraftId | None = None
    media: list[MediaId] = []
    further: tuple[Further, ...] = ()
    """The same in other languages; those without words are none."""
    choices: tuple[str, ...] = ()
    days: str = "1"
    is_multiple: bool = False
    hides_totals: bool = False
    answers: str = ""
    may_ask: bool = False
    quoting: str = ""
    ends: str = ""
    is_here_only: bool = False
    is_sensitive: bool = False
    at: str = ""
    zone: str = "0"
    agreed: str = ""
    """The audience that its author was asked about and keeps to."""

    @property
    def visibility(self) -> Visibility:
        return VISIBILITIES[self.audience]

    @property
    def replying(self) -> ReplyPolicy | None:
        """None: as the author prefers. Whoever else `may_ask` answers once the author has looked at it."""
        if self.answers not in WORDS:
            return None
        asking = (EVERYBODY,) if self.may_ask and self.answers != EVERYBODY else ()
        return ReplyPolicy((self.answers,), asking)

    def poll(self) -> PollDraft | None:
        if not self.choices:
            return None
        return PollDraft(self.choices, int(self.days) * DAY_SECONDS, self.is_multiple, self.hides_totals)

    def moment(self) -> int:
        """Milliseconds. Raises `NoMoment`."""
        try:
            local = datetime.fromisoformat(self.at).replace(tzinfo=UTC)
            return milliseconds(local - timedelta(minutes=int(self.zone)))
        except (ValueError, OverflowError):
            raise NoMoment from None

    def check_languages(self) -> None:
        """
        With further languages the post's own has to be known, by choice or by its words.

        Raises `UnclearLanguages`.
        """
        if not self.further:
            return
        self.language = self.language or detect(self.text) or ""
        languages = [self.language, *(one.language for one in self.further)]
        if not all(languages) or len(set(languages)) < len(languages):
            raise UnclearLanguages

    def aimed(self) -> dict[str, str]:
        """Whom it is for and what it is about, as fields of the form."""
        about = {"reply": self.reply, "quote": self.quote, "circle": self.circle}
        return {"audience": self.audience, **{name: str(id or "") for name, id in about.items()}}

    def to_draft(self, author: AccountId) -> Draft:
        return Draft(
            author=author,
            text=self.text,
            visibility=self.visibility,
            circle=self.circle if self.audience == "circle" else None,
            reply_to=self.reply,
            warning=self.warning,
            is_sensitive=True if self.is_sensitive else None,
            language=self.language or None,
            variants=self.further,
            media=tuple(self.media),
            poll=self.poll(),
            quote_of=self.quote,
            quoting=self.quoting or None,
            lifetime=int(self.ends) if self.ends else None,
            replying=self.replying,
            is_local_only=True if self.is_here_only else None,
            idempotency_key=f"web-{self.key}" if self.key else "",
        )


def from_form(form: Mapping[str, str]) -> Typed:
    asked = form.get("audience", "")
    known = {word for group in get_args(Aim) for word in get_args(group)}
    circle, draft = id_from(form.get("circle", "")), id_from(form.get("draft", ""))
    zone = form.get("zone", "0")
    return Typed(
        key=form.get("key", "")[:KEY_LIMIT],
        audience=asked if asked in known else "public",  # type: ignore[arg-type]  # just looked up
        language=form.get("language", ""),
        text=form.get("text", "").replace("\r\n", "\n"),
        warning=form.get("warning", ""),
        circle=None if circle is None else CircleId(circle),
        reply=post_in(form.get("reply", "")),
        quote=post_in(form.get("quote", "")),
        draft=None if draft is None else DraftId(draft),
        further=_further(form),
        choices=tuple(text for n in range(1, CHOICES + 1) if (text := form.get(f"poll_{n}", "").strip())),
        days=form["days"] if form.get("days") in DAYS else "1",
        is_multiple="multiple" in form,
        hides_totals="hides_totals" in form,
        answers=form.get("answers", ""),
        may_ask="may_ask" in form,
        quoting=form["quoting"] if form.get("quoting") in QUOTING else "",
        ends=form["ends"] if form.get("ends") in LIFETIMES else "",
        is_here_only="here_only" in form,
        is_sensitive="sensitive" in form,
        at=form.get("at", "")[:KEY_LIMIT],
        zone=zone if zone.removeprefix("-").isdecimal() and abs(int(zone[:5])) <= DAY_SECONDS // 60 else "0",
        agreed=form.get("agreed", ""),
    )


def _further(form: Mapping[str, str]) -> tuple[Further, ...]:
    found = []
    for n in range(1, FURTHER + 1):
        text = form.get(f"text_{n}", "").replace("\r\n", "\n")
        if text.strip():
            found.append(
                Further(form.get(f"language_{n}", "")[:KEY_LIMIT], text, form.get(f"warning_{n}", ""))
            )
    return tuple(found)


def post_in(text: str) -> PostId | None:
    id = id_from(text)
    return None if id is None else PostId(id)


def from_draft(draft: Draft, key: str, id: DraftId | None = None) -> Typed:
    """What somebody wrote before, to go on with."""
    audience: Aim = "public" if draft.visibility is None else AUDIENCES[draft.visibility]
    poll, replying = draft.poll, draft.replying
    days = str(poll.seconds // DAY_SECONDS) if poll is not None else ""
    return Typed(
        key=key,
        audience=audience if draft.circle is None else "circle",
        language=draft.language or "",
        text=draft.text,
        warning=draft.warning,
        circle=draft.circle,
        reply=draft.reply_to,
        quote=draft.quote_of,
        draft=id,
        media=list(draft.media),
        further=draft.variants[:FURTHER],
        choices=poll.options if poll is not None else (),
        days=days if days in DAYS else "1",
        is_multiple=poll is not None and poll.is_multiple,
        hides_totals=poll is not None and poll.hides_totals,
        answers=next((word for word in replying.automatic if word in WORDS), "") if replying else "",
        may_ask=replying is not None and EVERYBODY in replying.manual,
        quoting=draft.quoting or "",
        ends=str(draft.lifetime) if str(draft.lifetime) in LIFETIMES else "",
        is_here_only=bool(draft.is_local_only),
        is_sensitive=bool(draft.is_sensitive) and not draft.warning,
    )
