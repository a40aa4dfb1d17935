"""What people say about themselves, and what is usual for their posts."""

from dataclasses import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.server import Server
from martlet.services import profiles
from martlet.services.profiles import Change, ProfileField
from martlet.storage import accounts, users
from martlet.storage.database import Reader
from martlet.web import addresses, showing, writing
from martlet.web.cards import Audience
from martlet.web.member_pages import EditProfilePage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

ROWS = 4
LIMIT = 20_000
AUDIENCES: tuple[Audience, ...] = ("public", "unlisted", "private")


def _most_bytes(here: Server) -> int:
    return 2 * here.limits.image_bytes + LIMIT


@pages.get(addresses.EDIT_PROFILE, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> EditProfilePage:
    account, user = accounts.get(db, visit.account), users.find(db, visit.account)
    rows = [(one["name"] or "", one["text"] or "") for one in accounts.fields_of(account)]
    language = (user.default_language if user else None) or visit.language.value
    return EditProfilePage(
        display_name=account.display_name,
        note=account.note_text,
        rows=_filled(rows),
        is_locked=bool(account.is_locked),
        is_discoverable=bool(account.is_discoverable),
        is_indexable=bool(account.is_indexable),
        audience=showing.AUDIENCES[user.default_visibility] if user else "public",
        language=language,
        languages=writing.languages_with(language),
    )


def _filled(rows: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((*rows, *[("", "")] * ROWS)[: max(ROWS, len(rows))])


@pages.upload(addresses.EDIT_PROFILE, limit=_most_bytes)
async def change(visit: Visit) -> Answer:
    wanted, typed = _typed(visit)
    files = [visit.files.get(name) for name in ("avatar", "header")]
    avatar, header = (one.path if one is not None and one.size else None for one in files)
    try:
        await profiles.change_with_pictures(visit.ground, visit.account, wanted, avatar, header)
    except InvalidInput as error:
        problems = tuple(Problem("", one.sentence) for one in problems_of(error))
        return visit.page(replace(typed, problems=problems), 422)
    return visit.go(
        addresses.at(addresses.PROFILE, username=visit.signed_in.account.username), done="profile_saved"
    )


def _typed(visit: Visit) -> tuple[Change, EditProfilePage]:
    form = visit.form
    rows = [(visit.field(f"name_{n}"), visit.field(f"value_{n}")) for n in range(1, ROWS + 1)]
    asked = form.get("audience", "")
    audience: Audience = next((one for one in AUDIENCES if one == asked), "public")
    page = EditProfilePage(
        display_name=visit.field("display_name"),
        note=visit.field("note", LIMIT).replace("\r\n", "\n"),
        rows=_filled(rows),
        is_locked="locked" in form,
        is_discoverable="discoverable" in form,
        is_indexable="indexable" in form,
        audience=audience,
        language=form.get("language", ""),
        languages=writing.languages_with(form.get("language", "")),
    )
    return Change(
        display_name=page.display_name,
        note=page.note,
        fields=[ProfileField(name, value) for name, value in rows if name or value],
        is_locked=page.is_locked,
        is_discoverable=page.is_discoverable,
        is_indexable=page.is_indexable,
        default_visibility=writing.VISIBILITIES[audience],
        default_language=page.language or None,
    ), page
