"""What the owner states about the server at length: https://docs.joinmastodon.org/methods/instance/"""

from martlet.mastodon import server_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso
from martlet.model.errors import NotFound
from martlet.model.server import Server
from martlet.services import stating
from martlet.storage import server_texts
from martlet.storage.database import Reader
from martlet.storage.server_texts import Terms

api = Api()


@api.get("/api/v1/instance/extended_description", returns=server_entities.ExtendedDescription)
def extended_description(db: Reader, call: Call[NoForm]) -> server_entities.ExtendedDescription:
    """https://docs.joinmastodon.org/methods/instance/#extended_description"""
    del call
    text = stating.about(db)
    if text is None:
        return server_entities.ExtendedDescription(updated_at=None, content="")
    return server_entities.ExtendedDescription(updated_at=iso(text.updated_at), content=text.html)


@api.get("/api/v1/instance/privacy_policy", returns=server_entities.PrivacyPolicy)
def privacy_policy(db: Reader, call: Call[NoForm]) -> server_entities.PrivacyPolicy:
    """https://docs.joinmastodon.org/methods/instance/#privacy_policy"""
    text = stating.privacy(db, call.here)
    return server_entities.PrivacyPolicy(updated_at=iso(text.updated_at), content=text.html)


@api.get("/api/v1/instance/terms_of_service", returns=server_entities.TermsOfService)
def terms_of_service(db: Reader, call: Call[NoForm]) -> server_entities.TermsOfService:
    """https://docs.joinmastodon.org/methods/instance/#terms_of_service"""
    return _entity(db, stating.terms(db, call.here), call.here)


@api.get("/api/v1/instance/terms_of_service/{date}", returns=server_entities.TermsOfService)
def terms_of_a_day(db: Reader, call: Call[NoForm]) -> server_entities.TermsOfService:
    """https://docs.joinmastodon.org/methods/instance/#terms_of_service_date"""
    return _entity(db, server_texts.terms_of(db, call.params["date"]), call.here)


def _entity(db: Reader, terms: Terms | None, here: Server) -> server_entities.TermsOfService:
    if terms is None:
        raise NotFound
    return server_entities.TermsOfService(
        effective_date=terms.effective_on,
        effective=stating.is_effective(terms.effective_on, here),
        content=terms.html,
        succeeded_by=server_texts.successor(db, terms.effective_on),
    )
