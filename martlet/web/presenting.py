"""What people say about themselves."""

from typing import get_args

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.server import Server
from martlet.services import profiles
from martlet.services.profiles import Change, ProfileField
from martlet.storage import accounts
from martlet.storage.database import Reader
from martlet.web import addresses, faces, showing
from martlet.web.member_pages import EditProfilePage, ProfilePicture
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

ROWS = 4
LIMIT = 20_000
FIELDS = {
    "note": "note",
    "display_name": "display_name",
    "avatar_description": "avatar_text",
    "header_description": "header_text",
}
"""What the use case calls a field, and what the form does; anything else is said on top."""


def _most_bytes(here: Server) -> int:
    return 2 * here.limits.image_bytes + LIMIT


@pages.get(addresses.EDIT_PROFILE, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> EditProfilePage:
    account = accounts.get(db, visit.account)
    rows = [(one["name"] or "", one["text"] or "") for one in accounts.fields_of(account)]
    return EditProfilePage(
        display_name=account.display_name,
        note=account.note_text,
        rows=_filled(rows, visit.here),
        is_bot=account.kind == "service",
        avatar=faces.face(account, visit.here).avatar if account.avatar else None,
        header=showing.header_of(account, visit.here),
        avatar_text=account.avatar_text,
        header_text=account.header_text,
    )


def _filled(rows: list[tuple[str, str]], here: Server) -> tuple[tuple[str, str], ...]:
    shown = max(min(ROWS, here.limits.fields), len(rows))
    return tuple((*rows, *[("", "")] * ROWS)[:shown])


@pages.upload(addresses.EDIT_PROFILE, limit=_most_bytes)
async def change(visit: Visit) -> Answer:
    there = await visit.store.reading(_as_it_is, visit)
    wanted, typed = _typed(visit, there)
    files = [visit.files.get(name) for name in get_args(ProfilePicture)]
    avatar, header = (one.path if one is not None and one.size else None for one in files)
    try:
        await profiles.change_with_pictures(visit.ground, visit.account, wanted, avatar, header)
    except InvalidInput as error:
        problems = tuple(Problem(FIELDS.get(one.field, ""), one.sentence) for one in problems_of(error))
        return visit.page(replace(typed, problems=problems), 422)
    return visit.go(
        addresses.at(addresses.PROFILE, username=visit.signed_in.account.username), done="profile_saved"
    )


def _typed(visit: Visit, there: EditProfilePage) -> tuple[Change, EditProfilePage]:
    form = visit.form
    rows = [(visit.field(f"name_{n}"), visit.field(f"value_{n}")) for n in range(1, len(there.rows) + 1)]
    page = replace(
        there,
        display_name=visit.field("display_name"),
        note=visit.field("note", LIMIT).replace("\r\n", "\n"),
        rows=tuple(rows),
        is_bot="bot" in form,
        avatar_text=visit.field("avatar_text", LIMIT),
        header_text=visit.field("header_text", LIMIT),
    )
    return Change(
        display_name=page.display_name,
        note=page.note,
        fields=[ProfileField(name, value) for name, value in rows if name or value],
        avatar_text=page.avatar_text,
        header_text=page.header_text,
        is_bot=page.is_bot,
    ), page


@pages.post(addresses.PROFILE_PICTURE, access="member")
async def remove_picture(visit: Visit) -> Answer:
    which = visit.params["which"]
    if which not in get_args(ProfilePicture):
        raise NotFound
    remove = profiles.remove_avatar if which == "avatar" else profiles.remove_header
    await visit.store.writing(remove, visit.account, visit.here)
    return visit.go(addresses.EDIT_PROFILE, done="picture_removed")
