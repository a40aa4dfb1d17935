"""`martlet account adopt`: an account is brought here from its backup, for its owner to sign."""

from pathlib import Path

from martlet.signing import recovery_words, root_boxes
from martlet.signing.keys import PrivateKey
from martlet.storage import accounts, adoptions, uris
from martlet.storage.database import Store
from tests.carrying import Islands
from tests.cli.conftest import Operator
from tests.services.test_adopting import backup, signs


def test_an_account_is_brought_here(
    martlet: Operator, store: Store, islands: Islands, tmp_path: Path
) -> None:
    """By the words or what they open, asked for unseen; wrong ones, other files and other people change nothing."""
    sea, root = islands("sea.example"), PrivateKey.make_ed25519()
    sea.person("ada")
    old = sea.publish("ada", "Before")["uri"]
    signs(sea, "ada", root)
    file = tmp_path / "ada.martlet-backup"
    file.write_bytes(backup(sea, "ada"))
    other, words = tmp_path / "other", " ".join(recovery_words.words_of(root))
    other.write_bytes(b"PK\x03\x04")
    unlocking = root_boxes.unlock(root_boxes.read(file.read_bytes()), root)
    for name in ("ada", "ada2"):
        assert martlet.create(name).exit_code == 0
    for username, given, typed in (
        ("ada", file, "no"),
        ("ada", file, recovery_words.text_of(PrivateKey.make_ed25519())),
        ("ada", other, words),
        ("eve", file, words),
    ):
        result = martlet("account", "adopt", username, str(given), typed=f"{typed}\n")
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
    for username, typed in (("ada", words), ("ada2", unlocking)):
        result = martlet("account", "adopt", username, str(file), typed=f"{typed}\n")
        assert result.exit_code == 0, result.output
        assert typed not in result.output
        assert sea.uri("ada") in result.output
        with store.read() as db:
            found = accounts.find_by_handle(db, username)
            assert found is not None
            adopted = adoptions.find(db, found.id)
            assert adopted is not None
            assert (adopted.root, adopted.told_at) == (root.public.to_did(), None)
            assert uris.find_post(db, old) is not None
