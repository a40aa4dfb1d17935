"""
What those who look after the server do against an account, and taking it back.

Each act is written down with the change itself: in the audit log, and as a
strike that its owner reads and may appeal against. Who may act is asked of
`permitting`; the measures themselves are in `moderating`.
"""

import json
from collections.abc import Sequence

from martlet.model.accounts import Account
from martlet.model.audit import State
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import MailWanted, PostMarked, ReportChanged, StrikeGiven
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.roles import Actor, Permission
from martlet.model.sanctions import ABOUT_POSTS, STATES, Measure, Sanction, Strike
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import auditing, deleting, letters, mirroring, moderating, permitting
from martlet.services.profiles import TextTooLong
from martlet.storage import accounts, carried, logins, posts, presets, reports, strikes
from martlet.storage.database import Reader, Writer
from martlet.storage.reports import Report
from martlet.text.cleaning import many_lines

TEXT = 5000
POSTS = 100
DELETED = "A moderator has deleted the post."
"""Why a copy is handed on no more."""
MAY_ACT = Permission.MANAGE_USERS | Permission.MANAGE_REPORTS
"""One of these is enough."""


def act(db: Writer, actor: Actor, account: AccountId, sanction: Sanction, here: Server) -> Strike:
    """
    Do something against an account, tell its owner, and close the reports about it.

    A mere warning closes the one report it is about. Raises `NotAllowed`,
    `NotFound`, and `InvalidInput` for what cannot be done to such an account.
    """
    permitting.check_one_of(actor, MAY_ACT)
    accounts.lock(db, account)
    about = get_target(db, account)
    permitting.check_outranks(db, actor, account)
    report = _report(db, account, sanction)
    text = _text(db, sanction)
    concerned = _posts(db, account, sanction, report)
    before, after = _apply(db, about, sanction.measure, concerned, here)
    entry = auditing.record(
        db,
        actor,
        f"account.{sanction.measure}",
        auditing.account_target(db, account),
        before,
        after,
        here,
        report=report.id if report else None,
    )
    strike = Strike(
        id=here.next_id(),
        account_id=account,
        by_id=actor.account,
        measure=str(sanction.measure),
        text=text,
        report_id=report.id if report else None,
        post_ids=json.dumps([one.id for one in concerned]),
        entry_id=entry,
        overruled_at=None,
        created_at=here.now_ms(),
    )
    strikes.insert(db, strike)
    _close_reports(db, actor, strike, here)
    if sanction.tells and about.is_here:
        tell(db, strike)
    return strike


def lift(db: Writer, actor: Actor, account: AccountId, measure: Measure, here: Server) -> None:
    """Take a measure back; nothing where it is not in force. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_USERS)
    accounts.lock(db, account)
    about = get_target(db, account)
    permitting.check_outranks(db, actor, account)
    if measure is Measure.FREEZE and not about.is_here:
        raise NotFound
    name, before = STATES[measure], moderating.state(db, account)
    if measure is Measure.SUSPEND and about.deleted_at is not None:
        raise NotFound
    moderating.set_state(db, account, measure, here, is_on=False)
    if before[name]:
        target = auditing.account_target(db, account)
        auditing.record(db, actor, f"account.un_{measure}", target, {name: True}, {name: False}, here)


def get_target(db: Reader, account: AccountId) -> Account:
    """An account that may be acted upon, suspended or not. Raises `NotFound`, also for the server's own."""
    found = accounts.find(db, account)
    if found is None or found.id <= 0:
        raise NotFound
    return found


# -- the parts of an act -------------------------------------------------


def _report(db: Reader, account: AccountId, sanction: Sanction) -> Report | None:
    """Raises `NotFound` for a report about somebody else."""
    if sanction.report is None:
        return None
    report = reports.many(db, [sanction.report]).get(sanction.report)
    if report is None or report.about_id != account:
        raise NotFound
    return report


def _text(db: Reader, sanction: Sanction) -> str:
    """Raises `NotFound` for a preset that there is not, and `TextTooLong`."""
    beginning = ""
    if sanction.preset is not None:
        preset = presets.find(db, sanction.preset)
        if preset is None:
            raise NotFound
        beginning = preset.text
    text = "\n\n".join(one for one in (beginning, many_lines(sanction.text).strip()) if one)
    if len(text) > TEXT:
        raise TextTooLong("Text", "text", TEXT)
    return text


def _posts(db: Reader, account: AccountId, sanction: Sanction, report: Report | None) -> Sequence[Post]:
    """
    What the act is about: posts that were reported, and others that everybody may see.

    Raises `NotFound` for any other, so that nobody reaches private posts that were not reported to them.
    """
    wanted = list(dict.fromkeys(sanction.posts or (report.posts if report else ())))
    if len(wanted) > POSTS:
        raise InvalidInput(f"Validation failed: Status ids are too many (maximum is {POSTS})", "status_ids")
    reported = set(report.posts) if report else set()
    found = {one.id: one for one in posts.many_unfiltered(db, wanted)}
    if sanction.posts and any(
        id not in found
        or found[id].author_id != account
        or not (id in reported or found[id].visibility >= Visibility.UNLISTED)
        for id in wanted
    ):
        raise NotFound
    result = [found[id] for id in wanted if id in found and found[id].author_id == account]
    if sanction.measure in ABOUT_POSTS and not result:
        raise InvalidInput("Validation failed: Status ids can't be blank", "status_ids")
    return result


def _apply(
    db: Writer, about: Account, measure: Measure, concerned: Sequence[Post], here: Server
) -> tuple[State, State]:
    """What was so before, and what is so now."""
    if measure is Measure.WARN:
        return {}, {}
    if measure is Measure.MARK_POSTS:
        return mark_posts(db, [one.id for one in concerned if not one.is_sensitive])
    if measure is Measure.DELETE_POSTS:
        copies = carried.copies(db, [one.id for one in concerned])
        for one in concerned:
            deleting.delete(db, about.id, one.id, here, keeps_media=False)
        for copy in copies:
            mirroring.take_down(db, copy.digest, DELETED, here)
        return {"posts": len(concerned)}, {"posts": 0}
    if measure is Measure.FREEZE and not about.is_here:
        raise InvalidInput("Validation failed: Type is not included in the list", "type")
    name = STATES[measure]
    before = moderating.state(db, about.id)[name]
    moderating.set_state(db, about.id, measure, here, is_on=True)
    return {name: before}, {name: True}


def mark_posts(db: Writer, ids: Sequence[PostId]) -> tuple[State, State]:
    """Have posts shown as sensitive; which they were."""
    _set_sensitive(db, ids, 1)
    return {"sensitive_posts": []}, {"sensitive_posts": [str(id) for id in ids]}


def unmark_posts(db: Writer, ids: Sequence[PostId]) -> None:
    """Those of them that are still there are shown as they were; one to which its author gave a warning stays so."""
    _set_sensitive(db, [one.id for one in posts.many_unfiltered(db, ids) if not one.warning], 0)


def _set_sensitive(db: Writer, ids: Sequence[PostId], is_sensitive: int) -> None:
    for id in ids:
        posts.lock(db, id)
        posts.update(db, id, is_sensitive=is_sensitive)
        db.emit(PostMarked(id))


def _close_reports(db: Writer, actor: Actor, strike: Strike, here: Server) -> None:
    if strike.measure == Measure.WARN:
        ids = [strike.report_id] if strike.report_id is not None else []
    else:
        ids = reports.unresolved_about(db, strike.account_id)
    for id in ids:
        reports.resolve(db, id, actor.account, here.now_ms())
        db.emit(ReportChanged(id))


def tell(db: Writer, strike: Strike) -> None:
    """By a notification, and by a letter for those who cannot sign in any more."""
    db.emit(StrikeGiven(strike.id))
    login = logins.find_of_account(db, strike.account_id)
    if login is not None and login.confirmed_at is not None:
        db.emit(MailWanted(letters.STRIKE, login.email, login.locale, login.user, strike.id))
