"""
The first owner: a link that is printed when the server starts, good once, and only while there is no owner.

Only the link's digest is kept. Each start makes a new one, so a link in an old log opens nothing.
"""

from dataclasses import dataclass

from martlet.model import emails
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import MailWanted
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import hashing, letters, naming, permitting, registering
from martlet.services.ports import Ground
from martlet.services.registering import Details, Newcomer
from martlet.signing import tokens
from martlet.signing.tokens import Kind
from martlet.storage import logins, server_values
from martlet.storage.database import Reader, Writer
from martlet.storage.logins import Login
from martlet.text import names

SETUP = "setup"
FIRST_STEPS = "first_steps_done"


class SetupSpent(NotFound):
    code = "setup_spent"

    def __init__(self) -> None:
        super().__init__("This link no longer works.")


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the first owner fills in."""

    server_name: str
    username: str
    email: str
    password: str
    locale: str = "en"


def make_token(db: Writer) -> str | None:
    """What the link ends in; None if the server has an owner."""
    if server_values.find_owner(db) is not None:
        return None
    token = tokens.make(Kind.SETUP)
    server_values.put(db, SETUP, tokens.digest(token).hex())
    return token


def is_good(db: Reader, token: str) -> bool:
    kept = server_values.find(db, SETUP)
    return (
        kept is not None
        and tokens.is_same(bytes.fromhex(kept), tokens.digest(token))
        and server_values.find_owner(db) is None
    )


async def set_up(ground: Ground, token: str, wish: Foundation) -> Login:
    """Make the owner and name the server. Raises `SetupSpent` or `InvalidInput`."""
    if not await ground.store.reading(is_good, token):
        raise SetupSpent
    check(wish)
    hashed = await hashing.hash_password(wish.password)
    return await ground.store.writing(_set_up, token, wish, hashed, ground.here)


def check(wish: Foundation) -> None:
    """The owner may be called as they like: `admin` is not kept back from them."""
    details: Details = {}
    name = wish.server_name.strip()
    if not name:
        details["server_name"] = [("blank", "can't be blank")]
    elif len(name) > naming.LIMIT:
        details["server_name"] = [("too_long", f"is too long (maximum is {naming.LIMIT} characters)")]
    if not wish.username.strip():
        details["username"] = [("blank", "can't be blank")]
    elif not names.is_username(wish.username.strip()):
        details["username"] = [("invalid", "must contain only letters, numbers and underscores")]
    if emails.read(wish.email) is None:
        details["email"] = [("invalid" if wish.email.strip() else "blank", "is invalid")]
    registering.check_password(wish.password, (wish.username, wish.email, name), details)
    registering.refuse(details)


def _set_up(db: Writer, token: str, wish: Foundation, hashed: str, here: Server) -> Login:
    if not is_good(db, token) or not server_values.take(db, SETUP, tokens.digest(token).hex()):
        raise SetupSpent
    newcomer = Newcomer(
        wish.username.strip(), emails.read(wish.email) or "", hashed, role="owner", locale=wish.locale
    )
    account = registering.register(db, newcomer, here)
    naming.rename(db, names.display_name(wish.server_name))
    login = logins.find_of_account(db, account)
    if login is None:
        raise InvalidInput("The account could not be made.")
    return login


# -- first steps ---------------------------------------------------------


def are_first_steps_done(db: Reader) -> bool:
    """Whether whoever looks after the server has put the guide away."""
    return server_values.find(db, FIRST_STEPS) is not None


def end_first_steps(db: Writer, actor: Actor, here: Server) -> None:
    """Raises `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    server_values.put(db, FIRST_STEPS, str(here.now_ms()))


def send_test_letter(db: Writer, actor: Actor, here: Server) -> None:
    """A letter to whoever asks, to see that mail goes out. Raises `InvalidInput` where none is sent, `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    login = logins.find_of_account(db, actor.account)
    if not here.sends_mail or login is None:
        raise InvalidInput("This server sends no mail: set “smtp_host” in the settings file first.")
    db.emit(MailWanted(letters.TEST, login.email, login.locale, login.user))
