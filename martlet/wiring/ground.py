"""What all use cases stand on, from settings: the store, secrets, files, and the workshop for media."""

from martlet.network import mail_exchangers
from martlet.services import keys
from martlet.services.here import mirrored_files, others_files, own_files, secret_of, server, workshop
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage.database import Store


def ground_for(settings: Settings, store: Store) -> Ground:
    """The schema has to be up to date already."""
    secret = secret_of(settings)
    here = server(settings, store.take_slot(), secret.key_for("proxy"))
    with store.read() as db:
        vapid = keys.find_vapid(db, secret)
    if vapid is None:
        with store.write() as db:
            vapid = keys.make_vapid(db, secret)
    media, cache = own_files(settings), others_files(settings)
    transfers = settings.folder / "transfers"
    exchangers = mail_exchangers.lookup if settings.mail_exchangers else None
    return Ground(
        here,
        store,
        secret,
        vapid,
        media,
        workshop(settings),
        transfers,
        cache,
        mirrored_files(settings),
        exchangers=exchangers,
    )
