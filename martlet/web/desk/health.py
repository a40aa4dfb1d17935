"""How the server does: work that waits, slow servers, room; as numbers, as pictures over time, and what to do about it."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.services import measuring, minding_jobs
from martlet.services.measuring import Measure, Period
from martlet.services.taking_room import memory, room_of
from martlet.storage import backlog, block_lists, cards, day_counts, events, peers, remote_files
from martlet.storage.backlog import MOST, Backlog
from martlet.storage.database import Reader
from martlet.storage.day_counts import DAY_MS
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import (
    Bar,
    Block,
    Chart,
    DeskPage,
    Fact,
    Facts,
    Form,
    Press,
    Row,
    Rows,
    Say,
    Tag,
    Value,
)
from martlet.web.language import Language, figure
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, counted, sentence

pages = Pages()
HEALTH = sentence("Health")
MAY = Permission.VIEW_DEVOPS
MAY_GLANCE = Permission.VIEW_DEVOPS | Permission.VIEW_DASHBOARD
DAYS = 31
PARKED_SHOWN = 50
SILENT_SHOWN = 50
SHOWN = 10
LATE_MS = 300_000
LOW_DISK = 1 << 30
MB, GB = 1 << 20, 1 << 30
BAR_STEP, BAR_MOST = 20, 100


def size(bytes: int, tongue: Language) -> str:
    return f"{figure(bytes / GB, tongue, 1)} GB" if bytes >= GB else f"{figure(bytes / MB, tongue, 1)} MB"


# -- at a glance ---------------------------------------------------------


def at_a_glance(db: Reader, visit: Visit) -> Rows:
    """One line for each thing that is well, or not."""
    now = visit.here.now_ms()
    work = backlog.count(db, {}, "jobs", now)
    room = room_of(visit.ground.transfers)
    lines = [
        _line(sentence("Work"), _work(work), work.late_ms < LATE_MS, "clock"),
        _line(
            sentence("Set aside"),
            counted("one job", "{n} jobs", n=work.parked["jobs"]),
            work.parked["jobs"] == 0,
            "box",
        ),
        _line(
            sentence("To other servers"),
            counted("one delivery waits", "{n} deliveries wait", n=work.deliveries),
            work.deliveries < MOST,
            "globe",
        ),
        _line(
            sentence("Disk"),
            sentence("{size} free", size=size(room.free, visit.language)),
            room.free > LOW_DISK,
            "save",
        ),
    ]
    return Rows(tuple(lines), sentence("Nothing is known."), sentence("Health"))


def _work(work: Backlog) -> Sentence:
    if work.late_ms < LATE_MS:
        return sentence("All is done in time.")
    minutes = work.late_ms // 60_000
    return counted("The oldest job waits for a minute.", "The oldest job waits for {n} minutes.", n=minutes)


def _line(title: Sentence, said: Value, is_well: bool, drawing: str) -> Row:  # noqa: FBT001 - what was found
    tag = Tag(sentence("well")) if is_well else Tag(sentence("look at this"), "bad")
    return Row(title, places.HEALTH, said=(said,), tags=(tag,), drawing=drawing)


# -- the page ------------------------------------------------------------


@pages.get(places.HEALTH, access="member", permission=MAY_GLANCE)
async def overview(visit: Visit) -> Answer:
    page = await visit.store.reading_aside(_overview, visit)
    return office.answer(visit, page)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    blocks: list[Block] = list(_advice(db, visit))
    blocks.append(at_a_glance(db, visit))
    if office.may(visit, MAY):
        blocks.append(_parked(db))
    blocks += [_silent(db), _figures(db, visit)]
    blocks += _charts(db, visit)
    return DeskPage(HEALTH, tuple(blocks))


def _advice(db: Reader, visit: Visit) -> list[Say]:
    """What to do, where something is not well."""
    here = visit.here
    work = backlog.count(db, {}, "jobs", here.now_ms())
    said = []
    if room_of(visit.ground.transfers).free < LOW_DISK:
        said.append(
            sentence(
                "The disk is nearly full. Make room, or give the server a larger one: when it is full, nothing can be posted."
            )
        )
    if work.late_ms >= LATE_MS:
        said.append(
            sentence(
                "Work waits for longer than it should. Is the machine busy with something else? More workers (the setting “workers”) may help."
            )
        )
    if work.parked["jobs"]:
        said.append(
            sentence(
                "Jobs were set aside after many tries. Read what went wrong, mend the cause, then have them done again; or drop them."
            )
        )
    if not here.sends_mail:
        said.append(
            sentence(
                "This server sends no mail, so nobody can reset a password themselves. Set “smtp_host” in the settings file."
            )
        )
    if not here.url.startswith("https://") and "localhost" not in here.host:
        said.append(
            sentence(
                "People reach this server without encryption. Put a proxy with a certificate in front, and set “url” to https://."
            )
        )
    said += [
        sentence("The block list {url} could not be fetched: {why}", url=one.url, why=one.failure)
        for one in block_lists.every(db)
        if one.failure
    ]
    return [Say(one, "note") for one in said]


def _parked(db: Reader) -> Rows:
    rows = tuple(
        Row(
            sentence("Job {id}: {name}", id=str(one.id), name=one.name),
            said=(moment(one.parked_at), counted("one try", "{n} tries", n=one.tries)),
            drawing="box",
            quote=one.error[:400],
            presses=(
                Press(
                    sentence("Do it again"),
                    addresses.at(places.JOB, id=str(one.id), act="retry"),
                    hidden=(),
                    about=f"#{one.id}",
                ),
                Press(
                    sentence("Drop it"),
                    addresses.at(places.JOB, id=str(one.id), act="drop"),
                    "stop",
                    about=f"#{one.id}",
                ),
            ),
        )
        for one in events.parked(db, PARKED_SHOWN)
    )
    return Rows(rows, sentence("No job was set aside."), sentence("Jobs set aside"))


def _silent(db: Reader) -> Rows:
    """Servers that do not answer; `failing` reads them by an index of those alone."""
    found = peers.silent(db, SILENT_SHOWN)
    rows = tuple(
        Row(
            host,
            addresses.at(places.PEER, host=host),
            said=(sentence("silent since"), moment(since)),
            drawing="globe",
        )
        for host, since in found
    )
    return Rows(
        rows,
        sentence("All servers answer."),
        sentence("Servers that do not answer"),
        sentence(
            "They are tried again, less and less often; after a week what waits for them is given up. Nothing is to be done here, but you may ask their owner."
        ),
    )


def _figures(db: Reader, visit: Visit) -> Facts:
    room, kept = room_of(visit.ground.transfers), remote_files.total(db)
    most = remote_files.largest(db, 3)
    return Facts(
        (
            Fact(
                sentence("Disk"),
                sentence(
                    "{free} free of {total}",
                    free=size(room.free, visit.language),
                    total=size(room.total, visit.language),
                ),
            ),
            Fact(sentence("Database"), size(day_counts.database_bytes(db), visit.language)),
            Fact(
                sentence("Files of other servers"),
                sentence(
                    "{size} of {most}",
                    size=size(kept.bytes, visit.language),
                    most=size(visit.here.limits.remote_media_bytes, visit.language),
                ),
            ),
            *(
                Fact(one.host, size(one.bytes, visit.language), addresses.at(places.PEER, host=one.host))
                for one in most
            ),
            Fact(sentence("Pictures of link previews"), size(cards.picture_bytes(db), visit.language)),
            Fact(sentence("Memory of this process"), size(memory(), visit.language)),
            Fact(sentence("Martlet"), visit.here.version),
            Fact(
                sentence("Database program"),
                f"{'PostgreSQL' if db.dialect == 'postgres' else 'SQLite'} {day_counts.database_version(db)}",
            ),
        ),
        sentence("Room"),
    )


# -- over time -----------------------------------------------------------


CHARTS: tuple[tuple[str, Sentence, Sentence | None], ...] = (
    ("active_users", sentence("People here, each day"), None),
    ("new_users", sentence("Newcomers"), None),
    ("posts_here", sentence("Posts written here"), None),
    ("opened_reports", sentence("Reports"), None),
    (
        "waiting_jobs",
        sentence("Jobs waiting, at most"),
        sentence(
            "It goes up when much is posted, and down again. If it only goes up, the machine is too slow for what is asked of it."
        ),
    ),
    (
        "waiting_deliveries",
        sentence("Deliveries waiting, at most"),
        sentence("A hill is a server that was away. It goes within a week."),
    ),
    (
        "database_bytes",
        sentence("Size of the database"),
        sentence(
            "It grows with what is posted and followed. Keep twice as much free on the disk, for backups."
        ),
    ),
    (
        "disk_bytes",
        sentence("Disk space in use"),
        sentence("All that is on it, also of other programs. When it is full, nothing can be posted."),
    ),
    (
        "memory_bytes",
        sentence("Memory of one process, at most"),
        sentence(
            "It grows in the first days and then stays. If it goes on growing, please tell those who make Martlet."
        ),
    ),
    (
        "cache_bytes",
        sentence("Files of other servers that are kept"),
        sentence(
            "It stays below the setting “remote_media_cache_mb”; those that nobody looked at for longest go first."
        ),
    ),
)


def _charts(db: Reader, visit: Visit) -> list[Chart]:
    today = visit.here.now_ms() // DAY_MS
    period = Period(today - DAYS + 1, today)
    found = {name: measuring.measure(db, name, "", period) for name, *_ in CHARTS}
    sizes = [value for _, value in found["database_bytes"].days]
    last = max((place for place, size in enumerate(sizes) if size), default=None)
    return [
        level(title, advice, found[name], last, visit.language, is_size=name.endswith("_bytes"))
        if name.endswith("_bytes") or name.startswith("waiting_")
        else chart(title, found[name], visit.language)
        for name, title, advice in CHARTS
    ]


def chart(title: Sentence, found: Measure, tongue: Language) -> Chart:
    """What is counted day by day."""
    highest = figure(max((value for _, value in found.days), default=0), tongue)
    told = sentence("in 31 days; at most {most} on a day", most=highest)
    return _drawn(title, figure(found.total, tongue), told, found)


def level(
    title: Sentence,
    advice: Sentence | None,
    found: Measure,
    last: int | None,
    tongue: Language,
    *,
    is_size: bool,
) -> Chart:
    """What goes up and down. `last`: the place among the days of the last on which it was measured (with all others)."""
    if last is None:
        said = sentence("Nothing was measured yet. Look again in ten minutes.")
        return _drawn(title, "", said, found, advice)
    shown = size if is_size else figure
    highest = shown(max(value for _, value in found.days), tongue)
    told = sentence("lately; at most {most} on a day", most=highest)
    return _drawn(title, shown(found.days[last][1], tongue), told, found, advice)


def _drawn(
    title: Sentence, total: str, told: Sentence, found: Measure, advice: Sentence | None = None
) -> Chart:
    highest = max((value for _, value in found.days), default=0)
    bars = tuple(
        Bar(place * BAR_STEP, max(2, round(value * BAR_MOST / highest)))
        for place, (_, value) in enumerate(found.days)
        if value
    )
    first, last = moment(found.days[0][0] * DAY_MS), moment(found.days[-1][0] * DAY_MS)
    return Chart(title, total, told, bars, first, last, advice)


# -- jobs ----------------------------------------------------------------


@pages.get(places.JOB, access="member", permission=MAY)
async def ask_drop(visit: Visit) -> Answer:
    return await office.show(visit, _ask_drop)


def _ask_drop(db: Reader, visit: Visit) -> DeskPage:
    id = office.id_of(visit)
    if visit.params["act"] != "drop" or all(one.id != id for one in events.parked(db, PARKED_SHOWN)):
        raise NotFound
    form = Form(addresses.at(places.JOB, id=str(id), act="drop"), sentence("Yes, drop it"), kind="stop")
    return office.confirm(
        sentence("Drop job {id}?", id=str(id)),
        form,
        back=(HEALTH, places.HEALTH),
        says=(sentence("What it was to do is never done. This cannot be taken back."),),
    )


@pages.post(places.JOB, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    ways = {"retry": minding_jobs.retry, "drop": minding_jobs.drop}
    if visit.params["act"] not in ways:
        raise NotFound
    await visit.store.writing(ways[visit.params["act"]], visit.actor, office.id_of(visit), visit.here)
    return visit.go(places.HEALTH, done="desk_done")
