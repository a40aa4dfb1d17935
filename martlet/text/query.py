"""
The search language, as people type it into the search box.

    word -word "exact phrase" -"exact phrase"      also „…“ “…” «…» 「…」
    from:ada  from:@ada@peer.example  from:me
    has:media|image|video|audio|poll|link          is:reply|sensitive
    before:2026-05-01  after:2026  during:2026-05  a day, a month or a year
    language:de                                    in:library|public|all

Everything but `before:`, `after:`, `during:` and `in:` can be excluded with a
minus. What is no operator, or is one with something it does not know, is a
word like any other: nothing that can be typed is an error.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

from martlet.text.languages import normalise_language
from martlet.text.names import InvalidHandle, parse_handle
from martlet.text.terms import Term, is_searchable

QUERY_LIMIT = 1000
"""Characters looked at."""

TERM_LIMIT = 32
"""Terms looked for; what is beyond is left out."""


class Has(Enum):
    """What a post can have with it. MEDIA is any of image, video and audio."""

    MEDIA = "media"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    POLL = "poll"
    LINK = "link"


class Where(Enum):
    """Which posts are searched: the viewer's own and those they took part in, public ones, or both."""

    LIBRARY = "library"
    PUBLIC = "public"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """
    What to look for; everything given must hold, and nothing excluded may.

    `authors` are usernames with their hosts (None: here), any of which will do.
    `since` is the first moment that fits, `until` the first that no longer
    does. `languages` are normalised codes, any of which will do.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    authors: tuple[tuple[str, str | None], ...] = ()
    excluded_authors: tuple[tuple[str, str | None], ...] = ()
    is_mine: bool | None = None
    has: frozenset[Has] = frozenset()
    has_not: frozenset[Has] = frozenset()
    is_reply: bool | None = None
    is_sensitive: bool | None = None
    languages: tuple[str, ...] = ()
    excluded_languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    where: Where = Where.ALL

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, so that nothing should be found."""
        return self == SearchQuery(where=self.where)


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_PIECE = re.compile(
    r"(?P<minus>-)?(?:"
    r'(?P<operator>[A-Za-z]{2,10})[:：](?:"(?P<quoted>[^"]*)"|(?P<operand>[^\s"]+))'
    r'|"(?P<phrase>[^"]*)"'
    r'|(?P<word>[^\s"]+)'
    r")"
)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_HAS = {one.value: one for one in Has} | {"photo": Has.IMAGE, "picture": Has.IMAGE, "embed": Has.LINK}
_WHERE = {where.value: where for where in Where}


def parse_query(text: str, own: frozenset[str] = frozenset(), zone: tzinfo = UTC) -> SearchQuery:
    """Never raises. `own` are the hosts that mean this server; days begin as they do in `zone`."""
    gathered = _Gathered(own, zone)
    for piece in _PIECE.finditer(text[:QUERY_LIMIT].translate(_QUOTES)):
        is_excluded = piece["minus"] is not None
        operator = piece["operator"]
        operand = piece["quoted"] if piece["operand"] is None else piece["operand"]
        if operator and gathered.understands(operator.lower(), operand.strip(), is_excluded=is_excluded):
            continue
        if piece["phrase"] is not None:
            term = Term(piece["phrase"], is_exact=True)
        else:
            term = Term(f"{operator}:{operand}" if operator else piece["word"])
        if is_searchable(term):
            (gathered.unwanted if is_excluded else gathered.wanted).append(term)
    return gathered.query()


class _Gathered:
    """A query while it is being read."""

    def __init__(self, own: frozenset[str], zone: tzinfo) -> None:
        self.own = own
        self.zone = zone
        self.wanted: list[Term] = []
        self.unwanted: list[Term] = []
        self.authors: dict[bool, list[tuple[str, str | None]]] = {False: [], True: []}
        self.languages: dict[bool, list[str]] = {False: [], True: []}
        self.has: dict[bool, set[Has]] = {False: set(), True: set()}
        self.facts: dict[str, bool] = {}
        self.since: datetime | None = None
        self.until: datetime | None = None
        self.where = Where.ALL

    def understands(self, operator: str, operand: str, *, is_excluded: bool) -> bool:
        """Take the operator in, if it is one and its operand makes sense."""
        match operator:
            case "from":
                return self._from(operand, is_excluded=is_excluded)
            case "has" if operand.lower() in _HAS:
                self.has[is_excluded].add(_HAS[operand.lower()])
            case "is" if operand.lower() in {"reply", "sensitive"}:
                self.facts[operand.lower()] = not is_excluded
            case "language" | "lang":
                code = normalise_language(operand)
                if code is not None:
                    self.languages[is_excluded].append(code)
                return code is not None
            case "in" if operand.lower() in _WHERE and not is_excluded:
                self.where = _WHERE[operand.lower()]
            case "before" | "after" | "during" if not is_excluded:
                return self._when(operator, operand)
            case _:
                return False
        return True

    def query(self) -> SearchQuery:
        return SearchQuery(
            wanted=tuple(self.wanted[:TERM_LIMIT]),
            unwanted=tuple(self.unwanted[:TERM_LIMIT]),
            authors=tuple(self.authors[False]),
            excluded_authors=tuple(self.authors[True]),
            is_mine=self.facts.get("mine"),
            has=frozenset(self.has[False]),
            has_not=frozenset(self.has[True]),
            is_reply=self.facts.get("reply"),
            is_sensitive=self.facts.get("sensitive"),
            languages=tuple(self.languages[False]),
            excluded_languages=tuple(self.languages[True]),
            since=self.since,
            until=self.until,
            where=self.where,
        )

    def _from(self, handle: str, *, is_excluded: bool) -> bool:
        if handle.lower() == "me":
            self.facts["mine"] = not is_excluded
            return True
        try:
            self.authors[is_excluded].append(parse_handle(handle, self.own))
        except InvalidHandle:
            return False
        return True

    def _when(self, operator: str, date: str) -> bool:
        span = _span(date, self.zone)
        if span is None:
            return False
        first, after = span
        if operator == "before":
            since, until = None, first
        elif operator == "after":
            since, until = after, None
        else:
            since, until = first, after
        self.since = max(filter(None, (self.since, since)), default=None)
        self.until = min(filter(None, (self.until, until)), default=None)
        return True


def _span(date: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """The first moment of a day, month or year, and the first moment after it; None if there is no such day."""
    parts = _DATE.fullmatch(date)
    if parts is None:
        return None
    year, month, day = (int(part) if part else None for part in parts.groups())
    try:
        first = datetime(year or 0, month or 1, day or 1, tzinfo=zone)
        if day is not None:
            after = first + timedelta(days=1)
        elif month is not None:
            after = datetime(first.year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        else:
            after = datetime(first.year + 1, 1, 1, tzinfo=zone)
        return first.astimezone(UTC), after.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
