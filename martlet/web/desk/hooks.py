"""Web hooks: which programs are told of what happens here, with what they said to it lately."""

from msgspec import Struct

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import moment_of
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.model.web_hooks import NEEDED, HookDelivery, HookEvent, WebHook
from martlet.services import hook_templates, hooking
from martlet.services.hooking import HookWish
from martlet.storage import web_hooks
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import (
    Buttons,
    DeskPage,
    Fact,
    Facts,
    Field,
    Form,
    Press,
    Row,
    Rows,
    Say,
    Tag,
    Value,
    Weight,
    Words,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, problems_of, sentence

pages = Pages()
TITLE = sentence("Web hooks")
MAY = Permission.MANAGE_WEBHOOKS
ADDRESS = 2000
EVENTS: dict[HookEvent, Sentence] = {
    HookEvent.ACCOUNT_CREATED: sentence("Somebody joined, or asks to"),
    HookEvent.ACCOUNT_APPROVED: sentence("Somebody was let in"),
    HookEvent.ACCOUNT_UPDATED: sentence("An account here was changed"),
    HookEvent.REPORT_CREATED: sentence("A report came"),
    HookEvent.REPORT_UPDATED: sentence("A report was changed"),
    HookEvent.STATUS_CREATED: sentence("Somebody here wrote a public post"),
    HookEvent.STATUS_UPDATED: sentence("Somebody here changed a public post"),
    HookEvent.APPEAL_CREATED: sentence("Somebody appeals"),
    HookEvent.STATUS_HELD: sentence("A post waits for a moderator"),
}
STATES: dict[str, Tag] = {
    "waiting": Tag(sentence("waits"), "note"),
    "sent": Tag(sentence("told")),
    "failed": Tag(sentence("failed"), "bad"),
    "dropped": Tag(sentence("not told"), "off"),
}


# -- the list ------------------------------------------------------------


@pages.get(places.HOOKS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    rows = tuple(map(_row, web_hooks.every(db)))
    listed = Rows(
        rows,
        sentence("No program is told of anything."),
        lede=sentence("Programs elsewhere, such as a chat of yours, that are told of what happens here."),
    )
    return DeskPage(TITLE, (listed, _form(visit, places.HOOKS, None)))


def _row(one: WebHook) -> Row:
    return Row(
        one.url,
        addresses.at(places.HOOK, id=str(one.id)),
        said=tuple(EVENTS[event] for event in one.wanted),
        tags=() if one.is_enabled else (Tag(sentence("off"), "off"),),
        drawing="bell",
    )


def _form(visit: Visit, address: str, one: WebHook | None) -> Form:
    """Of what whoever looks may not see themselves, no program is told for them."""
    typed = visit.form
    wanted = (
        {event for event in HookEvent if event.value in typed} if typed else set(one.wanted if one else ())
    )
    return Form(
        address,
        sentence("Make it") if one is None else sentence("Save changes"),
        (
            Field(
                "url",
                sentence("Where it is told"),
                value=typed.get("url", one.url if one else ""),
                help=sentence("An address that begins with https://"),
                limit=ADDRESS,
                is_required=True,
            ),
            *(
                Field(event.value, said, "tick", "1" if event in wanted else "", help=event.value)
                for event, said in EVENTS.items()
                if office.may(visit, NEEDED[event]) or event in wanted
            ),
            Field(
                "template",
                sentence("The body in a form of your own"),
                "area",
                typed.get("template", one.template if one else ""),
                sentence(
                    "Empty: as JSON. Otherwise {example} and the like stand for values.",
                    example="{{object.id}}",
                ),
                limit=hook_templates.LONGEST,
            ),
        ),
        sentence("Tell a further program") if one is None else sentence("Change it"),
    )


def _wish(visit: Visit) -> HookWish:
    return HookWish(
        visit.field("url", ADDRESS),
        tuple(event.value for event in HookEvent if event.value in visit.form),
        visit.field("template", hook_templates.LONGEST + 1),
    )


@pages.post(places.HOOKS, access="member", permission=MAY)
async def add(visit: Visit) -> Answer:
    try:
        hook, secret = await visit.store.writing(
            hooking.add, visit.actor, _wish(visit), visit.ground.secret, visit.here
        )
    except InvalidInput as error:
        return await office.again(visit, _told(error), _overview)
    return _shown_once(visit, hook, secret)


def _told(error: InvalidInput) -> tuple[Problem, ...]:
    """What is wrong with the events stands at the first of them."""
    if error.field != "events":
        return problems_of(error)
    return (Problem(next(iter(EVENTS)).value, sentence("Choose at least one.")),)


def _shown_once(visit: Visit, hook: WebHook, secret: str) -> Answer:
    page = DeskPage(
        sentence("The secret of a web hook"),
        (
            Say(sentence("Copy it now: it is shown this once."), "note"),
            Words(secret, sentence("What is told is signed with this")),
            Buttons((Press(sentence("Go on"), addresses.at(places.HOOK, id=str(hook.id)), "go"),)),
        ),
        back=(TITLE, places.HOOKS),
    )
    return office.answer(visit, page)


# -- one hook ------------------------------------------------------------


@pages.get(places.HOOK, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _page)


def _page(db: Reader, visit: Visit) -> DeskPage:
    hook = hooking.get(db, office.id_of(visit))
    address = addresses.at(places.HOOK, id=str(hook.id))
    found = hooking.results(db, hook.id, office.page_asked(visit))
    newer, older = office.ends(visit, address, [one.id for one in found])
    ways = tuple(
        Press(said.button, addresses.at(places.HOOK_ACT, id=str(hook.id), act=act), said.kind)
        for act, said in ACTS.items()
        if act != ("enable" if hook.is_enabled else "disable")
    )
    return DeskPage(
        hook.url,
        (
            _facts(hook),
            Buttons(ways),
            Rows(
                tuple(map(_delivery, found)),
                sentence("It was told nothing within two weeks."),
                sentence("What it was told"),
                newer=newer,
                older=older,
            ),
            _form(visit, address, hook),
        ),
        back=(TITLE, places.HOOKS),
    )


def _facts(hook: WebHook) -> Facts:
    facts = [
        Fact(sentence("State"), sentence("on") if hook.is_enabled else sentence("off")),
        Fact(sentence("Made"), moment(hook.created_at)),
    ]
    if hook.failing_since is not None:
        facts.append(Fact(sentence("Does not answer since"), moment(hook.failing_since)))
    if hook.stopped_at is not None:
        facts += [
            Fact(sentence("Turned off by the server"), moment(hook.stopped_at)),
            Fact(sentence("Why"), hook.stopped_for),
        ]
    return Facts(tuple(facts))


def _delivery(one: HookDelivery) -> Row:
    said: list[Value] = [moment_of(one.id)]
    if one.status is not None:
        said.append(sentence("answered {status}", status=str(one.status)))
    return Row(
        EVENTS[HookEvent(one.event)],
        said=tuple(said),
        tags=(STATES[one.state],),
        drawing="bell",
        quote=one.error,
    )


@pages.post(places.HOOK, access="member", permission=MAY)
async def change(visit: Visit) -> Answer:
    try:
        await visit.store.writing(hooking.change, visit.actor, office.id_of(visit), _wish(visit), visit.here)
    except InvalidInput as error:
        return await office.again(visit, _told(error), _page)
    return visit.go(addresses.at(places.HOOK, id=visit.params["id"]), done="desk_done")


# -- what is done --------------------------------------------------------


class Act(Struct, frozen=True):
    """What something is called that is done to a hook, and what it asks and means."""

    button: Sentence
    title: Sentence
    means: Sentence
    yes: Sentence
    kind: Weight = ""


ACTS: dict[str, Act] = {
    "enable": Act(
        sentence("Turn it on"),
        sentence("Turn this web hook on?"),
        sentence("It is told of what happens from now on."),
        sentence("Yes, turn it on"),
        "go",
    ),
    "disable": Act(
        sentence("Turn it off"),
        sentence("Turn this web hook off?"),
        sentence("It is told nothing more, nor what waits. You can turn it on again."),
        sentence("Yes, turn it off"),
    ),
    "rotate": Act(
        sentence("Make another secret"),
        sentence("Make another secret?"),
        sentence("The one before is of no use any more: the program has to be given the new one."),
        sentence("Yes, make another"),
    ),
    "remove": Act(
        sentence("Remove it"),
        sentence("Remove this web hook?"),
        sentence("It is gone with its secret and with what it was told. This cannot be taken back."),
        sentence("Yes, remove it"),
        "stop",
    ),
}


@pages.get(places.HOOK_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    hook, name = hooking.get(db, office.id_of(visit)), visit.params["act"]
    if name not in ACTS:
        raise NotFound
    act = ACTS[name]
    asked = office.confirm(
        act.title,
        Form(addresses.at(places.HOOK_ACT, id=str(hook.id), act=name), act.yes, kind=act.kind or "go"),
        back=(TITLE, addresses.at(places.HOOK, id=str(hook.id))),
        says=(act.means,),
    )
    return office.with_words(asked, hook.url)


@pages.post(places.HOOK_ACT, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    name, id = visit.params["act"], office.id_of(visit)
    if name == "rotate":
        return _shown_once(
            visit,
            *await visit.store.writing(hooking.rotate, visit.actor, id, visit.ground.secret, visit.here),
        )
    ways = {"enable": hooking.enable, "disable": hooking.disable, "remove": hooking.remove}
    if name not in ways:
        raise NotFound
    await visit.store.writing(ways[name], visit.actor, id, visit.here)
    there = places.HOOKS if name == "remove" else addresses.at(places.HOOK, id=str(id))
    return visit.go(there, done="desk_done")
