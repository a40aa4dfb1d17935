"""The server's name: what its owner chose, else the setting."""

from martlet.model.server import Server
from martlet.storage import server_values
from martlet.storage.database import Reader, Writer

NAME = "name"
LIMIT = 80


def server_name(db: Reader, here: Server) -> str:
    return server_values.find(db, NAME) or here.name


def rename(db: Writer, name: str) -> None:
    server_values.put(db, NAME, name)
