"""
Lists of people, servers and posts as CSV, in Mastodon's forms, which most servers read and write.

    follows        Account address,Show boosts,Notify on new posts,Languages
    mutes          Account address,Hide notifications
    blocks         one address in each line
    lists          title,address
    domain_blocks  one host in each line
    bookmarks      one uri in each line
    filters        Filter title,Contexts,Action,Ends at,Keyword,Whole word

The last is our own form, since Mastodon takes no filters along: a line for each keyword, contexts apart by spaces, and the
moment in ISO 8601, or nothing. Where a block or a mute is for a time, those tables have a column `Ends at` more, and a
line of headings.
The first two and the last have a line of headings, the others not; read is either. A cell
that a spreadsheet would take for a formula is written with an apostrophe before
it, which is taken off again when it is read (attacks G13).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, get_args

import msgspec

from martlet.model.errors import InvalidInput

Kind = Literal["follows", "blocks", "mutes", "domain_blocks", "lists", "bookmarks", "filters"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FILE_NAMES: Mapping[Kind, str] = {
    "follows": "following_accounts.csv",
    "blocks": "blocked_accounts.csv",
    "mutes": "muted_accounts.csv",
    "domain_blocks": "blocked_domains.csv",
    "lists": "lists.csv",
    "bookmarks": "bookmarks.csv",
    "filters": "filters.csv",
}
MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_CELL = 2048
MOST_CELLS = 16
_MOST_LANGUAGES = 50

_ADDRESS, _BOOSTS, _NOTIFY, _LANGUAGES = "Account address", "Show boosts", "Notify on new posts", "Languages"
_HIDE = "Hide notifications"
_TITLE, _CONTEXTS, _ACTION, _ENDS = "Filter title", "Contexts", "Action", "Ends at"
_KEYWORD, _WHOLE = "Keyword", "Whole word"
HEADINGS: Mapping[Kind, Sequence[str]] = {
    "follows": (_ADDRESS, _BOOSTS, _NOTIFY, _LANGUAGES),
    "mutes": (_ADDRESS, _HIDE),
    "filters": (_TITLE, _CONTEXTS, _ACTION, _ENDS, _KEYWORD, _WHOLE),
}
_TITLED = ("lists", "filters")
"""Kinds of which each row belongs to something with a title."""
_ENDING = ("blocks", "mutes")
"""Kinds of what may be for a time."""
_FIRST_HEADINGS = frozenset(
    {"account address", "#domain", "domain", "#uri", "uri", "list name", "#list name", "filter title"}
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TableTooLarge(InvalidInput):
    code = "table_too_large"

    def __init__(self) -> None:
        super().__init__(f"The file has more than {MOST_ROWS:,} rows, or {MOST_BYTES // 1024**2} MB.", "file")


class NotATable(InvalidInput):
    code = "not_a_table"

    def __init__(self) -> None:
        super().__init__("The file is no CSV of this kind.", "file")


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row says. `of`: an account's address, a host, a uri or a filter's keyword, by the kind of the table."""

    of: str
    boosts: bool = True
    notify: bool = False
    languages: tuple[str, ...] = ()
    """Empty: all of them."""
    hides_notifications: bool = True
    title: str = ""
    contexts: tuple[str, ...] = ()
    action: str = "warn"
    ends_at: str = ""
    """ISO 8601."""
    whole_word: bool = True


# -- writing -------------------------------------------------------------


def write(kind: Kind, rows: Iterable[Row]) -> bytes:
    """The table in UTF-8, lines ended as RFC 4180 has it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    rows = list(rows)
    ends = kind in _ENDING and any(row.ends_at for row in rows)
    if ends:
        writer.writerow((*HEADINGS.get(kind, (_ADDRESS,)), _ENDS))
    elif kind in HEADINGS:
        writer.writerow(HEADINGS[kind])
    for row in rows:
        cells = (*_cells(kind, row), row.ends_at) if ends else _cells(kind, row)
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _cells(kind: Kind, row: Row) -> Sequence[str]:
    match kind:
        case "follows":
            return row.of, _flag(row.boosts), _flag(row.notify), ", ".join(row.languages)
        case "mutes":
            return row.of, _flag(row.hides_notifications)
        case "lists":
            return row.title, row.of
        case "filters":
            words = " ".join(row.contexts), row.action, row.ends_at, row.of
            return row.title, *words, _flag(row.whole_word)
        case _:
            return (row.of,)


def _flag(value: bool) -> str:  # noqa: FBT001 - it is the value itself
    return "true" if value else "false"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


# -- reading -------------------------------------------------------------


def read(kind: Kind, body: bytes) -> list[Row]:
    """Rows without an address or a title are there if they say anything, unless all are so. Raises `TableTooLarge`, `NotATable`."""
    if len(body) > MOST_BYTES:
        raise TableTooLarge
    found = []
    for cells in _lines(_text(body)):
        row = _row(kind, cells)
        if row is not None:
            found.append(row)
            if len(found) > MOST_ROWS:
                raise TableTooLarge
    if not any(is_whole(kind, row) for row in found):
        raise NotATable
    return found


def is_whole(kind: str, row: Row) -> bool:
    """Whether a row says what a row of its kind cannot do without."""
    return bool(row.of and (row.title or kind not in _TITLED))


def _text(body: bytes) -> str:
    """As spreadsheets save it: UTF-8 with or without a mark, or UTF-16 with one."""
    try:
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = body.decode("utf-16")
        else:
            text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotATable from None
    if "\0" in text:
        raise NotATable
    return text


def _lines(text: str) -> Iterator[dict[str, str]]:
    """Cells by heading; without headings by number."""
    headings: list[str] | None = None
    count = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True):
            count += 1
            if (
                count > 2 * MOST_ROWS
                or len(cells) > MOST_CELLS
                or any(len(one) > LONGEST_CELL for one in cells)
            ):
                raise TableTooLarge
            plain = [_plain(cell) for cell in cells]
            if headings is None:
                headings = []
                if plain and plain[0].lower() in _FIRST_HEADINGS:
                    headings = [cell.lower() for cell in plain]
                    continue
            names = headings or [str(at) for at in range(len(plain))]
            yield dict(zip(names, plain, strict=False))
    except csv.Error:
        raise NotATable from None


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith(tuple(f"'{one}" for one in (*_FORMULA, "'"))) else cell


def _row(kind: Kind, cells: Mapping[str, str]) -> Row | None:
    if kind == "lists":
        title = cells.get("0") or cells.get("list name") or cells.get("#list name") or ""
        of = cells.get("1") or cells.get(_ADDRESS.lower()) or ""
        return Row(of, title=title) if of or title else None
    if kind == "filters":
        return _filter_row(cells)
    of = next(
        (
            cells[name]
            for name in ("0", _ADDRESS.lower(), "#domain", "domain", "#uri", "uri")
            if cells.get(name)
        ),
        "",
    )
    if not of:
        return None
    if kind == "follows":
        return Row(
            of,
            boosts=_is_true(_cell(cells, _BOOSTS, "1"), otherwise=True),
            notify=_is_true(_cell(cells, _NOTIFY, "2"), otherwise=False),
            languages=_languages(_cell(cells, _LANGUAGES, "3")),
        )
    if kind == "mutes":
        hides = _is_true(_cell(cells, _HIDE, "1"), otherwise=True)
        return Row(of, hides_notifications=hides, ends_at=cells.get(_ENDS.lower(), ""))
    if kind == "blocks":
        return Row(of, ends_at=cells.get(_ENDS.lower(), ""))
    return Row(of)


def _filter_row(cells: Mapping[str, str]) -> Row | None:
    title, keyword = _cell(cells, _TITLE, "0"), _cell(cells, _KEYWORD, "4")
    if not title and not keyword:
        return None
    return Row(
        keyword,
        title=title,
        contexts=tuple(_cell(cells, _CONTEXTS, "1").split()),
        action=_cell(cells, _ACTION, "2").lower() or "warn",
        ends_at=_cell(cells, _ENDS, "3"),
        whole_word=_is_true(_cell(cells, _WHOLE, "5"), otherwise=True),
    )


def _cell(cells: Mapping[str, str], heading: str, number: str) -> str:
    return cells.get(heading.lower()) or cells.get(number) or ""


def _is_true(text: str, *, otherwise: bool) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        text.lower(), otherwise
    )


def _languages(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))[:_MOST_LANGUAGES]
