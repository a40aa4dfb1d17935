"""Old posts that are deleted by themselves, as on Mastodon's web pages (docs/client-api-extensions.md)."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.names import AccountId
from martlet.services import expiring
from martlet.storage import expiries
from martlet.storage.database import Reader, Writer
from martlet.storage.expiries import Cleanup

api = Api()

TWO_WEEKS = 14 * 86_400


class CleanupForm(Struct, frozen=True):
    """Names and what is kept at first are those of Mastodon's policies."""

    min_status_age: Annotated[int, Meta(description="Seconds, a week at least.")] = TWO_WEEKS
    keep_direct: bool = True
    keep_pinned: bool = True
    keep_polls: bool = False
    keep_media: bool = False
    keep_self_fav: Annotated[bool, Meta(description="What one likes oneself.")] = True
    keep_self_bookmark: Annotated[bool, Meta(description="What one has bookmarked oneself.")] = True
    min_favs: Annotated[int | None, Meta(description="With so many likes it is kept.")] = None
    min_reblogs: Annotated[int | None, Meta(description="With so many boosts it is kept.")] = None

    def to_cleanup(self, account: AccountId) -> Cleanup:
        return Cleanup(
            account_id=account,
            min_age=self.min_status_age,
            keeps_direct=int(self.keep_direct),
            keeps_pinned=int(self.keep_pinned),
            keeps_polls=int(self.keep_polls),
            keeps_media=int(self.keep_media),
            keeps_liked=int(self.keep_self_fav),
            keeps_bookmarked=int(self.keep_self_bookmark),
            min_likes=self.min_favs,
            min_boosts=self.min_reblogs,
        )


class CleanupPolicy(Struct, kw_only=True):
    """An extension."""

    enabled: bool
    min_status_age: int
    keep_direct: bool
    keep_pinned: bool
    keep_polls: bool
    keep_media: bool
    keep_self_fav: bool
    keep_self_bookmark: bool
    min_favs: int | None
    min_reblogs: int | None


@api.get("/api/v1/statuses_cleanup_policy", scope="read:accounts", returns=CleanupPolicy)
def show(db: Reader, call: Call[NoForm]) -> CleanupPolicy:
    """docs/client-api-extensions.md"""
    return _entity(expiries.find_cleanup(db, call.account))


@api.put("/api/v1/statuses_cleanup_policy", scope="write:accounts", form=CleanupForm, returns=CleanupPolicy)
def update(db: Writer, call: Call[CleanupForm]) -> CleanupPolicy:
    """docs/client-api-extensions.md: what is left out is as at first."""
    expiring.clean_up_from_now_on(db, call.form.to_cleanup(call.account), call.here)
    return _entity(expiries.find_cleanup(db, call.account))


@api.delete("/api/v1/statuses_cleanup_policy", scope="write:accounts", returns=dict[str, Any])
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """docs/client-api-extensions.md: posts stay, however old."""
    expiring.stop_cleaning_up(db, call.account)
    return {}


def _entity(one: Cleanup | None) -> CleanupPolicy:
    shown = one if one is not None else CleanupForm().to_cleanup(AccountId(0))
    return CleanupPolicy(
        enabled=one is not None,
        min_status_age=shown.min_age,
        keep_direct=bool(shown.keeps_direct),
        keep_pinned=bool(shown.keeps_pinned),
        keep_polls=bool(shown.keeps_polls),
        keep_media=bool(shown.keeps_media),
        keep_self_fav=bool(shown.keeps_liked),
        keep_self_bookmark=bool(shown.keeps_bookmarked),
        min_favs=shown.min_likes,
        min_reblogs=shown.min_boosts,
    )
