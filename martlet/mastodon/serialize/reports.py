"""https://docs.joinmastodon.org/entities/Report/"""

from martlet.mastodon import entities
from martlet.mastodon.serialize import accounts as serialize
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.server import Server
from martlet.storage import accounts
from martlet.storage.database import Reader
from martlet.storage.reports import Report


def entity(db: Reader, report: Report, here: Server) -> entities.Report:
    return entities.Report(
        id=str(report.id),
        action_taken=report.resolved_at is not None,
        action_taken_at=iso_or_none(report.resolved_at),
        category=report.category,
        comment=report.comment,
        forwarded=bool(report.is_forwarded),
        created_at=iso(report.created_at),
        status_ids=[str(id) for id in report.posts],
        collection_ids=[str(id) for id in report.packs],
        rule_ids=[str(id) for id in report.rules] or None,
        target_account=serialize.entity(db, accounts.get(db, report.about_id), here),
    )
