"""Accounts and their history in short, as several pages of the desk show them."""

from collections.abc import Collection, Mapping, Sequence

from martlet.model.accounts import Account
from martlet.model.audit import Entry
from martlet.model.ids import moment_of
from martlet.model.names import NOBODY, AccountId
from martlet.model.sanctions import Measure, Strike
from martlet.model.server import moment
from martlet.services import undoing
from martlet.storage import accounts, audit, strikes
from martlet.storage.account_review import Reviewed
from martlet.storage.database import Reader
from martlet.storage.reports import Report
from martlet.web import addresses, faces
from martlet.web.cards import Face
from martlet.web.desk import places, words
from martlet.web.desk_pages import Press, Row, Tag, Value
from martlet.web.visits import Visit
from martlet.web.wording import counted, sentence

COMMAND = sentence("by a command")
QUOTED = 400


def face_of(visit: Visit, account: Account) -> Face:
    return faces.face(account, visit.here, is_inside=True)


def many(db: Reader, ids: Collection[AccountId | None]) -> Mapping[AccountId, Account]:
    return accounts.many(db, {id for id in ids if id})


def named(found: Mapping[AccountId, Account], id: AccountId | None) -> Value:
    """Who did something: nobody is the operator."""
    if id is None or id == NOBODY or id not in found:
        return COMMAND
    return f"@{found[id].handle}"


def at_desk(account: AccountId) -> str:
    return addresses.at(places.ACCOUNT, id=str(account))


def tags(account: Account, person: Reviewed | None = None) -> tuple[Tag, ...]:
    states = {
        "pending": person is not None and person.approved_at is None,
        "unconfirmed": person is not None and person.confirmed_at is None,
        "sensitized": account.sensitized_at is not None,
        "limited": account.limited_at is not None,
        "frozen": person is not None and person.disabled_at is not None,
        "suspended": account.suspended_at is not None,
        "leaving": account.deletes_at is not None or account.deleted_at is not None,
        "moved": account.moved_to_id is not None,
    }
    return tuple(words.STATES[name] for name, is_so in states.items() if is_so)


def strike_rows(db: Reader, found: Sequence[Strike]) -> tuple[Row, ...]:
    """What was decided against somebody."""
    people = many(db, [one.by_id for one in found])
    rows = []
    for one in found:
        appeal = strikes.find_appeal(db, one.id)
        marks = [Tag(words.TAKEN_BACK, "off")] if one.overruled_at is not None else []
        if appeal is not None and appeal.is_approved is None:
            marks.append(Tag(sentence("appeal waits"), "note"))
        rows.append(
            Row(
                words.DONE[Measure(one.measure)],
                said=(moment(one.created_at), named(people, one.by_id)),
                tags=tuple(marks),
                drawing="warn",
                quote=one.text[:QUOTED],
            )
        )
    return tuple(rows)


def report_rows(db: Reader, visit: Visit, found: Sequence[Report]) -> tuple[Row, ...]:
    people = many(db, [id for one in found for id in (one.account_id, one.about_id, one.assigned_id)])
    return tuple(_report_row(visit, one, people) for one in found)


def _report_row(visit: Visit, one: Report, people: Mapping[AccountId, Account]) -> Row:
    about = people.get(one.about_id)
    said: list[Value] = [words.CATEGORIES.get(one.category, one.category), moment(one.created_at)]
    if one.posts:
        said.append(counted("one post", "{n} posts", n=len(one.posts)))
    if one.host:
        said.append(sentence("from {host}", host=one.host))
    elif one.account_id in people:
        said.append(sentence("reported by {name}", name=f"@{people[one.account_id].handle}"))
    marks = [Tag(sentence("closed"), "off")] if one.resolved_at is not None else []
    if one.assigned_id is not None and one.assigned_id in people and one.resolved_at is None:
        marks.append(Tag(f"@{people[one.assigned_id].username}"))
    return Row(
        f"@{about.handle}" if about is not None else f"#{one.id}",
        addresses.at(places.REPORT, id=str(one.id)),
        said=tuple(said),
        tags=tuple(marks),
        face=face_of(visit, about) if about is not None else None,
        quote=one.comment[:QUOTED],
    )


def entry_rows(
    db: Reader, visit: Visit, found: Sequence[Entry], *, are_undoable: bool = True
) -> tuple[Row, ...]:
    """What those who look after the server did, each with a way to take it back, or why there is none."""
    people = many(db, [one.actor_id for one in found])
    undone = audit.undone_by(db, [one.id for one in found])
    rows = []
    for one in found:
        marks = []
        if one.undoes_id is not None or one.id in undone:
            marks.append(Tag(words.TAKEN_BACK, "off"))
        obstacle = undoing.obstacle(one, visit.here)
        may_undo = are_undoable and one.id not in undone and obstacle is None
        why_not = words.why_not(one.act, obstacle) if one.id not in undone else None
        way = Press(sentence("Take back"), addresses.at(places.UNDO, id=str(one.id)), about=one.target_name)
        rows.append(
            Row(
                words.act(one.act),
                said=(
                    *((one.target_name,) if one.target_name else ()),
                    named(people, one.actor_id),
                    moment_of(one.id),
                    *((why_not,) if why_not is not None else ()),
                ),
                tags=tuple(marks),
                drawing="box",
                quote=one.reason,
                presses=(way,) if may_undo else (),
            )
        )
    return tuple(rows)
