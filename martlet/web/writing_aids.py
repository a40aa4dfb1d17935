"""
What helps while somebody writes, asked for by script: files at once, words completed, and what is known of the text so far.

Answers are small pieces of HTML, or a little JSON. Everything here the form does by itself too, when it is sent.
"""

import msgspec

from martlet.http import limits
from martlet.http.answer import HTML, JSON, NOSNIFF, PRIVATE, Answer
from martlet.model.errors import InvalidInput, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.names import AccountId, CircleId, MediaId, PostId
from martlet.services import circling, composing, finding_accounts, searching
from martlet.services.composing import PostTooLong
from martlet.storage import accounts, emojis, posts
from martlet.storage.database import Reader
from martlet.text import render
from martlet.text.language_detection import detect
from martlet.text.languages import LANGUAGES
from martlet.text.length import post_length
from martlet.text.names import own_hosts
from martlet.web import addresses, departing, faces, guarding, pictures, rendering, typed, writing
from martlet.web.cards import Face
from martlet.web.pictures import NoFile
from martlet.web.typed import Typed
from martlet.web.visits import Pages, Visit
from martlet.web.writing_pages import Completion, KeptFile

pages = Pages()

SUGGESTED = 6
LONGEST = 60
"""Characters of a word that is completed."""


# -- files ---------------------------------------------------------------


@pages.upload(addresses.WRITE_FILES, limit=pictures.limit)
async def take_file(visit: Visit) -> Answer:
    """One file, uploaded as soon as it was chosen; answered with its place in the form, or with a sentence."""
    file = next(pictures.files_in(visit), None)
    try:
        if file is None:
            raise NoFile
        id = await pictures.upload(visit, file, visit.form.get("said", ""))
    except (InvalidInput, TooMany) as error:
        if visit.is_from_outbox:
            return departing.refused(
                visit, writing.problems(error), 429 if isinstance(error, TooMany) else 422
            )
        (problem, *_) = writing.problems(error)
        text = rendering.told(problem.sentence, visit.language)
        return Answer(
            text.encode(), 429 if isinstance(error, TooMany) else 422, [HTML, *guarding.headers(), PRIVATE]
        )
    return departing.taken(id) if visit.is_from_outbox else await _file(visit, id)


@pages.get(addresses.WRITE_FILE, access="member")
async def show_file(visit: Visit) -> Answer:
    """A file that a draft of this browser names, as long as it is there. Raises `NotFound`."""
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    return await _file(visit, MediaId(id))


async def _file(visit: Visit, id: MediaId) -> Answer:
    kept = await visit.store.reading(pictures.kept, visit, [id])
    if not kept:
        raise NotFound
    return _piece(visit, "parts/kept_file.html", one=kept[0], n=1, total=1)


# -- words ---------------------------------------------------------------


@pages.get(addresses.COMPLETE, access="member")
async def complete(visit: Visit) -> Answer:
    """`q` begins with what tells of the kind: @, # or a colon."""
    visit.count(limits.COMPLETIONS)
    asked = visit.query.get("q", "")[: LONGEST + 1]
    found = await visit.store.reading(_complete, visit, asked[:1], asked[1:]) if len(asked) > 1 else ()
    return _piece(visit, "parts/completions.html", found=found)


def _complete(db: Reader, visit: Visit, kind: str, start: str) -> tuple[Completion, ...]:
    if kind == "@":
        people = finding_accounts.by_words(db, visit.account, start, visit.here, SUGGESTED)
        return tuple(map(_person, _faces(db, visit, [one.account_id for one in people])))
    if kind == "#":
        tags = searching.hashtags(db, start, visit.here, SUGGESTED)
        return tuple(Completion(f"#{one.tag.shown}", f"#{one.tag.shown}") for one in tags)
    start = start.lower()
    named = [one for one in emojis.listed(db) if start in one.shortcode.lower()]
    named.sort(key=lambda one: (not one.shortcode.lower().startswith(start), one.shortcode))
    return tuple(
        Completion(f":{one.shortcode}:", f":{one.shortcode}:", picture=faces.emoji_file(one, visit.here))
        for one in named[:SUGGESTED]
    )


def _faces(db: Reader, visit: Visit, ids: list[AccountId]) -> list[Face]:
    found = accounts.many_shown(db, ids)
    return [faces.face(found[id], visit.here, is_inside=True) for id in ids if id in found]


def _person(face: Face) -> Completion:
    handle = face.address.rpartition("/")[2]
    return Completion(handle, face.name, handle, face.avatar)


# -- the text so far -----------------------------------------------------


class Looked(msgspec.Struct, frozen=True):
    """`left`: characters that may still be written. `language`: what it seems to be in, by code and by its own name."""

    left: int
    language: str = ""
    language_name: str = ""
    readers: int | None = None
    """How many people get it, where only those named or a circle do."""
    strangers: tuple[str, ...] = ()
    """Handles that nobody here knows yet; they are looked up when it is sent."""


@pages.post(addresses.CHECK, access="member")
async def check(visit: Visit) -> Answer:
    visit.count(limits.CHECKS)
    looked = await visit.store.reading(_look, visit)
    return Answer(msgspec.json.encode(looked), 200, [JSON, NOSNIFF, PRIVATE])


def _look(db: Reader, visit: Visit) -> Looked:
    written, here = typed.from_form(visit.form), visit.here
    limit = here.limits.post
    try:
        words = composing.read(written.text, written.warning, here)
        left = limit - post_length(words.parsed, words.warning)
    except PostTooLong:
        parsed = render.parse(written.text[: limit * 2], own_hosts(here.host))
        return Looked(min(-1, limit - post_length(parsed, written.warning[:limit])))
    code = detect(words.text) or ""
    named = composing.named(db, words, visit.account)
    strangers = tuple(composing.strangers(db, words.text, visit.account, here)[: writing.STRANGERS])
    readers = None
    if written.audience == "direct":
        readers = len(named - {visit.account}) + len(strangers)
    elif written.audience in ("circle", "limited"):
        readers = len(_circle(db, visit, written) | named - {visit.account})
    return Looked(left, code, LANGUAGES[code].own_name if code in LANGUAGES else "", readers, strangers)


def _circle(db: Reader, visit: Visit, written: Typed) -> set[AccountId]:
    """Who is in the circle that is written to, one's own or that of what is answered; nobody where it is gone."""
    try:
        if written.audience == "circle":
            return set(circling.readers(db, written.circle or CircleId(0), visit.account))
        answered = posts.find(db, written.reply or PostId(0), visit.account)
        return set() if answered is None else set(circling.readers_of_answer(db, answered, visit.account))
    except (InvalidInput, NotFound):
        return set()


def _piece(visit: Visit, template: str, **values: tuple[Completion, ...] | KeptFile | int) -> Answer:
    html = rendering.piece(template, visit.language, **values)
    return Answer(html, 200, [HTML, *guarding.headers(), PRIVATE])
