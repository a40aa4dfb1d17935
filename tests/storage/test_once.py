"""What is good once is taken in the very statement that asks for it, so that of two at once one is told no."""

from martlet.model.names import AppId, TokenId, UserId
from martlet.model.server import Server
from martlet.services import inviting
from martlet.storage import attempts, invitations, logins, oauth, server_values
from martlet.storage.database import Store
from martlet.storage.oauth import App, Code
from tests.make import Make


def _user(store: Store, make: Make) -> UserId:
    account = make.account("ada")
    with store.read() as db:
        login = logins.find_of_account(db, account)
    assert login is not None
    return login.user


def test_a_code(store: Store, make: Make) -> None:
    user = _user(store, make)
    with store.write() as db:
        oauth.insert_app(db, App(AppId(1), "c", b"", "Bell", None, "[]", "read", 1))
        oauth.insert_code(db, Code(b"x", AppId(1), user, "a:", "read", None, 10))
        assert oauth.take_code(db, b"x", TokenId(1))
        assert not oauth.take_code(db, b"x", TokenId(2))
        assert not oauth.take_code(db, b"y", TokenId(2))


def test_a_step_of_the_clock(store: Store, make: Make) -> None:
    user = _user(store, make)
    with store.write() as db:
        assert logins.take_totp_step(db, user, 7)
        assert not logins.take_totp_step(db, user, 7)
        assert not logins.take_totp_step(db, user, 6)
        assert logins.take_totp_step(db, user, 8)


def test_a_recovery_code(store: Store, make: Make) -> None:
    user = _user(store, make)
    with store.write() as db:
        logins.put_recovery_digests(db, user, [b"1", b"2"])
        assert logins.take_recovery_code(db, user, b"1", 5)
        assert not logins.take_recovery_code(db, user, b"1", 5)
        assert logins.recovery_digests(db, user) == [b"2"]


def test_the_last_place_of_an_invitation(store: Store, here: Server) -> None:
    with store.write() as db:
        made = inviting.invite(db, None, 1, None, here)
        assert invitations.take(db, made.code, here.now_ms()) == made.id
        assert invitations.take(db, made.code, here.now_ms()) is None


def test_the_setup_link(store: Store) -> None:
    with store.write() as db:
        server_values.put(db, "setup", "x")
        assert not server_values.take(db, "setup", "y")
        assert server_values.take(db, "setup", "x")
        assert not server_values.take(db, "setup", "x")


def test_attempts_are_counted_one_by_one(store: Store) -> None:
    with store.write() as db:
        assert [attempts.count(db, "a", 0) for _ in range(3)] == [1, 2, 3]
        assert attempts.count(db, "a", 1) == 1
        attempts.forget(db, "a")
        assert attempts.tries(db, "a", 0) == 0
