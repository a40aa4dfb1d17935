"""Why am I shown this? Not in Mastodon; docs/guide/trends.md has the rules."""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.mastodon.routing import Api, Call, id_in
from martlet.mastodon.serialize import reasons
from martlet.mastodon.serialize import trends as serialize
from martlet.mastodon.trend_entities import Why, WhyRule
from martlet.mastodon.trends import visible_posts
from martlet.model.errors import InvalidInput, NotFound, NotSignedIn
from martlet.model.names import AccountId, PostId
from martlet.model.trends import HALF_LIFE_HOURS, WINDOW_HOURS, TrendKind
from martlet.services import suggesting, trending
from martlet.storage import cards, tags, trends
from martlet.storage.database import Reader
from martlet.text import web_links
from martlet.text.hashtags import hashtag_key
from martlet.text.urls import InvalidUrl

api = Api()


class WhyForm(Struct, frozen=True, kw_only=True):
    """One of these."""

    tag: Annotated[str | None, Meta(description="A hashtag's name.")] = None
    link: Annotated[str | None, Meta(description="A page's address.")] = None
    status: Annotated[str | None, Meta(description="The id of a post.")] = None
    account: Annotated[
        str | None, Meta(description="The id of an account that may be suggested; needs a token.")
    ] = None


@api.get("/api/v1/martlet/why", scope="read", access="public", form=WhyForm, is_slow=True, returns=Why)
def why(db: Reader, call: Call[WhyForm]) -> Why:
    """Why the caller is shown a trending hashtag, link or post, or is suggested an account. Not in Mastodon."""
    form = call.form
    given = [one for one in (form.tag, form.link, form.status, form.account) if one is not None]
    if len(given) != 1:
        raise InvalidInput("One of tag, link, status and account has to be given")
    if form.account is not None:
        return _suggested(db, call, AccountId(id_in(form.account)))
    kind, subject = _subject(db, call)
    language = reasons.language_of(db, call.account, call.here)
    found = trends.find(db, kind, subject) if subject is not None else None
    rule = WhyRule(
        least_people=call.here.trend_people,
        window_hours=WINDOW_HOURS,
        half_life_hours=HALF_LIFE_HOURS[kind],
    )
    if found is None or call.here.trends == "off" or not trending.is_shown(found, call.here):
        return Why(
            is_shown=False,
            text=reasons.not_shown(language),
            trend=None,
            rule=rule,
            suggestion=None,
            sources=[],
        )
    reason = serialize.reason(found, language)
    return Why(is_shown=True, text=reason.text, trend=reason, rule=rule, suggestion=None, sources=[])


def _subject(db: Reader, call: Call[WhyForm]) -> tuple[TrendKind, int | None]:
    """What is asked about; None for what cannot trend for the caller."""
    form = call.form
    if form.tag is not None:
        tag = tags.find(db, hashtag_key(form.tag))
        return TrendKind.TAG, tag.id if tag else None
    if form.link is not None:
        try:
            return TrendKind.LINK, cards.find_linked(db, web_links.normalised(form.link))
        except InvalidUrl:
            return TrendKind.LINK, None
    id = PostId(id_in(form.status or ""))
    if not visible_posts(db, call, [id]):
        raise NotFound
    return TrendKind.POST, id


def _suggested(db: Reader, call: Call[WhyForm], account: AccountId) -> Why:
    if not call.account:
        raise NotSignedIn("The access token is invalid")
    language = reasons.language_of(db, call.account, call.here)
    found = suggesting.why(db, call.account, account, call.here)
    if found is None:
        return Why(
            is_shown=False,
            text=reasons.not_shown(language),
            trend=None,
            rule=None,
            suggestion=None,
            sources=[],
        )
    reason = reasons.suggestion(found, language)
    return Why(
        is_shown=True,
        text=reason.text,
        trend=None,
        rule=None,
        suggestion=reason,
        sources=list(found.sources),
    )
