"""Why something is done that nobody is told of: asked for where it is done, and read in the log."""

from martlet.model.ids import id_from
from martlet.services import keeping_reasons
from martlet.services.keeping_reasons import Reason
from martlet.storage import presets
from martlet.storage.database import Reader
from martlet.web.desk_pages import Field, Option
from martlet.web.visits import Visit
from martlet.web.wording import sentence


def fields(db: Reader, visit: Visit) -> tuple[Field, ...]:
    """A reason that is kept, where there are such, and words of one's own."""
    kept = presets.every(db)
    options = (Option("", sentence("none")), *(Option(str(one.id), one.title) for one in kept))
    chosen = Field(
        "preset", sentence("A reason that is kept"), "choice", visit.field("preset"), options=options
    )
    text = Field(
        "text",
        sentence("Why, for those who look after this server"),
        "area",
        visit.field("text", keeping_reasons.WORDS),
        limit=keeping_reasons.WORDS,
    )
    return (chosen, text) if kept else (text,)


def typed(visit: Visit) -> Reason:
    """What `fields` brought."""
    return Reason(visit.field("text", keeping_reasons.WORDS), id_from(visit.form.get("preset", "")))
