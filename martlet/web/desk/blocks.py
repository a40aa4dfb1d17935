"""Who may not join: e-mail domains and addresses, networks, and names that are kept back."""

from collections.abc import Callable

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import moment_of
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.model.sign_up_blocks import (
    KINDS,
    Block,
    CanonicalEmailBlock,
    EmailDomainBlock,
    IpBlock,
    IpSeverity,
    UsernameBlock,
)
from martlet.services import blocking_sign_ups
from martlet.storage import sign_up_blocks
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import Choice as View
from martlet.web.desk_pages import DeskPage, Field, Form, Option, Press, Row, Rows, Tag, Value
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, problems_of, sentence

pages = Pages()
TITLE = sentence("Who may not join")
MAY = Permission.MANAGE_BLOCKS
LONGEST = 320
DAY_S = 86_400
TABS: dict[str, Sentence] = {
    EmailDomainBlock.kind: sentence("E-mail domains"),
    CanonicalEmailBlock.kind: sentence("E-mail addresses"),
    IpBlock.kind: sentence("Networks"),
    UsernameBlock.kind: sentence("Names"),
}
SEVERITIES: dict[str, Sentence] = {
    IpSeverity.APPROVAL: sentence("whoever joins from there has to be approved"),
    IpSeverity.NO_SIGN_UP: sentence("nobody joins from there"),
    IpSeverity.NO_ACCESS: sentence("nothing is answered there"),
}
LEDES: dict[str, Sentence] = {
    EmailDomainBlock.kind: sentence("Nobody joins with an address of these domains, or of one below them."),
    CanonicalEmailBlock.kind: sentence(
        "Nobody joins with these addresses, however they are spelled. Only a digest of them is kept."
    ),
    IpBlock.kind: sentence("What holds for networks that people come from."),
    UsernameBlock.kind: sentence("Names that nobody can take, also spelled so that they only look alike."),
}


def _kind(visit: Visit) -> type[Block]:
    found = KINDS.get(visit.params["kind"])
    if found is None:
        raise NotFound
    return found


def _address(kind: type[Block]) -> str:
    return addresses.at(places.BLOCKS, kind=kind.kind)


@pages.get(places.BLOCKS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    kind = _kind(visit)
    found = sign_up_blocks.page(db, kind, office.page_asked(visit))
    rows = tuple(_row(one, visit.here.now_ms()) for one in found)
    newer, older = office.ends(visit, _address(kind), [one.id for one in found])
    lines = Rows(rows, sentence("Nothing is kept out."), lede=LEDES[kind.kind], newer=newer, older=older)
    return DeskPage(
        TITLE,
        (_new(visit, kind), lines),
        choices=tuple(View(said, _address(KINDS[name]), name == kind.kind) for name, said in TABS.items()),
    )


def _row(one: Block, now: int) -> Row:
    said: list[Value] = [moment_of(one.id)]
    marks: list[Tag] = []
    quote = ""
    if isinstance(one, IpBlock):
        said.insert(0, SEVERITIES[one.severity])
        quote = one.comment
        if one.expires_at is not None:
            is_over = one.expires_at <= now
            marks += [Tag(sentence("over"), "off")] if is_over else []
            said += [sentence("until"), moment(one.expires_at)]
    if isinstance(one, UsernameBlock) and not one.is_exact:
        marks.append(Tag(sentence("also within other names"), "note"))
    name = str(getattr(one, one.key))
    end = Press(sentence("End it"), addresses.at(places.BLOCK_END, kind=one.kind, id=str(one.id)), about=name)
    return Row(name, said=tuple(said), tags=tuple(marks), drawing="lock", quote=quote, presses=(end,))


def _new(visit: Visit, kind: type[Block]) -> Form:
    """A field for the thing itself, and what else its kind knows."""
    labels = {
        EmailDomainBlock.kind: sentence("Domain"),
        CanonicalEmailBlock.kind: sentence("E-mail address"),
        IpBlock.kind: sentence("Network (203.0.113.0/24) or address"),
        UsernameBlock.kind: sentence("Name"),
    }
    fields = [
        Field("what", labels[kind.kind], value=visit.field("what", LONGEST), limit=LONGEST, is_required=True)
    ]
    if kind is IpBlock:
        fields += [
            Field(
                "severity",
                sentence("What holds"),
                "choice",
                visit.form.get("severity", IpSeverity.NO_SIGN_UP),
                options=tuple(Option(name, said) for name, said in SEVERITIES.items()),
            ),
            Field(
                "days",
                sentence("For how long?"),
                "choice",
                visit.form.get("days", "30"),
                options=(
                    Option("1", sentence("a day")),
                    Option("7", sentence("a week")),
                    Option("30", sentence("a month")),
                    Option("", sentence("until I take it back")),
                ),
            ),
            Field(
                "comment",
                sentence("Why, for those who look after this server"),
                value=visit.field("comment"),
                limit=1000,
            ),
        ]
    if kind is UsernameBlock:
        fields.append(
            Field("within", sentence("Also within other names"), "tick", visit.form.get("within", ""))
        )
    return Form(_address(kind), sentence("Keep out"), tuple(fields), kind="stop")


def _rule(visit: Visit, kind: type[Block]) -> Block:
    """Raises `InvalidInput`."""
    id, what = visit.here.next_id(), visit.field("what", LONGEST)
    if kind is IpBlock:
        rule = blocking_sign_ups.ip_rule(id, what, visit.form.get("severity"), visit.field("comment"))
        days = visit.form.get("days", "")
        seconds = int(days) * DAY_S if days in ("1", "7", "30") else None
        return blocking_sign_ups.running_out(rule, seconds, visit.here)
    if kind is UsernameBlock:
        return blocking_sign_ups.username_rule(id, what, is_exact="within" not in visit.form)
    rules: dict[type[Block], Callable[[int, str], Block]] = {
        EmailDomainBlock: blocking_sign_ups.email_domain_rule,
        CanonicalEmailBlock: blocking_sign_ups.email_rule,
    }
    return rules[kind](id, what)


@pages.post(places.BLOCKS, access="member", permission=MAY)
async def add(visit: Visit) -> Answer:
    kind = _kind(visit)
    try:
        rule = _rule(visit, kind)
    except (InvalidInput, ValueError) as error:
        told = problems_of(error) if isinstance(error, InvalidInput) else ()
        return await office.again(visit, told or (office.invalid("what"),), _overview)
    problems = await office.tried(
        visit, blocking_sign_ups.add, visit.actor, rule, visit.here, visit.request.address
    )
    if problems:
        return await office.again(visit, problems, _overview)
    return visit.go(_address(kind), done="desk_done")


@pages.get(places.BLOCK_END, access="member", permission=MAY)
async def ask_end(visit: Visit) -> Answer:
    return await office.show(visit, _ask_end)


def _ask_end(db: Reader, visit: Visit) -> DeskPage:
    kind = _kind(visit)
    rule = blocking_sign_ups.get(db, kind, office.id_of(visit))
    address = addresses.at(places.BLOCK_END, kind=kind.kind, id=str(rule.id))
    return office.confirm(
        sentence("Keep out no longer: {what}?", what=str(getattr(rule, rule.key))),
        Form(address, sentence("Yes, end it")),
        back=(TITLE, _address(kind)),
        says=(sentence("You can take it back by the log."),),
    )


@pages.post(places.BLOCK_END, access="member", permission=MAY)
async def end(visit: Visit) -> Answer:
    kind = _kind(visit)
    await visit.store.writing(blocking_sign_ups.remove, visit.actor, kind, office.id_of(visit), visit.here)
    return visit.go(_address(kind), done="desk_done")
