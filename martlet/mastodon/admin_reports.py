"""Reports, for those who work on them: https://docs.joinmastodon.org/methods/admin/reports/"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import AdminReport, ReportNote
from martlet.mastodon.paging import PageForm
from martlet.mastodon.reports import rule_id
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import admin as serialize
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, ReportId
from martlet.model.roles import Permission
from martlet.services import handling_reports
from martlet.services.handling_reports import NOTES, Correction
from martlet.storage import reports
from martlet.storage.database import Reader, Writer
from martlet.storage.reports import Choice

api = Api()

AT_ONCE = 100
MOST = 200


class ListForm(PageForm, frozen=True, kw_only=True):
    resolved: Annotated[bool | None, Meta(description="Those that are closed, not the open ones.")] = None
    account_id: Annotated[str | None, Meta(description="Who reported.")] = None
    target_account_id: Annotated[str | None, Meta(description="Whom they are about.")] = None


class ChangeForm(Struct, frozen=True, kw_only=True):
    category: Literal["spam", "legal", "violation", "other"] | None = None
    rule_ids: Annotated[list[str] | None, Meta(description="Which rules were broken, of a violation.")] = None

    def correction(self) -> Correction:
        """Raises `InvalidInput` for what are no rules."""
        named = None if self.rule_ids is None else tuple(rule_id(one) for one in self.rule_ids if one)
        return Correction(self.category or ("violation" if named else None), named)


class NoteForm(Struct, frozen=True, kw_only=True):
    content: str = ""


@api.get(
    "/api/v1/admin/reports",
    scope="admin:read:reports",
    form=ListForm,
    returns=list[AdminReport],
    permission=Permission.MANAGE_REPORTS,
)
def show(db: Reader, call: Call[ListForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#get"""
    form, page = call.form, call.form.page(AT_ONCE, MOST)
    choice = Choice(bool(form.resolved), _account(form.account_id), _account(form.target_account_id))
    found = reports.page(db, page, choice)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return b"[" + b",".join(serialize.reports(db, found, call.pages, call.viewer, call.here)) + b"]"


def _account(text: str | None) -> AccountId | None:
    """An id that is none is nobody's."""
    if not text:
        return None
    try:
        return AccountId(id_in(text))
    except NotFound:
        return AccountId(0)


@api.get(
    "/api/v1/admin/reports/{id}",
    scope="admin:read:reports",
    returns=AdminReport,
    permission=Permission.MANAGE_REPORTS,
)
def show_one(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#get-one"""
    return _shown(db, call)


def _shown(db: Reader, call: Call[Any]) -> bytes:
    report = handling_reports.get(db, ReportId(call.id))
    return serialize.reports(db, [report], call.pages, call.viewer, call.here)[0]


@api.put(
    "/api/v1/admin/reports/{id}",
    scope="admin:write:reports",
    form=ChangeForm,
    returns=AdminReport,
    permission=Permission.MANAGE_REPORTS,
)
def change(db: Writer, call: Call[ChangeForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#update"""
    handling_reports.correct(db, call.actor(db), ReportId(call.id), call.form.correction(), call.here)
    return _shown(db, call)


@api.post(
    "/api/v1/admin/reports/{id}/assign_to_self",
    scope="admin:write:reports",
    returns=AdminReport,
    permission=Permission.MANAGE_REPORTS,
)
def assign_to_self(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#assign_to_self"""
    handling_reports.assign(db, call.actor(db), ReportId(call.id), call.account, call.here)
    return _shown(db, call)


@api.post(
    "/api/v1/admin/reports/{id}/unassign",
    scope="admin:write:reports",
    returns=AdminReport,
    permission=Permission.MANAGE_REPORTS,
)
def unassign(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#unassign"""
    handling_reports.assign(db, call.actor(db), ReportId(call.id), None, call.here)
    return _shown(db, call)


@api.post(
    "/api/v1/admin/reports/{id}/resolve",
    scope="admin:write:reports",
    returns=AdminReport,
    permission=Permission.MANAGE_REPORTS,
)
def resolve(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#resolve"""
    handling_reports.resolve(db, call.actor(db), ReportId(call.id), call.here)
    return _shown(db, call)


@api.post(
    "/api/v1/admin/reports/{id}/reopen",
    scope="admin:write:reports",
    returns=AdminReport,
    permission=Permission.MANAGE_REPORTS,
)
def reopen(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/reports/#reopen"""
    handling_reports.reopen(db, call.actor(db), ReportId(call.id), call.here)
    return _shown(db, call)


# -- notes, an extension -------------------------------------------------


@api.get(
    "/api/v1/admin/reports/{id}/notes",
    scope="admin:read:reports",
    returns=list[ReportNote],
    permission=Permission.MANAGE_REPORTS,
)
def show_notes(db: Reader, call: Call[NoForm]) -> list[ReportNote]:
    """An extension: what those who work on a report tell each other, the oldest first."""
    report = handling_reports.get(db, ReportId(call.id))
    return [serialize.note(db, one, call.here) for one in reports.notes(db, report.id, NOTES)]


@api.post(
    "/api/v1/admin/reports/{id}/notes",
    scope="admin:write:reports",
    form=NoteForm,
    returns=ReportNote,
    permission=Permission.MANAGE_REPORTS,
)
def add_note(db: Writer, call: Call[NoteForm]) -> ReportNote:
    """An extension: tell the others something. Only those who work on reports read it."""
    made = handling_reports.add_note(db, call.actor(db), ReportId(call.id), call.form.content, call.here)
    return serialize.note(db, made, call.here)


@api.delete(
    "/api/v1/admin/reports/{id}/notes/{note_id}",
    scope="admin:write:reports",
    returns=dict[str, Any],
    permission=Permission.MANAGE_REPORTS,
)
def remove_note(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """An extension: take back one's own note."""
    handling_reports.remove_note(db, call.actor(db), ReportId(call.id), id_in(call.params["note_id"]))
    return {}
