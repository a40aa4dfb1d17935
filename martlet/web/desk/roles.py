"""Roles: who may do what, in plain words."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.roles import EVERYBODY, FIRST, Permission, Role
from martlet.services import appointing, permitting
from martlet.services.appointing import NAME, RoleWish
from martlet.storage import roles
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import Block, Buttons, DeskPage, Field, Form, Press, Row, Rows, Tag
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, counted, problems_of, sentence

pages = Pages()
ROLES = sentence("Roles")
MAY = Permission.MANAGE_ROLES
BACK = (ROLES, places.ROLES)

PLAIN: dict[Permission, Sentence] = {
    Permission.MANAGE_REPORTS: sentence("work on reports, and act upon accounts"),
    Permission.MANAGE_APPEALS: sentence("decide about appeals"),
    Permission.MANAGE_USERS: sentence(
        "see accounts with their e-mail addresses, let people in, act upon accounts"
    ),
    Permission.MANAGE_USER_ACCESS: sentence(
        "help people who cannot sign in: new password, e-mail address, second step"
    ),
    Permission.DELETE_USER_DATA: sentence("remove at once all that a suspended account has"),
    Permission.MANAGE_INVITES: sentence("see and end everybody's invitations"),
    Permission.INVITE_USERS: sentence("invite people"),
    Permission.MANAGE_TAXONOMIES: sentence("decide what trends, and about hashtags"),
    Permission.MANAGE_FEDERATION: sentence("limit, suspend and allow other servers"),
    Permission.MANAGE_BLOCKS: sentence("block e-mail addresses, networks and names"),
    Permission.MANAGE_RULES: sentence("write the rules"),
    Permission.MANAGE_ANNOUNCEMENTS: sentence("publish announcements"),
    Permission.MANAGE_CUSTOM_EMOJIS: sentence("add and delete emoji"),
    Permission.MANAGE_SETTINGS: sentence("change the server's name, look and texts"),
    Permission.MANAGE_ROLES: sentence("make and give roles below their own"),
    Permission.VIEW_DASHBOARD: sentence("see figures of the server"),
    Permission.VIEW_AUDIT_LOG: sentence("see who did what, and take it back"),
    Permission.VIEW_DEVOPS: sentence("see how the machine does, and mind its jobs"),
    Permission.MANAGE_WEBHOOKS: sentence("manage webhooks"),
    Permission.VIEW_FEEDS: sentence("read timelines that are closed to others"),
    Permission.MANAGE_EMAIL_SUBSCRIPTIONS: sentence("have their public posts read by e-mail"),
}


@pages.get(places.ROLES, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    rows = []
    for key, role in roles.every(db).items():
        holders = roles.count_holders(db, key)
        said = (
            sentence("everybody has it")
            if key == EVERYBODY.key
            else counted("one person has it", "{n} people have it", n=holders),
            counted("may do one thing", "may do {n} things", n=len(allowed(role))),
            sentence("position {n}", n=role.position),
        )
        tags = (Tag(sentence("shown on profiles")),) if role.is_highlighted else ()
        may_change = visit.actor.role.may_give(role)
        address = addresses.at(places.ROLE, key=key) if may_change else None
        rows.append(Row(_title(role), address, said=said, tags=tags, drawing="key"))
    new = Buttons((Press(sentence("Make a role"), places.ROLE_NEW, "go"),))
    lede = sentence(
        "Nobody acts upon somebody whose position is the same or higher. What everybody may, they may without a role."
    )
    return DeskPage(ROLES, (new, Rows(tuple(rows), sentence("There are none."), lede=lede)))


def _title(role: Role) -> Sentence | str:
    return sentence("Everybody") if role.key == EVERYBODY.key else role.name or role.key


def allowed(role: Role) -> list[Permission]:
    return [one for one in PLAIN if role.may(one)]


def _form(visit: Visit, role: Role | None) -> Form:
    """Only what whoever looks may give away themselves."""
    everybody = role is not None and role.key == EVERYBODY.key
    granted = role.granted if role is not None else Permission(0)
    offered = [one for one in PLAIN if visit.actor.role.may(one)]
    if everybody:
        offered = [Permission.INVITE_USERS]
    fields: list[Field] = []
    if role is None:
        fields.append(
            Field(
                "key",
                sentence("Short name"),
                help=sentence("What commands call it: small letters, digits, - and _. It stays."),
                limit=30,
                is_required=True,
            )
        )
    if not everybody:
        fields += [
            Field("name", sentence("Name"), value=role.name if role else "", limit=NAME, is_required=True),
            Field(
                "color",
                sentence("Colour of the name on profiles"),
                value=role.color if role else "",
                help=sentence("As #rrggbb, or nothing."),
                limit=7,
            ),
            Field(
                "highlighted",
                sentence("Show it on profiles"),
                "tick",
                "1" if role and role.is_highlighted else "",
            ),
        ]
    if not everybody:
        fields.append(
            Field(
                "position",
                sentence("Position"),
                "number",
                str(role.position if role else 1),
                sentence("Whoever is higher acts upon whoever is lower."),
            )
        )
    fields += [Field(f"may_{int(one)}", PLAIN[one], "tick", "1" if one in granted else "") for one in offered]
    address = places.ROLE_NEW if role is None else addresses.at(places.ROLE, key=role.key)
    return Form(address, sentence("Save changes"), tuple(fields), sentence("May:") if everybody else None)


def _wish(visit: Visit, role: Role | None) -> RoleWish:
    """What is not offered stays as it is. Raises `InvalidInput`."""
    before = int(role.permissions) if role is not None else 0
    everybody = role is not None and role.key == EVERYBODY.key
    offered = [one for one in PLAIN if visit.actor.role.may(one)]
    if everybody:
        offered = [Permission.INVITE_USERS]
    permissions = before
    for one in offered:
        wanted = f"may_{int(one)}" in visit.form
        permissions = permissions | one if wanted else permissions & ~int(one)
    if everybody:
        return RoleWish(permissions=int(permissions))
    wish = RoleWish(
        name=visit.field("name", NAME),
        color=visit.field("color", 7).strip(),
        is_highlighted="highlighted" in visit.form,
    )
    position = visit.field("position", 10).strip()
    if not position.isdecimal():
        raise InvalidInput("A position is a number.", "position")
    return RoleWish(wish.name, wish.color, int(position), int(permissions), wish.is_highlighted)


@pages.get(places.ROLE_NEW, access="member", permission=MAY)
async def ask_new(visit: Visit) -> Answer:
    return await office.show(visit, _new)


def _new(db: Reader, visit: Visit) -> DeskPage:
    del db
    return DeskPage(sentence("Make a role"), (_form(visit, None),), back=BACK)


@pages.post(places.ROLE_NEW, access="member", permission=MAY)
async def create(visit: Visit) -> Answer:
    try:
        wish = _wish(visit, None)
    except InvalidInput as error:
        return await office.again(visit, problems_of(error), _new)
    key = visit.field("key", 30).strip()
    problems = await office.tried(visit, appointing.create, visit.actor, key, wish, visit.here)
    if problems:
        return await office.again(visit, problems, _new)
    return visit.go(places.ROLES, done="desk_done")


@pages.get(places.ROLE, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _one)


def _one(db: Reader, visit: Visit) -> DeskPage:
    role = _role(db, visit)
    if not visit.actor.role.may_give(role):
        raise permitting.refusal()
    blocks: list[Block] = [_form(visit, role)]
    if role.key not in FIRST:
        delete = Press(sentence("End this role"), addresses.at(places.ROLE_DELETE, key=role.key), "stop")
        blocks.append(Buttons((delete,)))
    return DeskPage(_title(role), tuple(blocks), back=BACK)


def _role(db: Reader, visit: Visit) -> Role:
    role = roles.find(db, visit.params["key"])
    if role is None:
        raise NotFound
    return role


@pages.post(places.ROLE, access="member", permission=MAY)
async def change(visit: Visit) -> Answer:
    role = await visit.store.reading(_role, visit)
    try:
        wish = _wish(visit, role)
    except InvalidInput as error:
        return await office.again(visit, problems_of(error), _one)
    problems = await office.tried(visit, appointing.change, visit.actor, role.key, wish, visit.here)
    if problems:
        return await office.again(visit, problems, _one)
    return visit.go(places.ROLES, done="desk_done")


@pages.get(places.ROLE_DELETE, access="member", permission=MAY)
async def ask_delete(visit: Visit) -> Answer:
    return await office.show(visit, _ask_delete)


def _ask_delete(db: Reader, visit: Visit) -> DeskPage:
    role = _role(db, visit)
    if role.key in FIRST:
        raise NotFound
    form = Form(addresses.at(places.ROLE_DELETE, key=role.key), sentence("Yes, end it"), kind="stop")
    return office.confirm(
        sentence("End the role {name}?", name=role.name),
        form,
        back=BACK,
        says=(
            sentence(
                "Whoever had it has none then. The log brings the role back, but not to whom it was given."
            ),
        ),
    )


@pages.post(places.ROLE_DELETE, access="member", permission=MAY)
async def delete(visit: Visit) -> Answer:
    problems = await office.tried(visit, appointing.delete, visit.actor, visit.params["key"], visit.here)
    if problems:
        return await office.again(visit, problems, _one)
    return visit.go(places.ROLES, done="desk_done")
