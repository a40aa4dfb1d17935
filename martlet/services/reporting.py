"""Telling the moderators of somebody."""

import json
from dataclasses import dataclass

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AccountReported
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.server import Server
from martlet.services import attempting
from martlet.services.profiles import TextTooLong
from martlet.storage import accounts, packs, posts, reports, server_values
from martlet.storage.database import Writer
from martlet.storage.reports import Report
from martlet.text.cleaning import many_lines

COMMENT = 1000
POSTS, PACKS = 100, 100
CATEGORIES = ("spam", "legal", "violation", "other")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is reported. Rules make it a violation whatever else it is called."""

    account: AccountId
    about: AccountId
    category: str = "other"
    comment: str = ""
    posts: tuple[PostId, ...] = ()
    rules: tuple[int, ...] = ()
    is_to_be_forwarded: bool = False
    packs: tuple[int, ...] = ()


def report(db: Writer, complaint: Complaint, here: Server) -> Report:
    """
    Tell the moderators of an account and of some of its posts and packs.

    Raises `NotFound` for accounts that are not there and for posts and packs that are
    not theirs or that the reporter may not see; `InvalidInput`; `TooMany`.
    """
    attempting.count(db, attempting.REPORTS, str(complaint.account), here)
    about = accounts.get_shown(db, complaint.about)
    comment = many_lines(complaint.comment).strip()
    if len(comment) > COMMENT:
        raise TextTooLong("Comment", "comment", COMMENT)
    filed = Report(
        id=ReportId(here.next_id()),
        account_id=complaint.account,
        about_id=about.id,
        category=_category(db, complaint),
        comment=comment,
        is_forwarded=int(complaint.is_to_be_forwarded and not about.is_here),
        post_ids=json.dumps(_posts(db, complaint)),
        rule_ids=json.dumps(list(dict.fromkeys(complaint.rules))),
        created_at=here.now_ms(),
        resolved_at=None,
        pack_ids=json.dumps(_packs(db, complaint)),
    )
    reports.insert(db, filed)
    db.emit(AccountReported(filed.id))
    return filed


def _category(db: Writer, complaint: Complaint) -> str:
    category = "violation" if complaint.rules else complaint.category
    if category not in CATEGORIES:
        raise InvalidInput("Validation failed: Category is not included in the list", "category")
    known = {rule.id for rule in server_values.rules(db)}
    if category == "violation" and not (complaint.rules and known.issuperset(complaint.rules)):
        raise InvalidInput("Validation failed: Rule ids does not reference valid rules", "rule_ids")
    return category


def _posts(db: Writer, complaint: Complaint) -> list[PostId]:
    wanted = list(dict.fromkeys(complaint.posts))
    if len(wanted) > POSTS:
        raise InvalidInput(f"Validation failed: Status ids are too many (maximum is {POSTS})", "status_ids")
    seen = posts.details(db, [one.id for one in posts.shown(db, wanted, complaint.account)]).values()
    if len(seen) < len(wanted) or any(one.author_id != complaint.about for one in seen):
        raise NotFound
    return wanted


def _packs(db: Writer, complaint: Complaint) -> list[int]:
    wanted = list(dict.fromkeys(complaint.packs))
    if len(wanted) > PACKS:
        raise InvalidInput(
            f"Validation failed: Collection ids are too many (maximum is {PACKS})", "collection_ids"
        )
    seen = packs.shown(db, wanted, complaint.account) if wanted else []
    if len(seen) < len(wanted) or any(one.account_id != complaint.about for one in seen):
        raise NotFound
    return wanted
