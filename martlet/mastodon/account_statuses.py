"""An account's posts: https://docs.joinmastodon.org/methods/accounts/#statuses"""

from typing import Annotated

from msgspec import Meta

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.storage import accounts, listings
from martlet.storage.database import Reader
from martlet.storage.listings import OfAccount
from martlet.text.hashtags import hashtag_key

api = Api()


class AccountStatusesForm(PageForm, frozen=True, kw_only=True):
    only_media: Annotated[bool, Meta(description="Only posts that have pictures, films or sounds.")] = False
    exclude_replies: Annotated[bool, Meta(description="No answers to others.")] = False
    exclude_reblogs: Annotated[bool, Meta(description="No boosts.")] = False
    pinned: Annotated[bool, Meta(description="Only what the account has pinned.")] = False
    tagged: Annotated[str | None, Meta(description="Only posts with this hashtag.")] = None

    def wanted(self) -> OfAccount:
        return OfAccount(
            has_replies=not self.exclude_replies,
            has_boosts=not self.exclude_reblogs,
            only_media=self.only_media,
            tag=hashtag_key(self.tagged.removeprefix("#")) if self.tagged else None,
        )


@api.get(
    "/api/v1/accounts/{id}/statuses",
    scope="read:statuses",
    access="public",
    form=AccountStatusesForm,
    returns=list[entities.Status],
)
def account_statuses(db: Reader, call: Call[AccountStatusesForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/accounts/#statuses"""
    author = AccountId(call.id)
    account = accounts.get_whereabouts(db, author)
    if account.is_deleted:
        raise NotFound
    page = call.form.page()
    if account.is_gone:
        found = []
    elif call.form.pinned:
        found = listings.pinned(db, author, call.account, page)
    else:
        found = listings.by(db, author, call.account, page, call.form.wanted())
    if found:
        call.link(found[0].id, found[-1].id)
    return call.pages.page(db, found, call.viewer)
