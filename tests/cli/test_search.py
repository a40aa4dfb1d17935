"""`martlet search`, and the index after `martlet restore`."""

from pathlib import Path

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.server import Server
from martlet.services import searching
from martlet.storage.database import Store
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from tests.cli.conftest import Operator
from tests.make import Make


def finds(store: Store, viewer: AccountId, here: Server) -> int:
    with store.read() as db:
        return len(searching.posts(db, viewer, "小米", Page(), here))


def test_rebuilding_the_index(martlet: Operator, store: Store, here: Server, make: Make) -> None:
    ada = make.account("ada")
    make.post(by=ada, text="小米手机")
    assert finds(store, ada, here) == 0  # no reaction has run here
    result = martlet("search", "rebuild")
    assert result.exit_code == 0, result.output
    assert finds(store, ada, here) == 1


def test_what_was_restored_is_found(
    martlet: Operator, store: Store, here: Server, make: Make, tmp_path: Path
) -> None:
    ada = make.account("ada")
    make.post(by=ada, text="小米手机")
    assert martlet("backup", str(tmp_path / "all.tar")).exit_code == 0
    elsewhere = tmp_path / "elsewhere"
    result = Operator("sqlite", elsewhere)("restore", str(tmp_path / "all.tar"))
    assert result.exit_code == 0, result.output
    restored = open_store("sqlite", elsewhere)
    try:
        migrate(restored)
        assert finds(restored, ada, here) == 1
    finally:
        restored.close()
