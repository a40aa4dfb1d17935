"""
Taking back what those who look after the server did, by what the audit log says of it.

Only what is still as the act left it can be put back as it was: where something
else was decided since, there is a `Conflict`. Taking back is an act of its own,
asks for the same permission and rank, and is not taken back again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from martlet.model import sign_up_blocks
from martlet.model.audit import Entry, State, Target
from martlet.model.errors import Conflict
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.roles import Actor, Permission
from martlet.model.sanctions import STATES
from martlet.model.server import Server
from martlet.services import (
    announcing,
    appointing,
    auditing,
    block_lists,
    blocking_sign_ups,
    choosing,
    deciding_on_mirrors,
    handling_reports,
    holding,
    hooking,
    importing_decisions,
    inviting,
    keeping_emoji,
    keeping_reasons,
    marking_spam,
    moderating,
    permitting,
    reopening_appeals,
    restricting,
    reviewing_trends,
    ruling,
    sanctioning,
    stating,
)
from martlet.storage import accounts, reports, roles, strikes
from martlet.storage.database import AlreadyThere, Reader, Writer

OF_PEOPLE = frozenset({"account", "holder"})
PICTURE = "thumbnail"
"""In what an entry says of the server: it is about its picture."""


Obstacle = Literal["undoing", "in_force", "unchanged", "final"]
"""It is a taking back itself; what it set holds by now; it was so already; it was done for good."""


class CannotUndo(Conflict):
    code = "cannot_undo"


def _all_of_it(db: Reader, entry: Entry, before: State) -> State:
    del db, entry
    return before


@dataclass(frozen=True, slots=True)
class _Kind:
    """How acts upon one kind of thing are taken back."""

    permissions: Permission
    """One of these is needed."""
    state: Callable[[Reader, Entry, frozenset[str]], State]
    """What is so now, of what the act changed."""
    set_back: Callable[[Writer, Actor, Entry, State, Server], None]
    reachable: Callable[[Reader, Entry, State], State] = _all_of_it
    """What can still be put back of what was so before."""


def undo(db: Writer, actor: Actor, id: int, here: Server) -> int:
    """
    Put back what an act changed; the id of the entry that says so.

    A strike that was given with it is overruled. Raises `NotFound`,
    `NotAllowed`, and `CannotUndo`.
    """
    permitting.check_actor(actor, Permission.VIEW_AUDIT_LOG)
    entry = auditing.get(db, id)
    kind = _KINDS.get(entry.target_kind)
    if kind is not None:
        permitting.check_one_of(actor, kind.permissions)
    if entry.target_kind in OF_PEOPLE:
        permitting.check_outranks(db, actor, AccountId(entry.target_id))
    return take_back(db, actor, entry, here)


def may_be_undone(entry: Entry, here: Server) -> bool:
    return obstacle(entry, here) is None


def obstacle(entry: Entry, here: Server) -> Obstacle | None:
    """Why such an act cannot be taken back at all, whatever was decided since."""
    before, after = auditing.before(entry), auditing.after(entry)
    if entry.undoes_id is not None:
        return "undoing"
    if entry.target_kind == "terms" and stating.is_effective(entry.target_name, here):
        return "in_force"
    if (
        entry.target_kind not in _KINDS
        or {"posts", "is_approved", "has_secret"} & before.keys()
        or (entry.target_kind in OF_PEOPLE and "is_there" in before)
        or after.get("state") == "released"
        or (entry.act == "appeal.approve" and "lifted_by" not in after)
    ):
        return "final"
    if entry.act == "account.warn":
        return None
    if not before:  # of old entries it is not known what was so
        return "final"
    return "unchanged" if before == after else None


def take_back(db: Writer, actor: Actor, entry: Entry, here: Server) -> int:
    """The same, for somebody who was asked for permission elsewhere. Raises `CannotUndo` and `NotFound`."""
    strike = strikes.of_entry(db, entry.id)
    before, after = auditing.before(entry), auditing.after(entry)
    if not may_be_undone(entry, here):
        if strike is None:
            raise CannotUndo("This was done for good.")
        before = after = {}  # what cannot be brought back is overruled all the same
    if before != after:
        kind = _KINDS[entry.target_kind]
        if kind.state(db, entry, frozenset(after)) != after:
            raise CannotUndo("Something else has been decided since.")
        before = kind.reachable(db, entry, before)
        if before == after:
            raise CannotUndo("What was there before is not kept any more.")
        kind.set_back(db, actor, entry, before, here)
    target = Target(entry.target_kind, entry.target_id, entry.target_name)
    try:
        with db.part():
            id = auditing.record(
                db,
                actor,
                f"{entry.act}.undo",
                target,
                after,
                before,
                here,
                report=entry.report_id,
                undoes=entry.id,
            )
    except AlreadyThere:
        raise CannotUndo("This has been taken back already.") from None
    if strike is not None:
        strikes.overrule(db, strike.id, here.now_ms())
    return id


# -- each kind of thing --------------------------------------------------


def _account_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    if "sensitive_posts" in names:  # posts may have gone since, or been changed by their author
        return auditing.after(entry)
    account = AccountId(entry.target_id)
    return {name: value for name, value in moderating.state(db, account).items() if name in names}


def _set_account_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    account = AccountId(entry.target_id)
    accounts.lock(db, account)
    marked = auditing.after(entry).get("sensitive_posts")
    if isinstance(marked, list):
        sanctioning.unmark_posts(db, [PostId(int(id)) for id in marked])
    for measure, name in STATES.items():
        if name in wanted:
            moderating.set_state(db, account, measure, here, is_on=bool(wanted[name]))


def _holder_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return {"role": roles.of_account(db, AccountId(entry.target_id)).key}


def _set_holder_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del here
    appointing.give(db, actor, AccountId(entry.target_id), str(wanted["role"]))


def _role_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return appointing.state(db, entry.target_name)


def _set_role_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del here
    appointing.set_back(db, actor, entry.target_name, wanted)


def _report_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    id = ReportId(entry.target_id)
    report = reports.many(db, [id]).get(id)
    return {} if report is None else handling_reports.state(report, names)


def _set_report_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    handling_reports.set_back(db, ReportId(entry.target_id), wanted, here)


def _rule_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    return ruling.state(db, entry.target_id, names)


def _set_rule_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    ruling.set_back(db, entry.target_id, wanted, here)


def _peer_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return restricting.state(db, entry.target_name)


def _set_peer_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    restricting.set_back(db, entry.target_name, wanted, here)


def _block_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return blocking_sign_ups.state_of(db, entry.target_kind, entry.target_id)


def _set_block_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, here
    blocking_sign_ups.set_back(db, entry.target_kind, entry.target_id, wanted)


def _hold_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return holding.state(db, PostId(entry.target_id))


def _set_hold_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    holding.set_back(db, PostId(entry.target_id), wanted, here)


def _spam_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return marking_spam.state(db, entry.target_id)


def _set_spam_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, here
    marking_spam.set_back(db, entry.target_id, wanted)


def _hook_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return hooking.state(db, entry.target_id)


def _set_hook_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    hooking.set_back(db, actor, entry.target_id, wanted, here)


def _server_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del entry
    return choosing.picture_state(db) if PICTURE in names else choosing.state(db)


def _set_server_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, entry
    if PICTURE in wanted:
        choosing.set_picture_back(db, wanted, here)
    else:
        choosing.set_back(db, wanted)


def _reachable_of_server(db: Reader, entry: Entry, before: State) -> State:
    del entry
    return choosing.reachable_picture(db, before) if PICTURE in before else before


def _trend_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return reviewing_trends.state(db, entry.target_kind, entry.target_id)


def _set_trend_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    reviewing_trends.set_back(db, entry.target_kind, entry.target_id, wanted, here)


def _announcement_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    return announcing.state(db, entry.target_id, names)


def _set_announcement_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    announcing.set_back(db, entry.target_id, wanted, here)


def _reason_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return keeping_reasons.state(db, entry.target_id)


def _set_reason_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, here
    keeping_reasons.set_back(db, entry.target_id, wanted)


def _emoji_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    return keeping_emoji.state(db, entry.target_id, names)


def _set_emoji_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    keeping_emoji.set_back(db, entry.target_id, wanted, here)


def _invitation_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return inviting.state(db, entry.target_id)


def _set_invitation_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, wanted, here
    inviting.set_back(db, entry.target_id)


def _text_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return stating.kept(db, entry.target_name)


def _set_text_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    stating.set_back(db, entry.target_name, wanted, here)


def _terms_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return stating.kept_terms(db, entry.target_name)


def _set_terms_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor
    stating.set_terms_back(db, entry.target_name, wanted, here)


def _appeal_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return reopening_appeals.state(db, entry.target_id, auditing.after(entry))


def _set_appeal_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del wanted
    reopening_appeals.set_back(db, actor, entry.target_id, auditing.after(entry), here)


def _list_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return block_lists.state(db, str(auditing.after(entry)["url"]))


def _set_list_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, entry
    block_lists.set_back(db, wanted, here)


def _import_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del db, names  # what was decided otherwise since stays, one by one
    return auditing.after(entry)


def _set_import_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, wanted
    importing_decisions.set_back(db, entry.id, here)


def _taken_down_state(db: Reader, entry: Entry, names: frozenset[str]) -> State:
    del names
    return deciding_on_mirrors.state(db, entry.target_name)


def _set_taken_down_back(db: Writer, actor: Actor, entry: Entry, wanted: State, here: Server) -> None:
    del actor, wanted, here
    deciding_on_mirrors.set_back(db, entry.target_name)


_KINDS: dict[str, _Kind] = {
    "account": _Kind(sanctioning.MAY_ACT, _account_state, _set_account_back),
    "holder": _Kind(Permission.MANAGE_ROLES, _holder_state, _set_holder_back),
    "role": _Kind(Permission.MANAGE_ROLES, _role_state, _set_role_back),
    "report": _Kind(Permission.MANAGE_REPORTS, _report_state, _set_report_back),
    "rule": _Kind(Permission.MANAGE_RULES, _rule_state, _set_rule_back),
    "held_post": _Kind(Permission.MANAGE_REPORTS, _hold_state, _set_hold_back),
    "spam_mark": _Kind(Permission.MANAGE_REPORTS, _spam_state, _set_spam_back),
    "web_hook": _Kind(Permission.MANAGE_WEBHOOKS, _hook_state, _set_hook_back),
    "server": _Kind(Permission.MANAGE_SETTINGS, _server_state, _set_server_back, _reachable_of_server),
    "peer": _Kind(Permission.MANAGE_FEDERATION, _peer_state, _set_peer_back),
    "announcement": _Kind(Permission.MANAGE_ANNOUNCEMENTS, _announcement_state, _set_announcement_back),
    "reason": _Kind(Permission.MANAGE_SETTINGS, _reason_state, _set_reason_back),
    "emoji": _Kind(Permission.MANAGE_CUSTOM_EMOJIS, _emoji_state, _set_emoji_back),
    "invitation": _Kind(Permission.MANAGE_INVITES, _invitation_state, _set_invitation_back),
    "terms": _Kind(Permission.MANAGE_SETTINGS, _terms_state, _set_terms_back),
    "appeal": _Kind(Permission.MANAGE_APPEALS, _appeal_state, _set_appeal_back),
    "list": _Kind(Permission.MANAGE_FEDERATION, _list_state, _set_list_back),
    "import": _Kind(Permission.MANAGE_FEDERATION, _import_state, _set_import_back),
    "text": _Kind(Permission.MANAGE_SETTINGS, _text_state, _set_text_back),
    deciding_on_mirrors.TAKEN_DOWN: _Kind(deciding_on_mirrors.MAY, _taken_down_state, _set_taken_down_back),
    **dict.fromkeys(
        reviewing_trends.TARGETS, _Kind(Permission.MANAGE_TAXONOMIES, _trend_state, _set_trend_back)
    ),
    **dict.fromkeys(sign_up_blocks.KINDS, _Kind(Permission.MANAGE_BLOCKS, _block_state, _set_block_back)),
}
