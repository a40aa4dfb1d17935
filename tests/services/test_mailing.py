"""Letters go through the mail server that was named, privately, or wait."""

import email
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import pytest

from martlet import app
from martlet.model.events import MailWanted
from martlet.services import letters
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import users
from tests import mailserver
from tests.client import Api
from tests.mailserver import PASSWORD, USER, MailServer
from tests.network.servers import Authority

HOST = "localhost"
SECURE = ["starttls", "tls"]
Sending = Callable[..., AbstractContextManager[Api]]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine trusts."""
    made = Authority(tmp_path)
    (tmp_path / "trusted.pem").write_text(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    return made


@pytest.fixture
def sending(ground: Ground, settings: Settings) -> Sending:
    """A server of ours that sends mail through another."""

    @contextmanager
    def start(to: MailServer, security: str, password: str = PASSWORD) -> Iterator[Api]:
        posting = msgspec.structs.replace(
            settings,
            smtp_host=HOST,
            smtp_port=to.port,
            smtp_security=security,
            smtp_user=USER,
            smtp_password=password,
            mail_from="martlet@town.example",
        )
        client = Api(app.build_on(replace(ground, here=replace(ground.here, sends_mail=True)), posting))
        yield client
        client.close()

    return start


def want_letter(api: Api) -> None:
    ada = api.person("ada")
    with api.built.ground.store.write() as db:
        user = users.find(db, ada.id)
        assert user is not None
        db.emit(MailWanted(letters.RESET, user.email, "en", user.id))
    api.work()


def waiting(api: Api) -> list[Any]:
    """The letters that wait to be tried again: how often they were, and what went wrong."""
    with api.built.ground.store.read() as db:
        return db.rows("SELECT tries, error FROM job WHERE name = 'mail'")


def try_again(api: Api) -> None:
    with api.built.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0")
    api.work()


@pytest.mark.parametrize("security", SECURE)
def test_letters_and_passwords_travel_in_private(
    authority: Authority, sending: Sending, security: Any
) -> None:
    with (
        mailserver.opened(security, authority.context_for(HOST)) as box,
        sending(box, security) as api,
    ):
        want_letter(api)
        assert waiting(api) == []
    assert box.commands == ["AUTH", "MAIL"]
    letter = email.message_from_bytes(box.letters[0], policy=default)
    assert letter["To"] == "ada@mail.example"


def test_nothing_is_said_to_a_server_that_does_not_offer_privacy(sending: Sending) -> None:
    """Somebody on the way can take the offer out of a server's greeting."""
    with mailserver.opened("none") as box, sending(box, "starttls") as api:
        want_letter(api)
        [(tries, error)] = waiting(api)
    assert (tries, box.commands, box.letters) == (1, [], [])
    assert "STARTTLS" in error


@pytest.mark.parametrize("security", SECURE)
@pytest.mark.parametrize("wrong", ["name", "authority"])
@pytest.mark.usefixtures("authority")
def test_nothing_is_said_to_a_server_that_cannot_prove_its_name(
    authority: Authority, sending: Sending, tmp_path: Path, security: Any, wrong: str
) -> None:
    (tmp_path / "other").mkdir()
    signing = authority if wrong == "name" else Authority(tmp_path / "other")
    context = signing.context_for("elsewhere.test" if wrong == "name" else HOST)
    with mailserver.opened(security, context) as box, sending(box, security) as api:
        want_letter(api)
        [(tries, error)] = waiting(api)
    assert (tries, box.commands, box.letters) == (1, [], [])
    assert "CERTIFICATE_VERIFY_FAILED" in error


@pytest.mark.parametrize("security", SECURE)
def test_a_wrong_password_is_told_and_the_letter_waits(
    authority: Authority, sending: Sending, security: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        mailserver.opened(security, authority.context_for(HOST)) as box,
        sending(box, security, "the old password") as api,
    ):
        want_letter(api)
        [(tries, error)] = waiting(api)
        assert (tries, box.commands, box.letters) == (1, ["AUTH"] * box.commands.count("AUTH"), [])
        assert "535" in error
        assert "the old password" not in error + caplog.text
        box.password = "the old password"
        try_again(api)
        assert waiting(api) == []
    assert len(box.letters) == 1


def test_h4_whose_letter_is_refused_stands_in_no_log(
    authority: Authority, sending: Sending, caplog: pytest.LogCaptureFixture
) -> None:
    with mailserver.opened("tls", authority.context_for(HOST)) as box, sending(box, "tls") as api:
        box.refuses = True
        want_letter(api)
        [(tries, error)] = waiting(api)
    assert (tries, error) == (1, "LetterRefused('The mail server takes no letters for this address (550).')")
    assert "The job mail" in caplog.text
    assert "mail.example" not in caplog.text
