"""Keeping somebody away: mute and block, with a plain choice of how and for how long; and telling the moderators."""

from collections.abc import Iterable

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.services import blocking, reporting
from martlet.services.reporting import Complaint
from martlet.storage import accounts, listings, packs, posts, relations, server_values
from martlet.storage.database import Reader, Writer
from martlet.storage.listings import OfAccount
from martlet.web import addresses, faces, people, showing, undoing
from martlet.web.contact_pages import BlockPage, MutePage, Pick, ReportPage, Step
from martlet.web.joining import rule_cards
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()

DURATIONS = ("1800", "3600", "86400", "259200", "604800", "2592000")
"""Seconds."""
SHOWN = 20
CATEGORIES = ("spam", "violation", "legal", "other")
DISLIKE = "dislike"
"""What is no matter for moderators: muting and blocking are offered instead."""
STEPS: tuple[Step, ...] = ("what", "rules", "posts", "words", "done")
RULE, POST, PACK = "rule_", "post_", "pack_"


def _account(db: Reader, visit: Visit) -> Account:
    """Whom it is about, never oneself. Raises `NotFound`."""
    id = id_from(visit.params["id"])
    if id is None or id == visit.account:
        raise NotFound
    return accounts.get_shown(db, AccountId(id))


def _home_of(account: Account) -> str:
    return addresses.at(addresses.PROFILE, username=account.handle)


# -- mute and block ------------------------------------------------------


@pages.get(addresses.MUTE, access="member")
async def ask_mute(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_mute, visit))


def _mute(db: Reader, visit: Visit) -> MutePage:
    account = _account(db, visit)
    there = relations.between(db, visit.account, [account.id], visit.here.now_ms()).get(account.id)
    is_quiet = there is None or there.hides_notifications is None or bool(there.hides_notifications)
    face = faces.face_with_emoji(db, account, visit.here, is_inside=True)
    return MutePage(str(account.id), face, is_quiet=is_quiet)


@pages.post(addresses.MUTE, access="member")
async def mute(visit: Visit) -> Answer:
    account = await visit.store.reading(_account, visit)
    await visit.store.writing(_do_mute, visit, account.id, _seconds(visit), "quiet" in visit.form)
    undo = undoing.token(visit, "unmute", account.id)
    return visit.go(_home_of(account), done="mute_done", undo=undo)


def _do_mute(db: Writer, visit: Visit, muted: AccountId, seconds: int, is_quiet: bool) -> None:  # noqa: FBT001  of the form
    blocking.mute(db, visit.account, muted, visit.here, hides_notifications=is_quiet, seconds=seconds)


def _seconds(visit: Visit) -> int:
    """For how long; 0: for good."""
    said = visit.form.get("seconds", "")
    return int(said) if said in DURATIONS else 0


@pages.get(addresses.BLOCK, access="member")
async def ask_block(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_block, visit))


def _block(db: Reader, visit: Visit) -> BlockPage:
    account = _account(db, visit)
    face = faces.face_with_emoji(db, account, visit.here, is_inside=True)
    return BlockPage(str(account.id), face, account.host)


@pages.post(addresses.BLOCK, access="member")
async def block(visit: Visit) -> Answer:
    account = await visit.store.reading(_account, visit)
    await visit.store.writing(_do_block, visit, account.id, _seconds(visit))
    undo = undoing.token(visit, "unblock", account.id)
    return visit.go(_home_of(account), done="block_done", undo=undo)


def _do_block(db: Writer, visit: Visit, blocked: AccountId, seconds: int) -> None:
    blocking.block(db, visit.account, blocked, visit.here, seconds=seconds)


# -- a report, step by step ----------------------------------------------


@pages.get(addresses.REPORT, access="member")
async def step(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_step, visit))


def _step(db: Reader, visit: Visit) -> ReportPage:
    """The step that was asked for, or the one before it that is not complete."""
    said, account = visit.query, _account(db, visit)
    category = said.get("category", "")
    asked: Step = next((one for one in STEPS if one == said.get("step")), "what")
    if asked in ("what", "done"):
        return _page(db, visit, account, asked, said)
    if category == DISLIKE:
        return _page(db, visit, account, "done", said)
    if category not in CATEGORIES:
        problem = Problem("category", sentence("Please choose one."))
        return _page(db, visit, account, "what", said, (problem,))
    rules = _picked(said, RULE)
    if category == "violation" and (asked == "rules" or not rules):
        is_next = asked != "rules" and "chose_rules" in said
        problem = Problem("rules", sentence("Please choose one."))
        return _page(db, visit, account, "rules", said, (problem,) if is_next else ())
    return _page(db, visit, account, "words" if asked == "words" else "posts", said)


def _page(
    db: Reader,
    visit: Visit,
    account: Account,
    at: Step,
    said: dict[str, str],
    problems: tuple[Problem, ...] = (),
) -> ReportPage:
    """`carried` is what was said in other steps than this one."""
    own = {"what": ("category",), "rules": (RULE,), "posts": (POST, PACK)}.get(at, ())
    carried = [
        (name, value)
        for name, value in said.items()
        if name.startswith(("category", RULE, POST, PACK)) and not name.startswith(own)
    ]
    return ReportPage(
        id=str(account.id),
        person=faces.face_with_emoji(db, account, visit.here, is_inside=True),
        step=at,
        between=people.between(db, visit, account),
        carried=tuple(carried),
        category=said.get("category", ""),
        picks=_picks(db, visit, account, at, said),
        packs=_named_packs(db, visit, account, said) if at == "posts" else (),
        host=account.host,
        text=said.get("text", ""),
        is_forwarded="forward" in said,
        back=_home_of(account),
        problems=problems,
    )


def _picks(db: Reader, visit: Visit, account: Account, at: Step, said: dict[str, str]) -> tuple[Pick, ...]:
    if at == "rules":
        kept = server_values.rules(db)
        texts = [one.text for one in rule_cards(kept, visit.language)]
        chosen = set(_picked(said, RULE))
        return tuple(Pick(str(one.id), text, one.id in chosen) for one, text in zip(kept, texts, strict=True))
    if at != "posts":
        return ()
    meant = set(_posts(_picked(said, POST)))
    shown = listings.by(db, account.id, visit.account, Page(limit=SHOWN), OfAccount(has_boosts=False))
    older = posts.shown(db, meant - {one.id for one in shown}, visit.account) if meant else []
    cards = showing.cards(db, [*older, *shown], visit.here, reader=visit.account)
    return tuple(
        Pick(card.id, card.preview, PostId(int(card.id)) in meant, card.published_at)
        for card in cards
        if card.author.handle == f"@{account.username}@{account.host or visit.here.host}"
    )


def _named_packs(db: Reader, visit: Visit, account: Account, said: dict[str, str]) -> tuple[Pick, ...]:
    """Those from whose pages the report began."""
    meant = packs.shown(db, _picked(said, PACK), visit.account)
    return tuple(Pick(str(one.id), one.name, is_chosen=True) for one in meant if one.account_id == account.id)


def _picked(said: dict[str, str], kind: str) -> list[int]:
    found = (id_from(name.removeprefix(kind)) for name in said if name.startswith(kind))
    return [id for id in found if id is not None][: reporting.POSTS]


@pages.post(addresses.REPORT, access="member")
async def report(visit: Visit) -> Answer:
    said = visit.form
    account = await visit.store.reading(_account, visit)
    complaint = Complaint(
        account=visit.account,
        about=account.id,
        category=said.get("category", "other"),
        comment=visit.field("text", 4 * reporting.COMMENT),
        posts=_posts(_picked(said, POST)),
        packs=tuple(_picked(said, PACK)),
        rules=tuple(_picked(said, RULE)),
        is_to_be_forwarded="forward" in said,
    )
    try:
        await visit.store.writing(reporting.report, complaint, visit.here)
    except (InvalidInput, TooMany) as error:
        problems = tuple(Problem("text", one.sentence) for one in problems_of(error))
        page = await visit.store.reading(_page, visit, account, "words", said, problems)
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    return visit.go(addresses.at(addresses.REPORT, id=str(account.id)), step="done", done="reported")


def _posts(ids: Iterable[int]) -> tuple[PostId, ...]:
    return tuple(PostId(id) for id in ids)
