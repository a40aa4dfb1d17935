"""
Links in a profile that lead to a page which leads back: "this is me there, too" (https://microformats.org/wiki/rel-me).

Whenever somebody here changes their profile, a job asks for the pages of the links that are not yet known to be theirs.
A page counts that has a link with `rel="me"` to the profile. It is asked for once a change, by the guarded client, and
read in the confined workers.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from martlet.media import webpages
from martlet.model.accounts import Account
from martlet.model.errors import MartletError
from martlet.model.events import AccountChanged
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services.fetching_previews import HTML, PAGE_BYTES, Fetch, Wanted
from martlet.services.ports import Ground
from martlet.storage import accounts, events
from martlet.storage.database import Reader, Writer
from martlet.text import web_links
from martlet.text.urls import InvalidUrl, parse_url

log = logging.getLogger("martlet.profiles")

VERIFY = "verify_links"
"""The job's name."""
PAUSE_MS = 2000


def of_change(db: Writer, event: AccountChanged, here: Server) -> None:
    """Have the links of a changed profile looked at, if it has new ones."""
    account = accounts.find(db, event.account)
    if account is not None and here.previews_links and any(_unproven(account, here)):
        events.add_job(db, VERIFY, str(account.id), here.now_ms() + PAUSE_MS, key=f"{VERIFY}:{account.id}")


@dataclass(frozen=True, slots=True)
class LinkVerifier:
    ground: Ground
    fetch: Fetch

    async def verify(self, body: str, here: Server) -> None:
        """The job."""
        account = await self.ground.store.reading(_find, AccountId(int(body)))
        if account is None:
            return
        proven = [one for one in _unproven(account, here) if await self._leads_back(one, account)]
        if proven:
            await self.ground.store.writing(_record, account.id, proven, here)

    async def _leads_back(self, url: str, account: Account) -> bool:
        try:
            got = await self.fetch(url, Wanted(HTML, PAGE_BYTES, is_beginning_enough=True))
            page = await asyncio.to_thread(
                webpages.read_page, got.body, got.url, got.content_type, self.ground.workshop
            )
        except MartletError as error:
            log.info("No page at %s: %s", url[:200], error.message)
            return False
        own = {_bare(account.url), _bare(account.uri)}
        return any(_bare(one) in own for one in page.mine)


def _unproven(account: Account, here: Server) -> Iterable[str]:
    """The fields that are a link to a page elsewhere and nothing but that, without those that are known to lead back."""
    if not account.is_here or account.is_gone:
        return
    for one in accounts.fields_of(account):
        text = one["text"] or ""
        if one.get("verified_at") is None and text.startswith("https://") and _is_elsewhere(text, here):
            yield text


def _is_elsewhere(text: str, here: Server) -> bool:
    try:
        return not here.is_here(parse_url(text).host)
    except InvalidUrl:
        return False


def _bare(url: str) -> str:
    """One spelling for addresses of one page."""
    try:
        return web_links.normalised(url).rstrip("/").lower()
    except InvalidUrl:
        return url


def _find(db: Reader, id: AccountId) -> Account | None:
    return accounts.find(db, id)


def _record(db: Writer, id: AccountId, proven: list[str], here: Server) -> None:
    """What was changed meanwhile is not touched."""
    accounts.lock(db, id)
    account = accounts.get(db, id)
    now = here.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = [
        one | {"verified_at": now} if one["text"] in proven and one.get("verified_at") is None else one
        for one in accounts.fields_of(account)
    ]
    accounts.update(db, id, fields=json.dumps(fields, ensure_ascii=False))
