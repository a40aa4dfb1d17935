"""People, and what is done against accounts: https://docs.joinmastodon.org/methods/admin/accounts/"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import AdminAccount, WarningPreset
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import admin as serialize
from martlet.mastodon.serialize.warnings import ACTIONS
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.roles import EVERYBODY, Permission
from martlet.model.sanctions import Measure, Sanction
from martlet.services import admitting, sanctioning
from martlet.storage import account_review, presets, roles
from martlet.storage.account_review import Choice, Status
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE = 100
MOST = 200
LONGEST = 320
MEASURES = {name: measure for measure, name in ACTIONS.items()}
_STATUSES: dict[str, Status] = {
    "active": "active",
    "pending": "pending",
    "disabled": "frozen",
    "silenced": "limited",
    "suspended": "suspended",
    "sensitized": "sensitized",
}


class SearchForm(PageForm, frozen=True, kw_only=True):
    """What both versions of the list have."""

    username: Annotated[str | None, Meta(description="It begins so.")] = None
    display_name: Annotated[str | None, Meta(description="It begins so.")] = None
    by_domain: Annotated[str | None, Meta(description="Their server.")] = None
    email: Annotated[str | None, Meta(description="It begins so.")] = None
    ip: Annotated[str | None, Meta(description="From where they are signed in.")] = None

    def words(self) -> dict[str, Any]:
        return {
            "username": (self.username or "").removeprefix("@")[:LONGEST],
            "display_name": (self.display_name or "")[:LONGEST],
            "host": (self.by_domain or "")[:LONGEST],
            "email": (self.email or "")[:LONGEST],
            "address": (self.ip or "")[:LONGEST],
        }


class ListForm(SearchForm, frozen=True, kw_only=True):
    local: bool | None = None
    remote: bool | None = None
    active: bool | None = None
    pending: bool | None = None
    disabled: bool | None = None
    silenced: bool | None = None
    suspended: bool | None = None
    sensitized: bool | None = None
    staff: Annotated[bool | None, Meta(description="Those who work on reports.")] = None


class FilterForm(SearchForm, frozen=True, kw_only=True):
    origin: Literal["local", "remote"] | None = None
    status: Literal["active", "pending", "disabled", "silenced", "suspended", "sensitized"] | None = None
    permissions: Annotated[Literal["staff"] | None, Meta(description="Those who work on reports.")] = None
    role_ids: list[str] | None = None
    invited_by: str | None = None


class ActionForm(Struct, frozen=True, kw_only=True):
    type: Annotated[
        Literal[
            "none",
            "sensitive",
            "disable",
            "silence",
            "suspend",
            "mark_statuses_as_sensitive",
            "delete_statuses",
        ]
        | None,
        Meta(
            description="What is to be done. The last two are an extension, for posts of a report or public ones."
        ),
    ] = None
    report_id: Annotated[str | None, Meta(description="The report that led to it.")] = None
    status_ids: Annotated[
        list[str] | None, Meta(description="An extension: which posts it is about; else all of the report's.")
    ] = None
    warning_preset_id: Annotated[str | None, Meta(description="A text that stands before yours.")] = None
    text: Annotated[str | None, Meta(description="What their owner is told.")] = None
    send_email_notification: Annotated[
        bool | None, Meta(description="Whether to tell their owner, by mail and by a notification.")
    ] = None

    def sanction(self) -> Sanction:
        """Raises `InvalidInput`, and `NotFound` for what are no ids."""
        if self.type is None:
            raise InvalidInput("Validation failed: Type can't be blank", "type")
        return Sanction(
            measure=MEASURES[self.type],
            text=self.text or "",
            report=ReportId(id_in(self.report_id)) if self.report_id else None,
            posts=tuple(PostId(id_in(one)) for one in self.status_ids or () if one),
            preset=id_in(self.warning_preset_id) if self.warning_preset_id else None,
            tells=self.send_email_notification is not False,
        )


# -- lists ---------------------------------------------------------------


@api.get(
    "/api/v1/admin/accounts",
    scope="admin:read:accounts",
    form=ListForm,
    returns=list[AdminAccount],
    permission=Permission.MANAGE_USERS,
    is_slow=True,
)
def show_v1(db: Reader, call: Call[ListForm]) -> list[AdminAccount]:
    """https://docs.joinmastodon.org/methods/admin/accounts/#v1"""
    form = call.form
    statuses = frozenset(status for name, status in _STATUSES.items() if getattr(form, name))
    choice = Choice(
        origin="local" if form.local else ("remote" if form.remote else None),
        statuses=statuses,
        roles=_staff(db) if form.staff else None,
        **form.words(),
    )
    return _listed(db, call, choice)


@api.get(
    "/api/v2/admin/accounts",
    scope="admin:read:accounts",
    form=FilterForm,
    returns=list[AdminAccount],
    permission=Permission.MANAGE_USERS,
    is_slow=True,
)
def show_v2(db: Reader, call: Call[FilterForm]) -> list[AdminAccount]:
    """https://docs.joinmastodon.org/methods/admin/accounts/#v2"""
    form = call.form
    wanted = _staff(db) if form.permissions else None
    if form.role_ids:
        named = tuple(key for key, role in roles.every(db).items() if str(role.id) in form.role_ids)
        wanted = named if wanted is None else tuple(key for key in named if key in wanted)
    choice = Choice(
        origin=form.origin,
        statuses=frozenset({_STATUSES[form.status]}) if form.status else frozenset(),
        roles=wanted,
        invited_by=_id(form.invited_by) if form.invited_by else None,
        **form.words(),
    )
    return _listed(db, call, choice)


def _staff(db: Reader) -> tuple[str, ...]:
    """Roles that work on reports."""
    may = (role for role in roles.every(db).values() if role.may(Permission.MANAGE_REPORTS))
    return tuple(role.key for role in may if role.key != EVERYBODY.key)


def _id(text: str) -> AccountId:
    """An id that is none is nobody's."""
    try:
        return AccountId(id_in(text))
    except NotFound:
        return AccountId(0)


def _listed(db: Reader, call: Call[Any], choice: Choice) -> list[AdminAccount]:
    page = call.form.page(AT_ONCE, MOST)
    ids = account_review.page(db, page, choice)
    if ids:
        call.link(ids[0], ids[-1] if len(ids) == page.limit else None)
    shown = serialize.many(db, ids, call.here)
    return [shown[id] for id in ids if id in shown]


@api.get(
    "/api/v1/admin/accounts/{id}",
    scope="admin:read:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def show_one(db: Reader, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#get-one"""
    return serialize.account(db, sanctioning.get_target(db, AccountId(call.id)).id, call.here)


# -- deciding ------------------------------------------------------------


@api.post(
    "/api/v1/admin/accounts/{id}/action",
    scope="admin:write:accounts",
    form=ActionForm,
    returns=dict[str, Any],
    permission=sanctioning.MAY_ACT,
)
def act(db: Writer, call: Call[ActionForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/admin/accounts/#action"""
    sanctioning.act(db, call.actor(db), AccountId(call.id), call.form.sanction(), call.here)
    return {}


@api.post(
    "/api/v1/admin/accounts/{id}/approve",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def approve(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#approve"""
    admitting.approve(db, call.actor(db), AccountId(call.id), call.here)
    return serialize.account(db, AccountId(call.id), call.here)


@api.post(
    "/api/v1/admin/accounts/{id}/reject",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def reject(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#reject"""
    shown = serialize.account(db, AccountId(call.id), call.here)
    admitting.reject(db, call.actor(db), AccountId(call.id), call.here)
    return shown


@api.delete(
    "/api/v1/admin/accounts/{id}",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.DELETE_USER_DATA,
)
def delete(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#delete"""
    admitting.remove_data(db, call.actor(db), AccountId(call.id), call.here)
    return serialize.account(db, AccountId(call.id), call.here)


@api.post(
    "/api/v1/admin/accounts/{id}/enable",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def enable(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#enable"""
    return _lifted(db, call, Measure.FREEZE)


@api.post(
    "/api/v1/admin/accounts/{id}/unsilence",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def unsilence(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#unsilence"""
    return _lifted(db, call, Measure.LIMIT)


@api.post(
    "/api/v1/admin/accounts/{id}/unsuspend",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def unsuspend(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#unsuspend"""
    return _lifted(db, call, Measure.SUSPEND)


@api.post(
    "/api/v1/admin/accounts/{id}/unsensitive",
    scope="admin:write:accounts",
    returns=AdminAccount,
    permission=Permission.MANAGE_USERS,
)
def unsensitive(db: Writer, call: Call[NoForm]) -> AdminAccount:
    """https://docs.joinmastodon.org/methods/admin/accounts/#unsensitive"""
    return _lifted(db, call, Measure.SENSITIZE)


def _lifted(db: Writer, call: Call[NoForm], measure: Measure) -> AdminAccount:
    sanctioning.lift(db, call.actor(db), AccountId(call.id), measure, call.here)
    return serialize.account(db, AccountId(call.id), call.here)


@api.get(
    "/api/v1/admin/warning_presets",
    scope="admin:read:accounts",
    returns=list[WarningPreset],
    permission=sanctioning.MAY_ACT,
)
def show_presets(db: Reader, call: Call[NoForm]) -> list[WarningPreset]:
    """An extension: the texts that `warning_preset_id` may name."""
    del call
    return [WarningPreset(id=str(one.id), title=one.title, text=one.text) for one in presets.every(db)]
