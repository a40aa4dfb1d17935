"""How much news somebody has: as much as the page of news shows as new, up to a hundred."""

from martlet.model.names import AccountId
from martlet.model.paging import LAST_ID, Page
from martlet.storage import filters, markers, notifications
from martlet.storage.database import Reader
from martlet.storage.notifications import Choice
from martlet.web.feeds import Feeds

MOST_NEWS = 100


def count(db: Reader, account: AccountId, feeds: Feeds, now: int) -> int:
    """Without what is about posts that a filter of theirs leaves out; each is looked at only where there is such a filter."""
    found = notifications.count_unread(db, account, Choice(), MOST_NEWS, now)
    if not found or not _leaves_out(db, account):
        return found
    read = {one.timeline: one.last_read_id for one in markers.of_account(db, account, ["notifications"])}
    page = Page(LAST_ID, read.get("notifications", 0), MOST_NEWS, is_upward=True)
    told = notifications.page(db, account, page, Choice(), now)
    about = {one.post.id: one.post for one in told if one.post is not None}
    hidden = feeds.hidden(db, list(about.values()), account, "notifications")
    return found - sum(one.post is not None and one.post.id in hidden for one in told)


def _leaves_out(db: Reader, account: AccountId) -> bool:
    return any(
        one.action == "hide" and "notifications" in one.contexts for one in filters.of_account(db, account)
    )
