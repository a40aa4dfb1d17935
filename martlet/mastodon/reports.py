"""Telling the moderators: https://docs.joinmastodon.org/methods/reports/"""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, id_in
from martlet.mastodon.serialize import reports as serialize
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId, PostId
from martlet.services import reporting
from martlet.services.reporting import Complaint
from martlet.storage.database import Writer

api = Api()


class ReportForm(Struct, frozen=True):
    account_id: Annotated[str, Meta(description="Whom it is about.")]
    status_ids: list[str] | None = None
    collection_ids: list[str] | None = None
    comment: str | None = None
    forward: Annotated[bool | None, Meta(description="Whether to tell the moderators of their server.")] = (
        None
    )
    category: Annotated[str | None, Meta(description="spam, legal, violation or other.")] = None
    rule_ids: list[str] | None = None

    def complaint(self, account: AccountId) -> Complaint:
        """Raises `NotFound` and `InvalidInput` for what are no ids."""
        return Complaint(
            account=account,
            about=AccountId(id_in(self.account_id)),
            category=self.category or "other",
            comment=self.comment or "",
            posts=tuple(PostId(id_in(one)) for one in self.status_ids or () if one),
            packs=tuple(id_in(one) for one in self.collection_ids or () if one),
            rules=tuple(rule_id(one) for one in self.rule_ids or () if one),
            is_to_be_forwarded=bool(self.forward),
        )


def rule_id(text: str) -> int:
    """Raises `InvalidInput` for what is no rule's."""
    try:
        return id_in(text)
    except NotFound:
        raise InvalidInput("Validation failed: Rule ids does not reference valid rules", "rule_ids") from None


@api.post("/api/v1/reports", scope="write:reports", form=ReportForm, returns=entities.Report)
def create(db: Writer, call: Call[ReportForm]) -> entities.Report:
    """https://docs.joinmastodon.org/methods/reports/#post"""
    return serialize.entity(db, reporting.report(db, call.form.complaint(call.account), call.here), call.here)
