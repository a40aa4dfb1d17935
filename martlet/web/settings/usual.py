"""What is usual for somebody's posts, unless a post says otherwise."""

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.replying import EVERYBODY, WORDS, ReplyPolicy
from martlet.model.visibility import Visibility
from martlet.services import profiles, replying
from martlet.services.profiles import Change
from martlet.storage import accounts, users
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, showing, writing
from martlet.web.cards import Audience
from martlet.web.settings_pages import UsualPage
from martlet.web.typed import VISIBILITIES
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

AUDIENCES: tuple[Audience, ...] = ("public", "unlisted", "private")
ANSWERED = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS)
"""The visibilities of posts about which one may say who answers them."""


@pages.get(addresses.USUAL, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> UsualPage:
    user = users.find(db, visit.account)
    policy = replying.default(accounts.preferred_replying(db, visit.account), Visibility.PUBLIC)
    language = (user.default_language if user else None) or visit.language.value
    return UsualPage(
        audience=showing.AUDIENCES[user.default_visibility] if user else "public",
        language=language,
        languages=writing.languages_with(language),
        is_sensitive=bool(user and user.default_sensitive),
        quoting=user.default_quoting if user else "public",
        answers=policy.automatic[0] if policy.automatic else "mentioned",
        may_ask=bool(policy.manual),
        ends=str((user.default_lifetime if user else None) or ""),
        is_here_only=bool(user and user.default_local_only),
    )


@pages.post(addresses.USUAL, access="member")
async def change(visit: Visit) -> Answer:
    typed = _typed(visit)
    try:
        await visit.store.writing(_prefer, visit, typed)
    except InvalidInput as error:
        problems = tuple(Problem("", one.sentence) for one in problems_of(error))
        return visit.page(replace(typed, problems=problems), 422)
    return visit.go(addresses.USUAL, done="saved")


def _typed(visit: Visit) -> UsualPage:
    form = visit.form
    audience: Audience = next((one for one in AUDIENCES if one == form.get("audience")), "public")
    answers = form.get("answers", "")
    ends = form.get("ends", "")
    language = visit.field("language", 20)
    return UsualPage(
        audience=audience,
        language=language,
        languages=writing.languages_with(language),
        is_sensitive="sensitive" in form,
        quoting=form.get("quoting", "public"),
        answers=answers if answers in WORDS else EVERYBODY,
        may_ask="may_ask" in form,
        ends=ends if ends.isdecimal() and len(ends) < 12 else "",  # noqa: PLR2004  what no lifetime has
        is_here_only="here_only" in form,
    )


def _prefer(db: Writer, visit: Visit, typed: UsualPage) -> None:
    wanted = Change(
        default_visibility=VISIBILITIES[typed.audience],
        default_language=typed.language or None,
        default_sensitive=typed.is_sensitive,
        default_quoting=typed.quoting,
        default_local_only=typed.is_here_only,
        default_lifetime=int(typed.ends) if typed.ends else None,
    )
    profiles.change(db, visit.account, wanted, visit.here)
    asking = (EVERYBODY,) if typed.may_ask and typed.answers != EVERYBODY else ()
    policy = ReplyPolicy((typed.answers,), asking)
    replying.prefer(db, visit.account, dict.fromkeys(ANSWERED, policy))
