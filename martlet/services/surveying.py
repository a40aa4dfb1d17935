"""The first thing that follows from a new post: a look at what hangs on it, so that what follows then need not ask."""

from martlet.model.events import PostPublished
from martlet.model.server import Server
from martlet.storage import surveys
from martlet.storage.database import Writer


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    del here
    surveys.look(db, event.post)
