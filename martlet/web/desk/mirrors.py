"""Mirrors, for who looks after the server: who asks to be mirrored, how much is kept of whom, and what may not be handed on."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.services import deciding_on_mirrors, mirroring
from martlet.storage import accounts, mirrored
from martlet.storage.database import Reader
from martlet.storage.mirrored import Mirrored
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import Buttons, DeskPage, Fact, Facts, Field, Form, Press, Row, Rows, Tag, Value
from martlet.web.language import Language, figure
from martlet.web.mirror_words import heard
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, sentence

pages = Pages()
TITLE = sentence("Mirrors")
MAY = Permission.MANAGE_FEDERATION
SHOWN = 200
LONGEST_DIGEST, LONGEST_REASON = 100, 500
MIB = 1024 * 1024
TAGS: dict[str, Tag] = {
    "asked": Tag(sentence("asks"), "note"),
    "accepted": Tag(sentence("mirrored")),
    "refused": Tag(sentence("refused"), "off"),
    "ended": Tag(sentence("ended"), "off"),
}
ACTS = ("accept", "end")


@pages.get(places.MIRRORS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    now = visit.here.now_ms()
    rows = tuple(_row(db, one, now, visit.language) for one in mirrored.every(db, SHOWN))
    listed = Rows(
        rows,
        sentence("Nobody has asked yet."),
        lede=sentence(
            "People elsewhere whose public posts this server keeps and hands on, so that they can be read when their own server cannot be reached."
        ),
    )
    gone = Rows(
        tuple(
            Row(
                digest.hex(),
                said=(name or sentence("It was not here"), moment(at)),
                quote=reason,
                drawing="warn",
            )
            for digest, name, reason, at in mirrored.taken_down(db, SHOWN)
        ),
        sentence("Nothing was taken down."),
        sentence("Taken down"),
    )
    typed = visit.form
    form = Form(
        places.MIRRORS,
        sentence("Take it down"),
        (
            Field(
                "digest",
                sentence("SHA-256 of a document or file"),
                value=typed.get("digest", ""),
                help=sentence("It stands in the address of a post’s page here."),
                limit=LONGEST_DIGEST,
                is_required=True,
            ),
            Field("reason", sentence("Why"), value=typed.get("reason", ""), limit=LONGEST_REASON),
        ),
        sentence("Hand something on no more"),
    )
    return DeskPage(TITLE, (listed, gone, form))


def _row(db: Reader, one: Mirrored, now: int, language: Language) -> Row:
    said: tuple[Value, ...] = (moment(one.asked_at),)
    if one.state == "accepted":
        said = (heard(one.contact_at, now), _size(one.used_bytes + one.media_bytes, language))
    return Row(
        mirroring.known_name(db, one.account_id),
        addresses.at(places.MIRROR, id=str(one.account_id)),
        said=said,
        tags=(TAGS[one.state],),
        drawing="globe",
    )


def _size(bytes: int, language: Language) -> Sentence:
    return sentence("{size} MB", size=figure(bytes / MIB, language, 1))


@pages.get(places.MIRROR, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _page)


def _page(db: Reader, visit: Visit) -> DeskPage:
    account = AccountId(office.id_of(visit))
    found, who = mirrored.find(db, account), accounts.find(db, account)
    if found is None or who is None:
        raise NotFound
    now = visit.here.now_ms()
    waits, _ = mirrored.left_for(db, account)
    facts = [
        Fact(sentence("Asked on"), moment(found.asked_at)),
        Fact(sentence("Until"), moment(found.until_at)),
        Fact(sentence("At most"), _size(found.max_bytes, visit.language)),
    ]
    if found.state == "accepted":
        facts += [
            Fact(sentence("Posts kept"), str(mirrored.count(db, account))),
            Fact(sentence("Documents"), _size(found.used_bytes, visit.language)),
            Fact(sentence("Files"), _size(found.media_bytes, visit.language)),
            Fact(sentence("Their server"), heard(found.contact_at, now)),
            Fact(sentence("Not here, by the author’s own count"), str(found.missing)),
            Fact(sentence("Waits to be fetched by their server"), str(waits)),
        ]
    ways: tuple[Press, ...] = ()
    if found.state == "asked":
        ways = (
            Press(sentence("Keep their posts"), _act(account, "accept"), "go", hidden=()),
            Press(sentence("Refuse"), _act(account, "end"), "stop"),
        )
    elif found.state == "accepted":
        ways = (
            Press(sentence("See the page"), addresses.at(addresses.PROFILE, username=who.handle)),
            Press(sentence("Keep nothing any more"), _act(account, "end"), "stop"),
        )
    return DeskPage(
        mirroring.known_name(db, account),
        (Facts(tuple(facts)), Buttons(ways)),
        back=(TITLE, places.MIRRORS),
    )


def _act(account: AccountId, act: str) -> str:
    return addresses.at(places.MIRROR_ACT, id=str(account), act=act)


@pages.get(places.MIRROR_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _asked)


def _asked(db: Reader, visit: Visit) -> DeskPage:
    """What is lost is asked once more. Raises `NotFound`."""
    account = AccountId(office.id_of(visit))
    if visit.params["act"] != "end" or mirrored.find(db, account) is None:
        raise NotFound
    name = mirroring.known_name(db, account)
    asked = office.confirm(
        sentence("Be their mirror no longer?"),
        Form(_act(account, "end"), sentence("Yes, keep nothing"), kind="stop"),
        back=(TITLE, addresses.at(places.MIRROR, id=str(account))),
        says=(
            sentence(
                "What is kept of them is deleted here, and their server is told. Posts of people who are followed here stay."
            ),
        ),
    )
    return office.with_words(asked, name)


@pages.post(places.MIRROR_ACT, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    account, name = AccountId(office.id_of(visit)), visit.params["act"]
    if name not in ACTS:
        raise NotFound
    do = deciding_on_mirrors.accept if name == "accept" else deciding_on_mirrors.end
    await visit.store.writing(do, visit.actor, account, visit.here)
    return visit.go(addresses.at(places.MIRROR, id=str(account)), done="desk_done")


@pages.post(places.MIRRORS, access="member", permission=MAY)
async def take_down(visit: Visit) -> Answer:
    typed = visit.field("digest", LONGEST_DIGEST).strip().lower()
    if len(typed) != 2 * mirroring.DIGEST or not set(typed) <= set("0123456789abcdef"):
        problem = Problem("digest", sentence("This is no SHA-256: 64 digits and letters from a to f."))
        return await office.again(visit, (problem,), _overview)
    reason = visit.field("reason", LONGEST_REASON)
    await visit.store.writing(
        deciding_on_mirrors.take_down, visit.actor, bytes.fromhex(typed), reason, visit.here
    )
    return visit.go(places.MIRRORS, done="desk_done")
