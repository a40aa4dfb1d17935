"""The rules, in their order and in several languages; and reasons that are kept for those who act upon accounts."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.roles import Permission
from martlet.services import keeping_reasons, ruling, sanctioning
from martlet.services.ruling import HINT, TEXT, RuleWish
from martlet.storage import presets, server_values
from martlet.storage.database import Reader
from martlet.storage.server_values import Rule
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import Buttons, DeskPage, Field, Form, Press, Row, Rows
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, sentence

pages = Pages()
RULES = sentence("Rules")
REASONS = sentence("Reasons")
MAY = Permission.MANAGE_RULES
MAY_KEEP = Permission.MANAGE_SETTINGS
LANGUAGES: dict[str, tuple[Sentence, Sentence]] = {
    "de": (sentence("In German"), sentence("Explained in German")),
    "en": (sentence("In English"), sentence("Explained in English")),
    "zh": (sentence("In Chinese"), sentence("Explained in Chinese")),
}
"""What the form asks for; translations into others stay as they are."""


@pages.get(places.RULES, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    found = server_values.rules(db)
    rows = tuple(_row(one, at, len(found)) for at, one in enumerate(found))
    empty = sentence("There are no rules yet. Three or four short ones are better than a long text.")
    return DeskPage(RULES, (Rows(rows, empty), _form(visit, None)))


def _row(rule: Rule, at: int, number: int) -> Row:
    id = str(rule.id)
    move = addresses.at(places.RULE_MOVE, id=id)
    ways = [Press(sentence("Change"), addresses.at(places.RULE, id=id), about=rule.text)]
    if at:
        ways.append(Press(sentence("Up"), move, "", (("to", str(at - 1)),), rule.text))
    if at + 1 < number:
        ways.append(Press(sentence("Down"), move, "", (("to", str(at + 1)),), rule.text))
    ways.append(Press(sentence("End it"), addresses.at(places.RULE_END, id=id), "stop", about=rule.text))
    spoken = ", ".join(sorted(rule.in_languages))
    said = (sentence("also in: {languages}", languages=spoken),) if spoken else ()
    return Row(rule.text, said=said, drawing="check", quote=rule.hint, presses=tuple(ways))


def _form(visit: Visit, rule: Rule | None) -> Form:
    known = rule.in_languages if rule is not None else {}
    typed = visit.form
    fields = [
        Field(
            "text",
            sentence("The rule"),
            value=typed.get("text", rule.text if rule else ""),
            limit=TEXT,
            is_required=True,
        ),
        Field(
            "hint",
            sentence("What explains it"),
            "area",
            typed.get("hint", rule.hint if rule else ""),
            limit=HINT,
        ),
    ]
    for tag, (title, explained) in LANGUAGES.items():
        said = known.get(tag, {})
        fields += [
            Field(f"text_{tag}", title, value=typed.get(f"text_{tag}", said.get("text", "")), limit=TEXT),
            Field(
                f"hint_{tag}", explained, "area", typed.get(f"hint_{tag}", said.get("hint", "")), limit=HINT
            ),
        ]
    address = places.RULES if rule is None else addresses.at(places.RULE, id=str(rule.id))
    heading = sentence("Make a rule") if rule is None else None
    lede = (
        sentence("Readers of a language are shown what stands here for it; leave empty what is the same."),
    )
    return Form(address, sentence("Save changes"), tuple(fields), heading, lede)


def _wish(visit: Visit) -> RuleWish:
    return RuleWish(
        visit.field("text", TEXT),
        visit.field("hint", HINT),
        {
            tag: (visit.field(f"text_{tag}", TEXT), visit.field(f"hint_{tag}", HINT))
            for tag in LANGUAGES
            if f"text_{tag}" in visit.form
        },
    )


@pages.post(places.RULES, access="member", permission=MAY)
async def add(visit: Visit) -> Answer:
    problems = await office.tried(visit, ruling.add, visit.actor, _wish(visit), visit.here)
    if problems:
        return await office.again(visit, problems, _overview)
    return visit.go(places.RULES, done="desk_done")


@pages.get(places.RULE, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _one)


def _one(db: Reader, visit: Visit) -> DeskPage:
    rule = _rule(db, visit)
    return DeskPage(sentence("Change a rule"), (_form(visit, rule),), back=(RULES, places.RULES))


def _rule(db: Reader, visit: Visit) -> Rule:
    id = office.id_of(visit)
    found = next((one for one in server_values.rules(db) if one.id == id), None)
    if found is None:
        raise NotFound
    return found


@pages.post(places.RULE, access="member", permission=MAY)
async def change(visit: Visit) -> Answer:
    problems = await office.tried(
        visit, ruling.change, visit.actor, office.id_of(visit), _wish(visit), visit.here
    )
    if problems:
        return await office.again(visit, problems, _one)
    return visit.go(places.RULES, done="desk_done")


@pages.post(places.RULE_MOVE, access="member", permission=MAY)
async def move(visit: Visit) -> Answer:
    to = visit.field("to", 5)
    wish = RuleWish(position=int(to) if to.isdecimal() else None)
    await visit.store.writing(ruling.change, visit.actor, office.id_of(visit), wish, visit.here)
    return visit.go(places.RULES)


@pages.get(places.RULE_END, access="member", permission=MAY)
async def ask_end(visit: Visit) -> Answer:
    return await office.show(visit, _ask_end)


def _ask_end(db: Reader, visit: Visit) -> DeskPage:
    rule = _rule(db, visit)
    form = Form(addresses.at(places.RULE_END, id=str(rule.id)), sentence("Yes, end it"), kind="stop")
    return office.confirm(
        sentence("End the rule “{text}”?", text=rule.text),
        form,
        back=(RULES, places.RULES),
        says=(
            sentence("Nobody is shown it any more. Reports that name it go on doing so."),
            sentence("You can take it back by the log."),
        ),
    )


@pages.post(places.RULE_END, access="member", permission=MAY)
async def end(visit: Visit) -> Answer:
    await visit.store.writing(ruling.end, visit.actor, office.id_of(visit), visit.here)
    return visit.go(places.RULES, done="desk_done")


# -- reasons -------------------------------------------------------------


@pages.get(places.PRESETS, access="member", permission=MAY_KEEP)
async def reasons(visit: Visit) -> Answer:
    return await office.show(visit, _reasons)


def _reasons(db: Reader, visit: Visit) -> DeskPage:
    rows = tuple(
        Row(
            one.title,
            addresses.at(places.PRESET, id=str(one.id)),
            drawing="save",
            quote=one.text,
        )
        for one in presets.every(db)
    )
    lede = sentence(
        "Texts that are written again and again. They can be chosen where somebody is told why, and stand before what is typed there."
    )
    new = _reason_form(
        places.PRESETS, visit.field("title"), visit.field("text", sanctioning.TEXT), sentence("Keep a reason")
    )
    return DeskPage(REASONS, (Rows(rows, sentence("No reason is kept yet."), lede=lede), new))


def _reason_form(address: str, title: str, text: str, heading: Sentence | None = None) -> Form:
    return Form(
        address,
        sentence("Save changes"),
        (
            Field("title", sentence("Title"), value=title, limit=keeping_reasons.TITLE, is_required=True),
            Field(
                "text",
                sentence("What the person reads"),
                "area",
                text,
                limit=sanctioning.TEXT,
                is_required=True,
            ),
        ),
        heading,
    )


@pages.post(places.PRESETS, access="member", permission=MAY_KEEP)
async def keep(visit: Visit) -> Answer:
    typed = visit.field("title"), visit.field("text", sanctioning.TEXT)
    problems = await office.tried(visit, keeping_reasons.add, visit.actor, *typed, visit.here)
    if problems:
        return await office.again(visit, problems, _reasons)
    return visit.go(places.PRESETS, done="desk_done")


@pages.get(places.PRESET, access="member", permission=MAY_KEEP)
async def reason(visit: Visit) -> Answer:
    return await office.show(visit, _reason)


def _reason(db: Reader, visit: Visit) -> DeskPage:
    found = presets.find(db, office.id_of(visit))
    if found is None:
        raise NotFound
    address = addresses.at(places.PRESET, id=str(found.id))
    form = _reason_form(address, visit.form.get("title", found.title), visit.form.get("text", found.text))
    end = Press(sentence("Remove"), addresses.at(places.PRESET_END, id=str(found.id)), "stop", ())
    return DeskPage(found.title, (form, Buttons((end,))), back=(REASONS, places.PRESETS))


@pages.post(places.PRESET, access="member", permission=MAY_KEEP)
async def change_reason(visit: Visit) -> Answer:
    typed = visit.field("title"), visit.field("text", sanctioning.TEXT)
    problems = await office.tried(
        visit, keeping_reasons.change, visit.actor, office.id_of(visit), *typed, visit.here
    )
    if problems:
        return await office.again(visit, problems, _reason)
    return visit.go(places.PRESETS, done="desk_done")


@pages.post(places.PRESET_END, access="member", permission=MAY_KEEP)
async def remove_reason(visit: Visit) -> Answer:
    await visit.store.writing(keeping_reasons.remove, visit.actor, office.id_of(visit), visit.here)
    return visit.go(places.PRESETS, done="desk_done")
