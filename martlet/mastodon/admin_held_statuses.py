"""Posts that wait for a moderator, and what is known of spam: methods of our own, see docs/client-api-extensions.md."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import HeldStatus, SpamMark
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize.bodies import REVIEWS, VISIBILITIES
from martlet.mastodon.serialize.statuses import json_list
from martlet.mastodon.serialize.times import iso
from martlet.model import holds as model
from martlet.model.ids import moment_of
from martlet.model.names import PostId
from martlet.model.roles import Permission
from martlet.model.server import milliseconds
from martlet.model.visibility import Visibility
from martlet.services import holding, marking_spam
from martlet.storage import holds, posts, spam_marks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 20, 40
REPORTS = Permission.MANAGE_REPORTS
READ, WRITE = "admin:read:reports", "admin:write:reports"


class QueueForm(PageForm, frozen=True, kw_only=True):
    state: Annotated[
        Literal["pending", "rejected"] | None, Meta(description="Those that wait, or that were refused.")
    ] = None


class RefuseForm(Struct, frozen=True, kw_only=True):
    spam: Annotated[bool, Meta(description="Whether what is like it is to wait as well.")] = False


class MarkForm(Struct, frozen=True, kw_only=True):
    status_id: Annotated[str, Meta(description="The post.")] = ""
    expires_in: Annotated[int | None, Meta(description="For so many seconds; else as the setting says.")] = (
        None
    )


def _entities(db: Reader, found: list[model.Hold], call: Call[Any]) -> list[bytes]:
    shown = posts.shown_unfiltered(db, [one.post_id for one in found])
    each = dict(zip([one.id for one in shown], call.pages.each(db, shown, call.viewer), strict=True))
    return [_entity(one, b"".join(each.get(one.post_id) or ())) for one in found]


def _entity(one: model.Hold, status: bytes) -> bytes:
    entity = HeldStatus(
        id=str(one.post_id),
        state=REVIEWS[one.state],
        reasons=[reason.value for reason in one.why],
        visibility=VISIBILITIES[Visibility(one.visibility)],
        created_at=iso(milliseconds(moment_of(one.id))),
        status=None,
    )
    return msgspec.json.encode(entity).replace(b'"status":null', b'"status":' + (status or b"null"), 1)


@api.get(
    "/api/v1/admin/held_statuses", scope=READ, form=QueueForm, returns=list[HeldStatus], permission=REPORTS
)
def index(db: Reader, call: Call[QueueForm]) -> bytes:
    """What waits until somebody has looked at it, the newest first."""
    page = call.form.page(AT_ONCE, MOST)
    found = holds.page(db, "refused" if call.form.state == "rejected" else "held", page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return json_list([(one,) for one in _entities(db, found, call)])


@api.get("/api/v1/admin/held_statuses/{id}", scope=READ, returns=HeldStatus, permission=REPORTS)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """One of them, by the post's id."""
    return _entities(db, [holding.get(db, PostId(call.id))], call)[0]


@api.post("/api/v1/admin/held_statuses/{id}/release", scope=WRITE, returns=dict[str, Any], permission=REPORTS)
def release(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """Let it be there for all for whom it is meant."""
    holding.release(db, call.actor(db), PostId(call.id), call.here)
    return {}


@api.post(
    "/api/v1/admin/held_statuses/{id}/refuse",
    scope=WRITE,
    form=RefuseForm,
    returns=HeldStatus,
    permission=REPORTS,
)
def refuse(db: Writer, call: Call[RefuseForm]) -> bytes:
    """It stays its author's alone."""
    id, actor = PostId(call.id), call.actor(db)
    (holding.refuse_as_spam if call.form.spam else holding.refuse)(db, actor, id, call.here)
    return _entities(db, [holding.get(db, id)], call)[0]


# -- spam ----------------------------------------------------------------


def _mark(one: model.SpamMark) -> SpamMark:
    return SpamMark(
        id=str(one.id),
        status_id=str(one.post_id),
        status_url=one.url,
        has_text=bool(one.fingerprint.text),
        pictures=len(one.fingerprint.pictures),
        created_at=iso(milliseconds(moment_of(one.id))),
        expires_at=iso(one.expires_at),
    )


@api.get("/api/v1/admin/spam_marks", scope=READ, form=PageForm, returns=list[SpamMark], permission=REPORTS)
def marks(db: Reader, call: Call[PageForm]) -> list[SpamMark]:
    """The posts by which spam is known again, the newest first."""
    page = call.form.page(AT_ONCE, MOST)
    found = spam_marks.page(db, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_mark(one) for one in found]


@api.post("/api/v1/admin/spam_marks", scope=WRITE, form=MarkForm, returns=SpamMark, permission=REPORTS)
def mark(db: Writer, call: Call[MarkForm]) -> SpamMark:
    """What strangers send that is like this post waits from now on."""
    id = PostId(id_in(call.form.status_id))
    return _mark(marking_spam.mark(db, call.actor(db), id, call.form.expires_in, call.here))


@api.delete("/api/v1/admin/spam_marks/{id}", scope=WRITE, returns=dict[str, Any], permission=REPORTS)
def unmark(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """What is like it waits no more for that."""
    marking_spam.unmark(db, call.actor(db), call.id, call.here)
    return {}
