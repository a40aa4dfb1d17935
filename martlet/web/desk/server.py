"""This server's name, description, colours and picture, and who may join: chosen while it runs."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.services import choosing, naming
from martlet.services.choosing import Wish
from martlet.storage.database import Reader
from martlet.web.desk import office, places
from martlet.web.desk_pages import Block, DeskPage, Field, Form, Option, Row, Rows
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()
TITLE = sentence("This server")
MAY = Permission.MANAGE_SETTINGS
JOINING = (
    Option("open", sentence("everybody")),
    Option("approval", sentence("everybody whom you let in")),
    Option("invite", sentence("whoever is invited")),
    Option("closed", sentence("nobody")),
)
CARRIED = (
    Option("followers", sentence("in the timelines of those who follow their authors")),
    Option("everybody", sentence("in the public timelines as well")),
)


def _most_bytes(here: Server) -> int:
    return here.limits.image_bytes + 20_000


@pages.get(places.SERVER, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _page)


def _page(db: Reader, visit: Visit) -> DeskPage:
    here = visit.here
    blocks: list[Block] = [_form(visit, naming.server_name(db, here))]
    shown = here.thumbnail_url.removeprefix(here.url)
    blocks.append(
        Rows(
            (Row(sentence("What is shown with links to this server"), picture=shown),),
            sentence("Nothing."),
        )
    )
    blocks.append(
        Form(
            places.SERVER_PICTURE,
            sentence("Use this picture"),
            (
                Field(
                    "file",
                    sentence("Another picture"),
                    "file",
                    help=sentence("It is cut to 1200 × 630. Without a file, Martlet's own comes back."),
                ),
                Field(
                    "picture_description",
                    sentence("What is to be seen on it, for those who do not see it"),
                    value=visit.form.get("picture_description", ""),
                    limit=here.limits.description,
                ),
            ),
            takes_files=True,
            kind="",
        )
    )
    return DeskPage(TITLE, tuple(blocks))


def _form(visit: Visit, name: str) -> Form:
    here, typed = visit.here, visit.form
    preview = typed.get("preview", "") if typed else ("1" if here.public_preview else "")
    colour = sentence("As #rrggbb; empty: Martlet's own. It has to be readable, which is checked.")
    return Form(
        places.SERVER,
        sentence("Save changes"),
        (
            Field(
                "name", sentence("Name"), value=typed.get("name", name), limit=naming.LIMIT, is_required=True
            ),
            Field(
                "description",
                sentence("What it is, in a sentence or two"),
                "area",
                typed.get("description", here.description),
                sentence("Stands on the front page and in apps."),
                limit=choosing.DESCRIPTION,
            ),
            Field(
                "contact_email",
                sentence("E-mail for questions"),
                "email",
                typed.get("contact_email", here.contact_email),
                sentence("Everybody sees it."),
            ),
            Field(
                "registration",
                sentence("Who may join"),
                "choice",
                typed.get("registration", here.registration),
                options=JOINING,
            ),
            Field(
                "preview",
                sentence("Show local posts to visitors"),
                "tick",
                preview,
                sentence("On the front page, and in the local timeline."),
            ),
            Field(
                "carried_posts",
                sentence("Where posts stand that a file or a mirror brings"),
                "choice",
                typed.get("carried_posts", here.carried_posts),
                sentence(
                    "For those that come from now on. They are on their author’s page and those of their hashtags in any case."
                ),
                options=CARRIED,
            ),
            Field(
                "act_light",
                sentence("Colour of links and buttons, light"),
                value=typed.get("act_light", here.choices.act_light),
                help=colour,
                limit=7,
            ),
            Field(
                "act_dark",
                sentence("Colour of links and buttons, dark"),
                value=typed.get("act_dark", here.choices.act_dark),
                help=colour,
                limit=7,
            ),
        ),
        lede=(
            sentence(
                "It holds at once, in all processes within seconds, and instead of what the settings file says."
            ),
        ),
    )


@pages.post(places.SERVER, access="member", permission=MAY)
async def change(visit: Visit) -> Answer:
    wish = Wish(
        name=visit.field("name"),
        description=visit.field("description", choosing.DESCRIPTION).replace("\r\n", "\n"),
        contact_email=visit.field("contact_email"),
        registration=visit.form.get("registration", ""),
        public_preview="preview" in visit.form,
        carried_posts=visit.form.get("carried_posts", visit.here.carried_posts),
        act_light=visit.field("act_light", 7),
        act_dark=visit.field("act_dark", 7),
    )
    problems = await office.tried(visit, choosing.choose, visit.actor, wish, visit.here)
    if problems:
        return await office.again(visit, problems, _page)
    await visit.store.reading(choosing.load, visit.here)
    return visit.go(places.SERVER, done="desk_done")


@pages.upload(places.SERVER_PICTURE, limit=_most_bytes, permission=MAY)
async def change_picture(visit: Visit) -> Answer:
    file = visit.files.get("file")
    try:
        await choosing.show_picture(
            visit.ground,
            visit.actor,
            file.path if file is not None and file.size else None,
            visit.field("picture_description", visit.here.limits.description),
        )
    except InvalidInput as error:
        problems = tuple(Problem("file", one.sentence) for one in problems_of(error))
        visit.form = {}
        return await office.again(visit, problems, _page)
    await visit.store.reading(choosing.load, visit.here)
    return visit.go(places.SERVER, done="desk_done")
