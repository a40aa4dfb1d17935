"""`martlet serve`, as a process of its own, on both databases."""

import re
from pathlib import Path

from tests.running import Running, running


def test_the_first_start_prints_a_link_for_the_owner(database: str, tmp_path: Path) -> None:
    with running(tmp_path / "data", database) as server:
        (first,) = _links(server)
        assert server.call("GET", first)[0] == 200
        server.stop()
        server.start()
        _, second = _links(server)
        assert server.call("GET", second)[0] == 200
        assert server.call("GET", first)[0] != 200


def _links(server: Running) -> list[str]:
    """The paths of all that were printed, oldest first."""
    return re.findall(rf"{re.escape(server.url)}(/setup/\S+)", server.log.read_text())
