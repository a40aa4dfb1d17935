"""What web hooks are told, in Mastodon's words: `event`, `created_at`, and the `object` that it is about."""

import msgspec

from martlet.mastodon.serialize import admin
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.pieces import Pieces
from martlet.mastodon.serialize.statuses import StatusPages
from martlet.mastodon.serialize.times import iso
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.web_hooks import HookDelivery, HookEvent
from martlet.services import rendering
from martlet.services.ports import Ground
from martlet.services.signing_in import Viewer
from martlet.storage import accounts, holds, posts, reports, strikes
from martlet.storage.database import Reader

NOBODY = Viewer()


class HookVoice:
    """See `services.telling_hooks.Word`."""

    def __init__(self, ground: Ground) -> None:
        self._here = ground.here
        known = AccountBytes(ground.here)
        self._pages = StatusPages(
            ground.here, known, Pieces(ground.here, known, rendering.keeper(ground.store))
        )

    def word(self, db: Reader, told: HookDelivery) -> bytes | None:
        about = self._object(db, HookEvent(told.event), told.about)
        if about is None:
            return None
        return b'{"event":"%s","created_at":"%s","object":%s}' % (
            told.event.encode(),
            iso(told.created_at).encode(),
            about,
        )

    def _object(self, db: Reader, event: HookEvent, about: int) -> bytes | None:
        match event.partition(".")[0]:
            case "account":
                return self._account(db, AccountId(about))
            case "report":
                return self._report(db, ReportId(about))
            case "status":
                return self._post(db, PostId(about), is_held=event == HookEvent.STATUS_HELD)
            case _:
                return self._appeal(db, about)

    def _account(self, db: Reader, id: AccountId) -> bytes | None:
        if accounts.find(db, id) is None:
            return None
        return msgspec.json.encode(admin.account(db, id, self._here))

    def _report(self, db: Reader, id: ReportId) -> bytes | None:
        found = reports.many(db, [id]).get(id)
        return None if found is None else admin.reports(db, [found], self._pages, NOBODY, self._here)[0]

    def _post(self, db: Reader, id: PostId, *, is_held: bool) -> bytes | None:
        if not is_held:
            return self._pages.by_id(db, [id], NOBODY).get(id)
        if holds.find(db, id) is None:
            return None
        return b"".join(self._pages.each(db, posts.shown_unfiltered(db, [id]), NOBODY)[0]) or None

    def _appeal(self, db: Reader, id: int) -> bytes | None:
        found, strike = strikes.find_appeal(db, id), strikes.find(db, id)
        if found is None or strike is None:
            return None
        return msgspec.json.encode(admin.appeal(db, found, strike, self._here))
