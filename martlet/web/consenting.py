"""An app asks, its user answers: `/oauth/authorize` (RFC 6749 section 4.1)."""

from urllib.parse import urlencode

from martlet.http.answer import Answer
from martlet.model import redirects, scopes
from martlet.model.errors import InvalidInput
from martlet.services import authorizing
from martlet.services.authorizing import Asked, GrantRefused
from martlet.storage.oauth import App
from martlet.web import addresses, faces
from martlet.web.cards import AppCard
from martlet.web.pages import CodePage, ConsentPage, ErrorPage
from martlet.web.permissions import in_plain_words
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, sentence

pages = Pages()

LIMIT = 4000
FIELDS = {
    "response_type": "response_type",
    "client_id": "client_id",
    "redirect_uri": "redirect_uri",
    "scope": "scope",
    "state": "state",
    "code_challenge": "challenge",
    "code_challenge_method": "challenge_method",
}
"""OAuth's names to ours."""
TRUE = ("1", "true", "on", "yes")

UNKNOWN = {
    "invalid_client": sentence("This app is not known here. Perhaps it needs to be set up anew."),
    "invalid_redirect_uri": sentence(
        "The app asks for its answer at a place it did not name before. That could be a trap."
    ),
}


@pages.get(addresses.AUTHORIZE)
async def ask(visit: Visit) -> Answer:
    asked = _asked(visit.query)
    try:
        app = await visit.store.reading(authorizing.find_asking, asked)
    except GrantRefused as error:
        return visit.page(ErrorPage(400, UNKNOWN[error.code]), 400)
    try:
        wanted = authorizing.check_asked(app, asked)
    except GrantRefused as error:
        return _refused(visit, asked, error)
    here_again = _address(asked, visit.query.get("lang", ""))
    if visit.member is None or visit.query.get("force_login", "").lower() in TRUE:
        return visit.go(addresses.SIGN_IN, next=here_again)
    if visit.member.login.deletes_at is not None:
        return visit.go(addresses.DELETE_ACCOUNT)
    page = ConsentPage(
        app=AppCard(app.name, app.website),
        account=faces.face(visit.member.account, visit.here),
        permissions=in_plain_words(scopes.parse(wanted)),
        request=_pairs(asked),
        back_to=None if asked.redirect_uri == redirects.OUT_OF_BAND else redirects.place(asked.redirect_uri),
        switch_to=f"{addresses.SIGN_IN}?{urlencode({'next': here_again})}",
    )
    return visit.page(page, form_to=redirects.source(asked.redirect_uri))


@pages.post(addresses.AUTHORIZE, access="member")
async def answer(visit: Visit) -> Answer:
    asked = _asked(visit.form)
    try:
        app = await visit.store.reading(authorizing.find_asking, asked)
    except GrantRefused as error:
        return visit.page(ErrorPage(400, UNKNOWN[error.code]), 400)
    if visit.form.get("decision") != "allow":
        return _refused(visit, asked, GrantRefused("access_denied", "The app was not let in."))
    user = visit.signed_in.login.user
    try:
        code = await visit.store.writing(authorizing.allow, app, user, asked, visit.here)
    except GrantRefused as error:
        return _refused(visit, asked, error)
    return _told(visit, asked, app, code)


def _asked(values: dict[str, str]) -> Asked:
    found = {ours: values[name] for name, ours in FIELDS.items() if name in values}
    if any(len(value) > LIMIT for value in found.values()):
        raise InvalidInput("What the app asks is too long.")
    return Asked(**{"client_id": "", "redirect_uri": "", "response_type": ""} | found)


def _pairs(asked: Asked) -> tuple[tuple[str, str], ...]:
    return tuple((name, getattr(asked, ours)) for name, ours in FIELDS.items() if getattr(asked, ours))


def _address(asked: Asked, lang: str) -> str:
    """This page again, once somebody has signed in."""
    more = [("lang", lang)] if lang else []
    return f"{addresses.AUTHORIZE}?{urlencode([*_pairs(asked), *more])}"


def _told(visit: Visit, asked: Asked, app: App, code: str) -> Answer:
    if asked.redirect_uri == redirects.OUT_OF_BAND:
        return visit.page(CodePage(AppCard(app.name, app.website), code))
    return _back(visit, asked, code=code)


def _refused(visit: Visit, asked: Asked, error: GrantRefused) -> Answer:
    if asked.redirect_uri == redirects.OUT_OF_BAND:
        if error.code == "access_denied":
            return visit.go(addresses.SETTINGS)
        return visit.page(ErrorPage(400, Sentence("{text}", {"text": error.message})), 400)
    return _back(visit, asked, error=error.code, error_description=error.message)


def _back(visit: Visit, asked: Asked, **said: str) -> Answer:
    """To the app, which registered this very address; the only way from here to another host."""
    if asked.state:
        said["state"] = asked.state
    return visit.go(asked.redirect_uri, **said)
