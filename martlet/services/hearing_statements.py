"""
Statements of root keys, as others hand them on: what an account's own server cannot say while it is away, or will not.

A statement proves itself, so it does not matter who hands it on. What it says of the account itself holds at once. Where it
names another account, that one has to say the same: whoever has a root key could name anybody.
"""

from martlet.model.carrying import Trust
from martlet.model.continuity import Statement
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.services import continuing
from martlet.signing import canonical_json
from martlet.signing import continuity as statements
from martlet.storage import continuity
from martlet.storage.database import Reader, Writer


def of_account(db: Reader, actor: Uri) -> bytes | None:
    """What stands of an account's root key, as it was signed; None where it is not certain which key is the account's."""
    pin = continuity.find_pin(db, actor)
    if pin is None or pin.trust < Trust.CONFIRMED:
        return None
    standing = continuing.known(db, pin.root).standing
    return None if standing is None else standing.body


def take_in(db: Writer, actor: Uri, body: bytes, here: Server) -> Uri | None:
    """
    What somebody else has handed on as the statement of an account. Returns the name under which it goes on, where that is
    to be looked up.

    Raises `MalformedDocument`, `EvidenceRejected`.
    """
    statement = statements.read(canonical_json.parse_object(body), here.now())
    if not _is_news(db, actor, statement):
        return None
    if statement.actor != actor:
        return statement.actor
    continuing.learn(db, statement, Trust.CONFIRMED, here)
    return None


def _is_news(db: Reader, actor: Uri, statement: Statement) -> bool:
    pin = continuity.find_pin(db, actor)
    if pin is None or pin.trust < Trust.CONFIRMED or pin.root != statement.root:
        return False
    return all(one.digest != statement.digest for one in continuity.statements(db, pin.root))
