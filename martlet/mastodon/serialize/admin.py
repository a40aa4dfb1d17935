"""What those who look after the server are shown of accounts, reports, appeals and each other's acts."""

from collections.abc import Collection, Sequence

import msgspec

from martlet.mastodon import admin_entities as entities
from martlet.mastodon import server_entities
from martlet.mastodon.serialize import accounts as serialize
from martlet.mastodon.serialize import warnings
from martlet.mastodon.serialize.statuses import StatusPages, json_list
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.audit import Entry
from martlet.model.ids import moment_of
from martlet.model.names import AccountId, PostId
from martlet.model.sanctions import Appeal, Strike
from martlet.model.server import Server, milliseconds
from martlet.services import auditing, undoing
from martlet.services.signing_in import Viewer
from martlet.storage import account_review, accounts, audit, carried, posts, roles, rules
from martlet.storage.account_review import Reviewed
from martlet.storage.database import Reader
from martlet.storage.reports import Note, Report

# -- accounts ------------------------------------------------------------


def account(db: Reader, id: AccountId, here: Server) -> entities.AdminAccount:
    """Raises `NotFound`."""
    accounts.get(db, id)
    return many(db, [id], here)[id]


def many(db: Reader, ids: Collection[AccountId], here: Server) -> dict[AccountId, entities.AdminAccount]:
    """https://docs.joinmastodon.org/entities/Admin_Account/"""
    found = accounts.many(db, ids)
    details = account_review.details(db, found)
    addresses = account_review.addresses(db, [one.user for one in details.values()])
    known_roles = roles.every(db) if details else {}
    shown = serialize.many(db, found.values(), here)
    result = {}
    for one, public in zip(found.values(), shown, strict=True):
        person = details.get(one.id)
        role = known_roles.get(person.role) if person else None
        ips = addresses.get(person.user, []) if person else []
        result[one.id] = entities.AdminAccount(
            id=str(one.id),
            username=one.username,
            domain=one.host or None,
            created_at=iso(person.created_at if person else one.created_at),
            email=person.email if person else None,
            ip=ips[0][0] if ips else None,
            ips=[entities.Ip(ip=address, used_at=iso(seen_at)) for address, seen_at in ips],
            locale=person.locale if person else None,
            invite_request=(person.reason or None) if person else None,
            role=serialize.role_entity(role) if role else None,
            confirmed=person is None or person.confirmed_at is not None,
            approved=person is None or person.approved_at is not None,
            disabled=person is not None and person.disabled_at is not None,
            silenced=one.limited_at is not None,
            suspended=one.suspended_at is not None,
            sensitized=one.sensitized_at is not None,
            account=public,
            **_how_they_joined(person),
        )
    return result


def _how_they_joined(person: Reviewed | None) -> dict[str, str]:
    known = (
        {}
        if person is None
        else {"created_by_application_id": person.app, "invited_by_account_id": person.invited_by}
    )
    return {name: str(id) for name, id in known.items() if id is not None}


# -- reports -------------------------------------------------------------


def reports(
    db: Reader, found: Sequence[Report], pages: StatusPages, viewer: Viewer, here: Server
) -> list[bytes]:
    """
    https://docs.joinmastodon.org/entities/Admin_Report/, each as JSON.

    The posts that were reported are in it whoever may see them else, and no others.
    """
    people: set[AccountId] = set()
    for report in found:
        people |= {report.account_id, report.about_id}
        people |= {one for one in (report.assigned_id, report.resolved_by) if one}
    shown = many(db, people, here)
    said = rules.many(db, {id for report in found for id in report.rules})
    reported, copies = _reported_posts(db, found, pages, viewer), _copies(db, found)
    result = []
    for report in found:
        entity = entities.AdminReport(
            id=str(report.id),
            action_taken=report.resolved_at is not None,
            action_taken_at=iso_or_none(report.resolved_at),
            category=report.category,
            comment=report.comment,
            forwarded=bool(report.is_forwarded),
            created_at=iso(report.created_at),
            updated_at=iso(report.changed_at or report.created_at),
            account=shown[report.account_id],
            target_account=shown[report.about_id],
            assigned_account=shown.get(report.assigned_id) if report.assigned_id else None,
            action_taken_by_account=shown.get(report.resolved_by) if report.resolved_by else None,
            statuses=[],
            collection_ids=[str(id) for id in report.packs],
            copies=[copies[id] for id in report.posts if id in copies],
            rules=[
                server_entities.Rule(
                    id=str(id), text=said[id].text, hint=said[id].hint, translations=said[id].in_languages
                )
                for id in report.rules
                if id in said
            ],
        )
        statuses = json_list([(reported[id],) for id in report.posts if id in reported])
        body = msgspec.json.encode(entity)
        result.append(body.replace(b'"statuses":[]', b'"statuses":' + statuses, 1))
    return result


def _copies(db: Reader, found: Sequence[Report]) -> dict[PostId, entities.CarriedCopy]:
    there = carried.copies(db, {id for report in found for id in report.posts})
    return {
        one.post_id: entities.CarriedCopy(
            status_id=str(one.post_id), uri=one.uri, digest=one.digest.hex(), carrier=one.carrier
        )
        for one in there
    }


def _reported_posts(
    db: Reader, found: Sequence[Report], pages: StatusPages, viewer: Viewer
) -> dict[PostId, bytes]:
    """Only those that are by whom the report is about."""
    about = {id: report.about_id for report in found for id in report.posts}
    shown = posts.shown_unfiltered(db, about)
    authors = posts.details(db, [one.id for one in shown])
    shown = [one for one in shown if one.id in authors and authors[one.id].author_id == about[one.id]]
    each = pages.each(db, shown, viewer)
    return {one.id: b"".join(parts) for one, parts in zip(shown, each, strict=True) if parts}


def note(db: Reader, one: Note, here: Server) -> entities.ReportNote:
    author = accounts.find(db, one.author_id) if one.author_id else None
    return entities.ReportNote(
        id=str(one.id),
        content=one.text,
        created_at=_made_at(one.id),
        account=None if author is None else serialize.entity(db, author, here),
    )


# -- decisions -----------------------------------------------------------


def entries(db: Reader, found: Sequence[Entry], here: Server) -> list[entities.AuditEntry]:
    people = accounts.many(db, {one.actor_id for one in found if one.actor_id})
    shown = dict(zip(people, serialize.many(db, people.values(), here), strict=True))
    undone = audit.undone_by(db, [one.id for one in found])
    return [
        entities.AuditEntry(
            id=str(one.id),
            action=one.act,
            created_at=_made_at(one.id),
            account=shown.get(one.actor_id),
            target_type=one.target_kind,
            target_id=str(one.target_id),
            target_name=one.target_name,
            report_id=None if one.report_id is None else str(one.report_id),
            before=auditing.before(one),
            after=auditing.after(one),
            reason=one.reason,
            undoes_id=None if one.undoes_id is None else str(one.undoes_id),
            undone_by_id=str(undone[one.id]) if one.id in undone else None,
            undoable=one.id not in undone and undoing.may_be_undone(one, here),
        )
        for one in found
    ]


def appeal(db: Reader, one: Appeal, strike: Strike, here: Server) -> entities.AdminAppeal:
    return entities.AdminAppeal(
        id=str(one.strike_id),
        text=one.text,
        state=one.state,
        created_at=iso(one.created_at),
        warning=warnings.entity(db, strike, here),
    )


def _made_at(id: int) -> str:
    return iso(milliseconds(moment_of(id)))
