"""What all pages of the desk share: the menu, how a page is read, how an act is tried, how lists go on."""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import Conflict, InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.paging import Page
from martlet.model.roles import Permission
from martlet.storage.database import Reader
from martlet.web.cards import Face
from martlet.web.desk import places
from martlet.web.desk_pages import DeskPage, Form, Place, Rows, Says, Words
from martlet.web.visits import Visit
from martlet.web.wording import BY_CODE, Problem, Sentence, problems_of, sentence

P = ParamSpec("P")
AT_ONCE = 40
"""Lines of a list on one page."""

TEND = (
    Permission.VIEW_DASHBOARD
    | Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_DEVOPS
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_FEDERATION
    | Permission.MANAGE_SETTINGS
    | Permission.MANAGE_BLOCKS
    | Permission.MANAGE_TAXONOMIES
    | Permission.MANAGE_APPEALS
    | Permission.MANAGE_USERS
    | Permission.MANAGE_INVITES
    | Permission.MANAGE_RULES
    | Permission.MANAGE_ANNOUNCEMENTS
    | Permission.MANAGE_CUSTOM_EMOJIS
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_WEBHOOKS
)
"""One of these opens the desk."""

HOME = sentence("Looking after the server")
MENU: tuple[tuple[Permission, Sentence, str, str], ...] = (
    (Permission.MANAGE_REPORTS, sentence("Reports"), places.REPORTS, "warn"),
    (Permission.MANAGE_REPORTS, sentence("Posts that wait"), places.HELD, "eye"),
    (Permission.MANAGE_APPEALS, sentence("Appeals"), places.APPEALS, "reply"),
    (Permission.MANAGE_USERS, sentence("Sign-ups"), places.SIGN_UPS, "door"),
    (Permission.MANAGE_USERS, sentence("Accounts"), places.ACCOUNTS, "people"),
    (Permission.MANAGE_INVITES, sentence("Invitations"), places.INVITATIONS, "ticket"),
    (Permission.MANAGE_ROLES, sentence("Roles"), places.ROLES, "key"),
    (Permission.MANAGE_TAXONOMIES, sentence("Trends"), "/desk/trends/tags", "poll"),
    (Permission.MANAGE_FEDERATION, sentence("Other servers"), places.PEERS, "globe"),
    (Permission.MANAGE_FEDERATION, sentence("Mirrors"), places.MIRRORS, "sheet"),
    (Permission.MANAGE_BLOCKS, sentence("Who may not join"), "/desk/blocks/email_domain_block", "lock"),
    (Permission.MANAGE_RULES, sentence("Rules"), places.RULES, "check"),
    (Permission.MANAGE_SETTINGS, sentence("Reasons"), places.PRESETS, "save"),
    (Permission.MANAGE_ANNOUNCEMENTS, sentence("Announcements"), places.ANNOUNCEMENTS, "bell"),
    (Permission.MANAGE_CUSTOM_EMOJIS, sentence("Emoji"), places.EMOJIS, "like"),
    (Permission.MANAGE_SETTINGS, sentence("Texts"), places.TEXTS, "write"),
    (Permission.MANAGE_SETTINGS, sentence("This server"), places.SERVER, "home"),
    (Permission.MANAGE_WEBHOOKS, sentence("Web hooks"), places.HOOKS, "go"),
    (Permission.VIEW_DEVOPS | Permission.VIEW_DASHBOARD, sentence("Health"), places.HEALTH, "clock"),
    (Permission.VIEW_AUDIT_LOG, sentence("Log"), places.LOG, "box"),
)


def menu(visit: Visit) -> tuple[Place, ...]:
    """The pages that this role may see; the one that is open is the one whose address ours goes on from."""
    granted, path = visit.actor.role.granted, visit.request.path
    shown = [one for one in MENU if one[0] & granted]
    here = max(
        (one[2] for one in shown if path == one[2] or path.startswith(f"{one[2]}/")), key=len, default=""
    )
    return (
        Place(HOME, places.DESK, "window", path == places.DESK),
        *(Place(title, address, drawing, address == here) for _, title, address, drawing in shown),
    )


async def show(
    visit: Visit, build: Callable[Concatenate[Reader, Visit, P], DeskPage], *args: P.args, **kwargs: P.kwargs
) -> Answer:
    """A page that is read from the database."""
    page = await visit.store.reading(build, visit, *args, **kwargs)
    return answer(visit, page)


def answer(visit: Visit, page: DeskPage, status: int = 200) -> Answer:
    back = page.back if page.back is not None or page.is_home else (HOME, places.DESK)
    return visit.page(replace(page, menu=menu(visit), back=back), status)


async def again(
    visit: Visit,
    problems: tuple[Problem, ...],
    build: Callable[Concatenate[Reader, Visit, P], DeskPage],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Answer:
    """The same page with what is wrong."""
    page = await visit.store.reading(build, visit, *args, **kwargs)
    return answer(visit, replace(page, problems=problems), 422)


async def tried(visit: Visit, change: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Problem, ...]:
    """Do something; what is wrong with it, if anything is. What is not allowed and what is not there goes on its way."""
    try:
        await visit.store.writing(change, *args, **kwargs)
    except (InvalidInput, Conflict) as error:
        return problems_of(error)
    return ()


def invalid(field: str) -> Problem:
    return Problem(field, BY_CODE["invalid"])


def id_of(visit: Visit, name: str = "id") -> int:
    """Of the address. Raises `NotFound`."""
    id = id_from(visit.params[name])
    if id is None:
        raise NotFound
    return id


def may(visit: Visit, permission: Permission) -> bool:
    return bool(visit.actor.role.granted & permission)


# -- lists ---------------------------------------------------------------


def page_asked(visit: Visit, limit: int = AT_ONCE, *, is_queue: bool = False) -> Page:
    """`is_queue`: the oldest come first, and going on leads to newer ones."""
    if is_queue and visit.is_first_page:
        return Page(after=0, limit=limit, is_upward=True)
    return visit.paging(limit)


def ends(
    visit: Visit, address: str, ids: Sequence[int], limit: int = AT_ONCE
) -> tuple[str | None, str | None]:
    """Addresses of the pages before and after, of a list with the newest first; `ids` in that order."""
    more = "&" if "?" in address else "?"
    newer = f"{address}{more}min_id={ids[0]}" if ids and not visit.is_first_page else None
    may_go_on = len(ids) >= limit or "min_id" in visit.query
    return newer, (f"{address}{more}max_id={ids[-1]}" if ids and may_go_on else None)


def queue_ends(
    visit: Visit, address: str, ids: Sequence[int], limit: int = AT_ONCE
) -> tuple[str | None, str | None]:
    """The same of a queue with the oldest first; `ids` in that order. Before comes what is older."""
    more = "&" if "?" in address else "?"
    before = f"{address}{more}max_id={ids[0]}" if ids and not visit.is_first_page else None
    may_go_on = len(ids) >= limit or "max_id" in visit.query
    return before, (f"{address}{more}min_id={ids[-1]}" if ids and may_go_on else None)


def nothing(empty: Sentence) -> Rows:
    return Rows((), empty)


# -- asking once more ----------------------------------------------------


def confirm(
    title: Sentence,
    form: Form,
    *,
    back: tuple[Sentence, str],
    says: Sequence[Sentence] = (),
    who: Face | None = None,
) -> DeskPage:
    """A page that asks before something is done: what it means, who sees it, whether it can be taken back."""
    return DeskPage(title, (Says(tuple(says)), replace(form, back=back[1])), back=back, who=who)


def with_words(page: DeskPage, text: str) -> DeskPage:
    """The same page, with the words that it is about."""
    first, *others = page.blocks
    return replace(page, blocks=(first, Words(text), *others))
