"""Settings of one's own data: lists to take along, and those brought from elsewhere."""

import asyncio
from typing import get_args

from martlet.archives import tables
from martlet.archives.tables import FILE_NAMES, KINDS, Kind, Row
from martlet.http.answer import NOSNIFF, PRIVATE, Answer, FilePart
from martlet.model.errors import Conflict, InvalidInput, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.server import Server, moment
from martlet.services import archiving, exporting, importing, importing_posts, securing
from martlet.services.securing import WrongPassword
from martlet.storage import archives, bulk_imports, exports
from martlet.storage.archives import Archive
from martlet.storage.bulk_imports import BulkImport
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.cards import ArchiveCard, ExportCard, FailureCard, ImportCard, ImportState
from martlet.web.pages import DataPage, ImportPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, problems_of, sentence

pages = Pages()

SHOWN_IMPORTS = 10
SHOWN_FAILURES = 50
PASSWORD_LIMIT = 1000
ZIP = (b"content-type", b"application/zip")
CSV = (b"content-type", b"text/csv; charset=utf-8")

NAMES: dict[str, Sentence] = {
    "follows": sentence("Whom you follow"),
    "lists": sentence("Lists"),
    "blocks": sentence("Whom you block"),
    "mutes": sentence("Whom you mute"),
    "domain_blocks": sentence("Servers you block"),
    "bookmarks": sentence("Bookmarks"),
    "filters": sentence("Filters"),
}
BRINGABLE: dict[str, Sentence] = {**NAMES, "posts": sentence("Archive of posts and pictures")}
REASONS: dict[str, Sentence] = {
    "not_found": sentence("was not to be found"),
    "refused": sentence("is not possible, because of a block for example"),
    "invalid": sentence("is no name that fits here"),
    "full": sentence("is more than there is room for"),
    "of_somebody_else": sentence("was not written by whom the archive is of"),
    "undated": sentence("says not when it was written"),
    "empty": sentence("has nothing in it that can be shown"),
}
ERRORS: dict[str, Sentence] = {
    "file_lost": sentence("The file is no longer there. Please send it again."),
    "not_an_archive": sentence("This is no archive with posts in it. Archives end in .zip or .tar.gz."),
    "archive_too_large": sentence("The archive is too large, or would become so when it is unpacked."),
    "archive_unsafe": sentence(
        "The archive holds things that do not belong into one, so it was not opened further."
    ),
    "archive_refused": sentence("The archive is damaged, or is none."),
    "no_room": sentence("There is not enough room on the server just now. Please try again another day."),
}
POSTS = "posts"


class NoFile(InvalidInput):
    code = "no_file"

    def __init__(self) -> None:
        super().__init__("There is no file.", "file")


# -- the overview --------------------------------------------------------


@pages.get(addresses.DATA, access="member")
async def overview(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_overview, visit))


def _overview(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> DataPage:
    pending = bulk_imports.pending(db, visit.account)
    counts = exports.counts(db, visit.account)._asdict()
    archive, may_ask_at = archives.newest(db, visit.account), archiving.may_ask_at(db, visit.account)
    return DataPage(
        exports=tuple(
            ExportCard(name, counts[kind], addresses.at(addresses.EXPORT, name=FILE_NAMES[kind]))
            for kind, name in _named_kinds()
        ),
        archive=None if archive is None else _archive_card(archive, visit),
        may_ask_at=moment(may_ask_at) if may_ask_at > visit.here.now_ms() else None,
        imports=tuple(
            _card(one, pending.get(one.id, 0))
            for one in bulk_imports.of_account(db, visit.account, SHOWN_IMPORTS)
        ),
        kinds=tuple(BRINGABLE.items()),
        problems=problems,
    )


def _archive_card(one: Archive, visit: Visit) -> ArchiveCard | None:
    ends_at = archiving.ends_at(one)
    if one.state == "ready" and ends_at <= visit.here.now_ms():
        return None
    return ArchiveCard(
        created_at=moment(one.created_at),
        posts=one.posts,
        address=addresses.at(addresses.ARCHIVE, id=str(one.id)) if one.state == "ready" else None,
        size=f"{max(1, round(one.bytes / 1_000_000))} MB",
        ends_at=moment(ends_at) if ends_at else None,
    )


def _named_kinds() -> list[tuple[Kind, Sentence]]:
    return [(kind, name) for name_of, name in NAMES.items() for kind in KINDS if kind == name_of]


def _card(one: BulkImport, pending: int) -> ImportCard:
    return ImportCard(
        id=str(one.id),
        name=BRINGABLE[one.kind],
        state=next((state for state in get_args(ImportState) if state == one.state), "refused"),
        created_at=moment(one.created_at),
        total=one.total,
        done=min(one.total, one.taken + one.known + one.failed),
        taken=one.taken,
        known=one.known,
        failed=one.failed,
        is_overwrite=bool(one.is_overwrite),
        error=ERRORS.get(one.error),
        pending=pending,
    )


# -- taking along --------------------------------------------------------


@pages.get(addresses.EXPORT, access="member")
async def export(visit: Visit) -> Answer:
    kind = next((kind for kind, name in FILE_NAMES.items() if name == visit.params["name"]), None)
    if kind is None:
        raise NotFound
    body = await visit.store.reading_aside(exporting.table, visit.account, kind, visit.here)
    return _file(body, FILE_NAMES[kind])


def _file(body: bytes, name: str) -> Answer:
    kept = (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii"))
    return Answer(body, 200, [CSV, kept, NOSNIFF, PRIVATE])


@pages.post(addresses.ARCHIVES, access="member")
async def ask_archive(visit: Visit) -> Answer:
    try:
        await securing.confirm_password(
            visit.ground, visit.signed_in.login, visit.field("password", PASSWORD_LIMIT)
        )
        await visit.store.writing(archiving.request, visit.account, visit.here)
    except (WrongPassword, TooMany) as error:
        problems = tuple(
            Problem("password" if isinstance(error, WrongPassword) else "", one.sentence)
            for one in problems_of(error)
        )
        page = await visit.store.reading(_overview, visit, problems)
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    return visit.go(addresses.DATA, done="archive_begun")


@pages.get(addresses.ARCHIVE, access="member")
async def archive(visit: Visit) -> Answer:
    """Only for its owner, and only for a week (attacks F12)."""
    one = await visit.store.reading(
        archiving.get_ready, _number(visit.params["id"]), visit.account, visit.here
    )
    kept = (b"content-disposition", f'attachment; filename="archive-{one.id}.zip"'.encode("ascii"))
    file = archiving.path(visit.ground, one.id)
    if not await asyncio.to_thread(file.is_file):  # a backup has the row, not the file
        raise NotFound
    part = FilePart(file, 0, one.bytes)
    return Answer(b"", 200, [ZIP, kept, NOSNIFF, PRIVATE], part)


# -- bringing here -------------------------------------------------------


def _most_bytes(here: Server) -> int:
    return max(here.limits.archive_bytes, tables.MOST_BYTES) + 64 * 1024


@pages.upload(addresses.IMPORTS, limit=_most_bytes)
async def bring(visit: Visit) -> Answer:
    kind = visit.form.get("kind", "")
    is_overwrite = visit.form.get("mode") == "overwrite" and kind != POSTS
    try:
        id = await _take(visit, kind, is_overwrite=is_overwrite)
    except (InvalidInput, Conflict) as error:
        page = await visit.store.reading(_overview, visit, problems_of(error))
        return visit.page(page, 409 if isinstance(error, Conflict) else 422)
    address = addresses.at(addresses.IMPORT, id=str(id))
    return visit.go(address) if is_overwrite else visit.go(address, done="import_begun")


async def _take(visit: Visit, kind: str, *, is_overwrite: bool) -> int:
    file = visit.files.get("file")
    if file is None or not file.size:
        raise NoFile
    if kind == POSTS:
        return await importing_posts.take_archive(visit.ground, visit.account, file.path)
    return await importing.take_list(visit.ground, visit.account, kind, file.path, is_overwrite=is_overwrite)


def _own_import(db: Reader, visit: Visit) -> BulkImport:
    """Raises `NotFound`."""
    return bulk_imports.get(db, _number(visit.params["id"]), visit.account)


def _number(text: str) -> int:
    """Raises `NotFound`."""
    id = id_from(text)
    if id is None:
        raise NotFound
    return id


@pages.get(addresses.IMPORT, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_show, visit))


def _show(db: Reader, visit: Visit) -> ImportPage:
    """Query: after, of the failures that were on the page before."""
    one, after = _own_import(db, visit), id_from(visit.query.get("after", ""))
    found, last = importing.failed_page(db, one, -1 if after is None else after, SHOWN_FAILURES)
    failures = tuple(FailureCard(_named(row), REASONS[reason]) for row, reason in found)
    pending = bulk_imports.pending(db, visit.account).get(one.id, 0)
    tried = tuple(map(_named, importing.pending_rows(db, one, SHOWN_FAILURES))) if pending else ()
    own = addresses.at(addresses.IMPORT, id=str(one.id))
    more = None if last is None else addresses.with_query(own, {"after": str(last)})
    first = own if after is not None else None
    return ImportPage(_card(one, pending), failures, more=more, first=first, pending=tried)


def _named(row: Row) -> str:
    return f"{row.title}: {row.of}" if row.title else row.of


@pages.post(addresses.IMPORT_BEGIN, access="member")
async def begin(visit: Visit) -> Answer:
    one = await visit.store.reading(_own_import, visit)
    try:
        await visit.store.writing(importing.begin, one.id, visit.account, visit.here)
    except Conflict as error:
        return visit.page(await visit.store.reading(_overview, visit, problems_of(error)), 409)
    return visit.go(addresses.at(addresses.IMPORT, id=str(one.id)), done="import_begun")


@pages.post(addresses.IMPORT_DROP, access="member")
async def drop(visit: Visit) -> Answer:
    one = await visit.store.reading(_own_import, visit)
    await visit.store.writing(importing.drop, one.id, visit.account)
    return visit.go(addresses.DATA, done="import_dropped")


@pages.get(addresses.IMPORT_FAILED, access="member")
async def failed(visit: Visit) -> Answer:
    """The rows that failed, in the form in which they came, so that they can be sent once more."""
    return _file(await visit.store.reading_aside(_failed, visit), "failed.csv")


def _failed(db: Reader, visit: Visit) -> bytes:
    """Posts by their uris, as bookmarks are."""
    one = _own_import(db, visit)
    kind: Kind = next((kind for kind in KINDS if kind == one.kind), "bookmarks")
    return tables.write(kind, [row for row, _ in importing.failed_rows(db, one)])
