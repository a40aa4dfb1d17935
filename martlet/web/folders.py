"""Folders of what somebody saved."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.names import PostId
from martlet.services import reacting, sorting_bookmarks
from martlet.storage import bookmark_folders, listings, posts
from martlet.storage.bookmark_folders import Folder
from martlet.storage.database import Reader, Writer
from martlet.text.emoji import as_picture
from martlet.web import addresses, showing
from martlet.web.keeping_pages import FolderPage, FolderRow, FoldersPage, SortPage
from martlet.web.settings_pages import AskPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()

AT_ONCE = 20
LIMIT = 500
NAME = sentence("A name has 1 to 100 characters, and is no other folder's.")
EMOJI = sentence("One emoji, or the name of one of this server's, or nothing.")


def _row(one: Folder) -> FolderRow:
    return FolderRow(str(one.id), one.name, as_picture(one.emoji) if one.emoji else "")


def _id(visit: Visit) -> int:
    return id_from(visit.params["id"]) or 0


def _problem(error: InvalidInput, emoji: str) -> Problem:
    return Problem("name", NAME) if error.field == "name" or not emoji.strip() else Problem("emoji", EMOJI)


@pages.get(addresses.FOLDERS, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_all, visit))


def _all(
    db: Reader, visit: Visit, name: str = "", emoji: str = "", problems: tuple[Problem, ...] = ()
) -> FoldersPage:
    found = bookmark_folders.of_account(db, visit.account)
    return FoldersPage(tuple(map(_row, found)), name, emoji, problems)


@pages.post(addresses.FOLDERS, access="member")
async def make(visit: Visit) -> Answer:
    name, emoji = visit.field("name", LIMIT), visit.field("emoji", LIMIT)
    try:
        await visit.store.writing(sorting_bookmarks.create, visit.account, name, emoji, visit.here)
    except InvalidInput as error:
        page = await visit.store.reading(_all, visit, name, emoji, (_problem(error, emoji),))
        return visit.page(page, 422)
    return visit.go(addresses.FOLDERS, done="saved")


@pages.get(addresses.FOLDER, access="member")
async def open_one(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_opened, visit))


def _opened(
    db: Reader,
    visit: Visit,
    name: str | None = None,
    emoji: str | None = None,
    problems: tuple[Problem, ...] = (),
) -> FolderPage:
    one = sorting_bookmarks.get(db, visit.account, _id(visit))
    found = listings.in_folder(db, visit.account, visit.paging(AT_ONCE), one.id)
    own = addresses.at(addresses.FOLDER, id=str(one.id))
    is_first = visit.is_first_page
    return FolderPage(
        id=str(one.id),
        name=one.name,
        emoji=(as_picture(one.emoji) if one.emoji else "") if emoji is None else emoji,
        typed_name=one.name if name is None else name,
        posts=visit.desk.feeds.render(db, found.shown, visit.account, visit.language, "home")
        if found
        else (),
        newer=f"{own}?min_id={found.newest}" if found and not is_first else None,
        older=f"{own}?max_id={found.oldest}" if found and found.may_go_on else None,
        problems=problems,
    )


@pages.post(addresses.FOLDER, access="member")
async def change(visit: Visit) -> Answer:
    name, emoji = visit.field("name", LIMIT), visit.field("emoji", LIMIT)
    try:
        await visit.store.writing(
            sorting_bookmarks.change, visit.account, _id(visit), name, emoji, visit.here
        )
    except InvalidInput as error:
        page = await visit.store.reading(_opened, visit, name, emoji, (_problem(error, emoji),))
        return visit.page(page, 422)
    return visit.go(addresses.at(addresses.FOLDER, id=str(_id(visit))), done="saved")


@pages.get(addresses.FOLDER_DELETE, access="member")
async def ask_delete(visit: Visit) -> Answer:
    one = await visit.store.reading(sorting_bookmarks.get, visit.account, _id(visit))
    page = AskPage(
        sentence("Delete “{name}”?", name=one.name),
        sentence("What is in it stays saved, in no folder."),
        sentence("Delete"),
        addresses.at(addresses.FOLDER, id=str(one.id)),
        "index",
    )
    return visit.page(page)


@pages.post(addresses.FOLDER_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    await visit.store.writing(sorting_bookmarks.delete, visit.account, _id(visit))
    return visit.go(addresses.FOLDERS, done="group_deleted")


# -- where a post goes ---------------------------------------------------


@pages.get(addresses.FOLDER_SORT, access="member")
async def ask_sort(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_sort, visit))


def _sort(db: Reader, visit: Visit) -> SortPage:
    """Raises `NotFound`."""
    post = PostId(_id(visit))
    cards = showing.cards(db, [posts.get_shown(db, post, visit.account)], visit.here, reader=visit.account)
    if not cards:
        raise NotFound
    found = bookmark_folders.of_account(db, visit.account)
    chosen = bookmark_folders.of_bookmarks(db, visit.account, [post]).get(post)
    return SortPage(cards[0], tuple(map(_row, found)), "" if chosen is None else str(chosen))


@pages.post(addresses.FOLDER_SORT, access="member")
async def sort(visit: Visit) -> Answer:
    """What is put into a folder is saved by that."""
    await visit.store.writing(_put, visit, id_from(visit.form.get("folder", "")))
    return visit.go(addresses.SAVED, done="saved")


def _put(db: Writer, visit: Visit, folder: int | None) -> None:
    post = PostId(_id(visit))
    reacting.bookmark(db, visit.account, post, visit.here)
    sorting_bookmarks.sort_into(db, visit.account, post, folder)
