"""The server's own keys, kept encrypted."""

from martlet.signing import sealed
from martlet.signing.base64url import decode, encode
from martlet.signing.server_keys import ServerSecret, VapidKey
from martlet.storage import server_values
from martlet.storage.database import Reader, Writer

VAPID = "vapid_key"


def find_vapid(db: Reader, secret: ServerSecret) -> VapidKey | None:
    """The key that signs Web Push messages. Raises `CannotDecrypt` under another secret."""
    kept = server_values.find(db, VAPID)
    return None if kept is None else VapidKey.from_text(sealed.decrypt(secret, decode(kept), VAPID).decode())


def make_vapid(db: Writer, secret: ServerSecret) -> VapidKey:
    """Make the key unless it is there."""
    fresh = encode(sealed.encrypt(secret, VapidKey.make().to_text().encode(), VAPID))
    kept = server_values.put_first(db, VAPID, fresh)
    return VapidKey.from_text(sealed.decrypt(secret, decode(kept), VAPID).decode())
