"""Being told of news on this device while no page is open: Web Push, as apps have it."""

from msgspec.structs import replace

from martlet.http.answer import PRIVATE, Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.notifications import NotificationKind
from martlet.model.roles import Permission
from martlet.services import pushing
from martlet.storage import push, roles
from martlet.storage.database import Reader, Writer
from martlet.storage.push import PushSubscription
from martlet.web import addresses
from martlet.web.settings_pages import PushPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, sentence

pages = Pages()

K = NotificationKind
GROUPS: dict[str, tuple[Sentence, frozenset[NotificationKind]]] = {
    "mentions": (
        sentence("Somebody writes to me or quotes me"),
        frozenset({K.MENTION, K.QUOTE, K.PENDING_REPLY}),
    ),
    "follows": (
        sentence("Somebody follows me, or asks to"),
        frozenset({K.FOLLOW, K.FOLLOW_REQUEST, K.PACKED, K.PACK_CHANGED}),
    ),
    "marks": (sentence("Somebody likes or boosts what I wrote"), frozenset({K.LIKE, K.BOOST, K.REACTION})),
    "posts": (sentence("Those write of whom I want to hear every time"), frozenset({K.POST})),
    "changes": (
        sentence("A poll ends, or a post changes that I boosted or quoted"),
        frozenset({K.POLL, K.EDIT, K.QUOTED_EDIT}),
    ),
    "account": (
        sentence("Something is decided about my account"),
        frozenset({K.STRIKE, K.SEVERED, K.REFUSED}),
    ),
    "desk": (sentence("Somebody reports something, or is new here"), frozenset({K.REPORT, K.SIGN_UP})),
}
"""What can be chosen, by the name of its field. The last is for those who look after the server."""
AT_FIRST = frozenset({"mentions", "follows", "account"})
POLICIES = ("all", "followed", "follower")
ENDPOINT_LIMIT, KEY_LIMIT = 2048, 200


@pages.get(addresses.PUSH, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> PushPage:
    row = push.find_of_session(db, visit.signed_in.session.id)
    chosen = (
        AT_FIRST
        if row is None
        else frozenset(name for name, (_, kinds) in GROUPS.items() if kinds & row.kinds)
    )
    return PushPage(
        visit.ground.vapid.public_text,
        row is not None,
        _offered(db, visit),
        chosen,
        "all" if row is None else row.policy,
    )


def _offered(db: Reader, visit: Visit) -> tuple[tuple[str, Sentence], ...]:
    granted = roles.of_account(db, visit.account).granted
    may_tend = bool(granted & (Permission.MANAGE_REPORTS | Permission.MANAGE_USERS))
    return tuple((name, said) for name, (said, _) in GROUPS.items() if name != "desk" or may_tend)


@pages.post(addresses.PUSH, access="member")
async def subscribe(visit: Visit) -> Answer:
    form = visit.form
    chosen = frozenset(name for name in GROUPS if name in form)
    kinds = frozenset().union(*(GROUPS[name][1] for name in chosen))
    policy = next((one for one in POLICIES if one == form.get("policy")), "all")
    try:
        await visit.store.writing(pushing.subscribe, _row(visit, kinds, policy))
    except InvalidInput:
        page = await visit.store.reading(_as_it_is, visit)
        problem = Problem("", sentence("The browser did not say where it is to be told. It takes script."))
        return visit.page(replace(page, chosen=chosen, policy=policy, problems=(problem,)), 422)
    return visit.go(addresses.PUSH, done="push_on")


def _row(visit: Visit, kinds: frozenset[NotificationKind], policy: str) -> PushSubscription:
    """Raises `InvalidInput` for an address that is too long; `pushing.subscribe` looks at the rest."""
    endpoint = visit.field("endpoint", ENDPOINT_LIMIT)
    if len(endpoint) > ENDPOINT_LIMIT:
        raise InvalidInput("The address is too long.", "endpoint")
    return PushSubscription(
        id=visit.here.next_id(),
        token_id=None,
        session_id=visit.signed_in.session.id,
        account_id=visit.account,
        endpoint=endpoint,
        p256dh=visit.field("p256dh", KEY_LIMIT),
        auth=visit.field("auth", KEY_LIMIT),
        is_standard=1,
        alerts=pushing.alerts_of(kinds),
        policy=policy,
        token=b"",
        created_at=visit.here.now_ms(),
    )


@pages.post(addresses.PUSH_RENEW, access="member")
async def renew(visit: Visit) -> Answer:
    """The browser has another address now (`static/worker.js`). Raises `NotFound` where it is not told of anything."""
    await visit.store.writing(_renew, visit)
    return Answer(b"", 204, [PRIVATE])


def _renew(db: Writer, visit: Visit) -> None:
    row = push.find_of_session(db, visit.signed_in.session.id)
    if row is None:
        raise NotFound
    pushing.subscribe(db, _row(visit, row.kinds, row.policy))


@pages.post(addresses.PUSH_OFF, access="member")
async def unsubscribe(visit: Visit) -> Answer:
    await visit.store.writing(pushing.unsubscribe_browser, visit.signed_in.session.id)
    return visit.go(addresses.PUSH, done="push_off")
