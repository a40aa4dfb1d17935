"""Finding accounts: by their handle or address, and by the words of their names."""

from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.events import AccountChanged, AccountRegistered
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.storage import account_search, accounts
from martlet.storage.account_search import Spelled
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import Listed
from martlet.text import names, terms
from martlet.text.query import parse_query


def by_handle(db: Reader, handle: str, here: Server) -> Account:
    """
    The account called `ada`, `@ada@peer.example` and so on; our own host means here.

    Raises `NotFound`, for what is no handle too.
    """
    try:
        username, host = names.parse_handle(handle, names.own_hosts(here.host))
    except names.InvalidHandle:
        raise NotFound from None
    return accounts.get_shown_by_handle(db, username, host or "")


def by_address(db: Reader, address: str) -> Listed | None:
    """The account that has this uri or this page."""
    name = address.rpartition("/")[2].removeprefix("@")
    account = accounts.find_by_uri(db, Uri(address)) or accounts.find_by_handle(db, name)
    if account is None or address not in (account.uri, account.url):
        return None
    shown = accounts.many_shown(db, [account.id])
    return None if not shown or account.is_gone else Listed(account.id, account.id, account.version)


def by_words(
    db: Reader,
    viewer: AccountId,
    text: str,
    here: Server,
    limit: int,
    offset: int = 0,
    *,
    only_followed: bool = False,
) -> list[Listed]:
    """Accounts whose names begin with what was typed; the one whose handle it is comes first."""
    found = [] if offset or only_followed else _exact(db, text, here)
    text = text.strip().removeprefix("@")
    username = text.partition("@")[0]
    wanted = parse_query(username).wanted
    query = Spelled(terms.fts5_match(wanted, shortest=1), terms.tsquery(wanted, shortest=1))
    if not query.fts5 or ("@" in text and found):
        return found
    others = account_search.search(
        db,
        viewer,
        query,
        username.lower(),
        limit,
        offset,
        only_followed=only_followed,
        is_broad=len(username) < terms.SHORTEST_PREFIX,
    )
    return list({one.account_id: one for one in (*found, *others)}.values())[:limit]


def _exact(db: Reader, text: str, here: Server) -> list[Listed]:
    try:
        account = by_handle(db, text, here)
    except NotFound:
        return []
    return [] if account.is_gone else [Listed(account.id, account.id, account.version)]


def index(db: Writer, event: AccountRegistered | AccountChanged, here: Server) -> None:
    """Have an account found by the names it has now."""
    del here
    index_account(db, event.account)


def index_account(db: Writer, id: AccountId) -> None:
    account = accounts.find(db, id)
    if account is None or account.deleted_at is not None:
        account_search.delete(db, id)
        return
    words = terms.tokens(f"{account.username} {account.display_name}")
    account_search.put(db, account.id, Spelled(" ".join(words), terms.tsvector_literal(words)))
