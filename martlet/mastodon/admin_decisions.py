"""Extensions: the audit log, with the means to take acts back, and appeals."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from martlet.mastodon.admin_entities import AdminAppeal, AuditEntry
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import admin as serialize
from martlet.model.names import AccountId, ReportId
from martlet.model.roles import Permission
from martlet.services import appealing, auditing, undoing
from martlet.storage import audit, strikes
from martlet.storage.audit import Choice
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE = 100
MOST = 200


class LogForm(PageForm, frozen=True, kw_only=True):
    account_id: Annotated[str | None, Meta(description="Who acted; 0: by a command.")] = None
    target_account_id: Annotated[str | None, Meta(description="What was done to this account.")] = None
    report_id: Annotated[str | None, Meta(description="What was done about this report.")] = None

    def choice(self) -> Choice:
        """Raises `NotFound` for what are no ids."""
        return Choice(
            actor=AccountId(id_in(self.account_id)) if self.account_id else None,
            target_kind="account" if self.target_account_id else None,
            target=id_in(self.target_account_id) if self.target_account_id else None,
            report=ReportId(id_in(self.report_id)) if self.report_id else None,
        )


class AppealsForm(PageForm, frozen=True, kw_only=True):
    status: Annotated[
        Literal["pending", "decided"] | None, Meta(description="Those to be decided, or those that were.")
    ] = None


@api.get(
    "/api/v1/admin/audit_log",
    scope="admin:read",
    form=LogForm,
    returns=list[AuditEntry],
    permission=Permission.VIEW_AUDIT_LOG,
)
def show_log(db: Reader, call: Call[LogForm]) -> list[AuditEntry]:
    """An extension: what those who look after the server did, the newest first."""
    page = call.form.page(AT_ONCE, MOST)
    found = audit.page(db, page, call.form.choice())
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return serialize.entries(db, found, call.here)


@api.get(
    "/api/v1/admin/audit_log/{id}",
    scope="admin:read",
    returns=AuditEntry,
    permission=Permission.VIEW_AUDIT_LOG,
)
def show_entry(db: Reader, call: Call[NoForm]) -> AuditEntry:
    """An extension: one entry of the audit log."""
    return serialize.entries(db, [auditing.get(db, call.id)], call.here)[0]


@api.post(
    "/api/v1/admin/audit_log/{id}/undo",
    scope="admin:write",
    returns=AuditEntry,
    permission=Permission.VIEW_AUDIT_LOG,
)
def undo(db: Writer, call: Call[NoForm]) -> AuditEntry:
    """An extension: put back what was so before, if nothing else was decided since. The entry that says so."""
    id = undoing.undo(db, call.actor(db), call.id, call.here)
    return serialize.entries(db, [auditing.get(db, id)], call.here)[0]


@api.get(
    "/api/v1/admin/appeals",
    scope="admin:read:accounts",
    form=AppealsForm,
    returns=list[AdminAppeal],
    permission=Permission.MANAGE_APPEALS,
)
def show_appeals(db: Reader, call: Call[AppealsForm]) -> list[AdminAppeal]:
    """An extension: what people say who think that a decision against them is wrong."""
    page = call.form.page(AT_ONCE, MOST)
    found = strikes.appeals(db, page, are_waiting=call.form.status != "decided")
    against = strikes.many(db, [one.strike_id for one in found])
    if found:
        call.link(found[0].strike_id, found[-1].strike_id if len(found) == page.limit else None)
    return [serialize.appeal(db, one, against[one.strike_id], call.here) for one in found]


@api.post(
    "/api/v1/admin/appeals/{id}/approve",
    scope="admin:write:accounts",
    returns=dict[str, Any],
    permission=Permission.MANAGE_APPEALS,
)
def approve(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """An extension: take back what the appeal is against. `id` is the warning's."""
    appealing.approve(db, call.actor(db), call.id, call.here)
    return {}


@api.post(
    "/api/v1/admin/appeals/{id}/reject",
    scope="admin:write:accounts",
    returns=dict[str, Any],
    permission=Permission.MANAGE_APPEALS,
)
def reject(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """An extension: leave it as it was decided. `id` is the warning's."""
    appealing.reject(db, call.actor(db), call.id, call.here)
    return {}
