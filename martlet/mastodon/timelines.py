"""Timelines: https://docs.joinmastodon.org/methods/timelines/"""

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.model.paging import Page
from martlet.services import timelines as service
from martlet.storage import timelines
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/timelines/home", scope="read:statuses", form=PageForm, returns=list[entities.Status])
async def home(call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/timelines/#home"""
    page = call.form.page()
    body = await call.store.reading(_home, call, page)
    if body is None:
        await call.store.writing(service.rebuild_home, call.account, call.here)
        body = await call.store.reading(_home, call, page)
    return body or b"[]"


def _home(db: Reader, call: Call[PageForm], page: Page) -> bytes | None:
    """None where the timeline has to be rebuilt first."""
    found = timelines.home(db, call.account, page, call.here.now_ms())
    if not found and not timelines.has_home(db, call.account):
        return None
    if found:
        call.link(found[0].id, found[-1].id)
    return call.pages.page(db, found, call.viewer)
