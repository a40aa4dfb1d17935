"""Working on reports: who does, what was found, and closing them."""

import json
from dataclasses import dataclass

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import ReportChanged
from martlet.model.names import NOBODY, AccountId, ReportId
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, permitting
from martlet.services.profiles import TextTooLong
from martlet.services.reporting import CATEGORIES
from martlet.storage import reports, server_values
from martlet.storage.database import Reader, Writer
from martlet.storage.reports import Note, Report
from martlet.text.cleaning import many_lines

NOTE = 2000
NOTES = 200
SET_BY_NAME = ("category", "rule_ids", "assigned_id", "resolved_at", "resolved_by")
"""What acts change, and undoing puts back."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a report is about, in the eyes of who works on it; None: as it is."""

    category: str | None = None
    rules: tuple[int, ...] | None = None


def get(db: Reader, id: ReportId) -> Report:
    """For those only who work on reports. Raises `NotFound`."""
    report = reports.many(db, [id]).get(id)
    if report is None:
        raise NotFound
    return report


def correct(db: Writer, actor: Actor, id: ReportId, correction: Correction, here: Server) -> None:
    """Raises `NotAllowed`, `NotFound`, `InvalidInput`."""
    report = _locked(db, actor, id)
    category = report.category if correction.category is None else correction.category
    if category not in CATEGORIES:
        raise InvalidInput("Validation failed: Category is not included in the list", "category")
    named = list(report.rules if correction.rules is None else dict.fromkeys(correction.rules))
    if category != "violation":
        named = []
    elif not named or not {rule.id for rule in server_values.rules(db)}.issuperset(named):
        raise InvalidInput("Validation failed: Rule ids does not reference valid rules", "rule_ids")
    _change(db, actor, report, "report.correct", {"category": category, "rule_ids": json.dumps(named)}, here)


def assign(db: Writer, actor: Actor, id: ReportId, to: AccountId | None, here: Server) -> None:
    """Somebody works on it, or nobody any more. Raises `NotAllowed`, `NotFound`."""
    report = _locked(db, actor, id)
    _change(
        db, actor, report, "report.unassign" if to is None else "report.assign", {"assigned_id": to}, here
    )


def resolve(db: Writer, actor: Actor, id: ReportId, here: Server) -> None:
    """Nothing more is to be done about it. Raises `NotAllowed`, `NotFound`."""
    report = _locked(db, actor, id)
    if report.resolved_at is None:
        wanted: State = {"resolved_at": here.now_ms(), "resolved_by": actor.account}
        _change(db, actor, report, "report.resolve", wanted, here)


def reopen(db: Writer, actor: Actor, id: ReportId, here: Server) -> None:
    """Raises `NotAllowed`, `NotFound`."""
    report = _locked(db, actor, id)
    _change(db, actor, report, "report.reopen", {"resolved_at": None, "resolved_by": None}, here)


def set_back(db: Writer, id: ReportId, state: State, here: Server) -> None:
    """What an undoing does. Raises `NotFound`."""
    get(db, id)
    wanted = {name: value for name, value in state.items() if name in SET_BY_NAME}
    reports.update(db, id, **wanted, changed_at=here.now_ms())
    db.emit(ReportChanged(id))


def state(report: Report, names: frozenset[str]) -> State:
    """Those of the values that acts change, as they are."""
    return {name: getattr(report, name) for name in SET_BY_NAME if name in names}


def target(report: Report) -> Target:
    return Target("report", report.id, f"#{report.id}")


def _locked(db: Writer, actor: Actor, id: ReportId) -> Report:
    permitting.check_actor(actor, Permission.MANAGE_REPORTS)
    report = reports.lock(db, id)
    if report is None:
        raise NotFound
    return report


def _change(db: Writer, actor: Actor, report: Report, act: str, wanted: State, here: Server) -> None:
    before = state(report, frozenset(wanted))
    if before == wanted:
        return
    reports.update(db, report.id, **wanted, changed_at=here.now_ms())
    db.emit(ReportChanged(report.id))
    auditing.record(db, actor, act, target(report), before, wanted, here, report=report.id)


# -- notes ---------------------------------------------------------------


def add_note(db: Writer, actor: Actor, id: ReportId, text: str, here: Server) -> Note:
    """Raises `NotAllowed`, `NotFound`, `InvalidInput`."""
    report = _locked(db, actor, id)
    text = many_lines(text).strip()
    if not text:
        raise InvalidInput("Validation failed: Content can't be blank", "content")
    if len(text) > NOTE:
        raise TextTooLong("Content", "content", NOTE)
    if reports.count_notes(db, id) >= NOTES:
        raise InvalidInput(f"A report can have {NOTES} notes.", "content")
    note = Note(here.next_id(), report.id, actor.account, text)
    reports.insert_note(db, note)
    return note


def remove_note(db: Writer, actor: Actor, id: ReportId, note: int) -> None:
    """One's own note; somebody above its author may remove it too. Raises `NotAllowed`, `NotFound`."""
    _locked(db, actor, id)
    found = reports.find_note(db, note)
    if found is None or found.report_id != id:
        raise NotFound
    if found.author_id != actor.account:
        if found.author_id == NOBODY:
            raise permitting.refusal()
        permitting.check_outranks(db, actor, found.author_id)
    reports.delete_note(db, note)
