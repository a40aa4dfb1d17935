"""What goes when a list is to take the place of what is there: everything that it does not name."""

from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import blocking, blocking_servers, filtering, following, listing, reacting
from martlet.services.import_rows import DIVIDER, name_of_keyword
from martlet.storage import bulk_imports, filters, follows, lists
from martlet.storage.bulk_imports import BulkImport
from martlet.storage.database import Writer

AT_ONCE = 50
"""Things removed in one transaction."""


def clear_some(db: Writer, one: BulkImport, here: Server) -> None:
    """Remove some of it; after the last step the import goes on with its rows."""
    match one.kind:
        case "follows" | "blocks" | "mutes":
            last = _clear_accounts(db, one, here)
        case "bookmarks":
            last = _clear_bookmarks(db, one)
        case "lists":
            last = _clear_lists(db, one, here)
        case "filters":
            _clear_filters(db, one)
            last = None
        case _:
            for host in bulk_imports.hosts_not_named(db, one):
                blocking_servers.unblock(db, one.account_id, host)
            last = None
    if last is None:
        bulk_imports.update(db, one.id, stage="rows", position=0)
    else:
        bulk_imports.update(db, one.id, position=last)


def _clear_accounts(db: Writer, one: BulkImport, here: Server) -> int | None:
    """Returns the last of them, where there may be more."""
    found = bulk_imports.accounts_not_named(db, one, here.host, one.position, AT_ONCE)
    for other in found:
        _part(db, one.kind, one.account_id, other)
    return found[-1] if len(found) == AT_ONCE else None


def _part(db: Writer, kind: str, account: AccountId, other: AccountId) -> None:
    follows.lock_pair(db, account, other)
    match kind:
        case "follows":
            following.end(db, account, other, account)
        case "blocks":
            blocking.unblock(db, account, other)
        case _:
            blocking.unmute(db, account, other)


def _clear_bookmarks(db: Writer, one: BulkImport) -> int | None:
    found = bulk_imports.bookmarks_not_named(db, one, one.position, AT_ONCE)
    for post in found:
        reacting.unbookmark(db, one.account_id, post)
    return found[-1] if len(found) == AT_ONCE else None


def _clear_filters(db: Writer, one: BulkImport) -> None:
    """Keywords that are not named; a filter of which no keyword is left goes whole, but not one of single posts."""
    named = bulk_imports.names(db, one.id)
    own = filters.of_account(db, one.account_id)
    keywords = filters.keywords(db, [filter.id for filter in own])
    for filter in own:
        for word in keywords[filter.id]:
            if name_of_keyword(filter.title, word.keyword) not in named:
                filtering.delete_single(db, word.id, one.account_id)


def _clear_lists(db: Writer, one: BulkImport, here: Server) -> int | None:
    """One list, the next after the last; a list of which nobody is named goes whole."""
    own = next((found for found in lists.of_owner(db, one.account_id) if found.id > one.position), None)
    if own is None:
        return None
    members = lists.member_ids(db, own.id)
    gone = bulk_imports.list_members_not_named(db, one, own.id, f"{own.title}{DIVIDER}", here.host)
    if len(gone) == len(members):
        listing.delete(db, own.id, one.account_id)
    elif gone:
        listing.remove(db, own.id, one.account_id, gone)
    return own.id
