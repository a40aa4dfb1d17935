"""What all use cases stand on, from settings: the store, secrets, files, and the workshop for media."""

from martlet.media import limits as media_limits
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.network import mail_exchangers
from martlet.services import keys
from martlet.services.here import secret_of, server
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
    media = LocalStore(settings.folder / "media", f"{settings.url}/media")
    cache = LocalStore(settings.folder / "remote", f"{settings.url}/proxy")
    transfers = settings.folder / "transfers"
    exchangers = mail_exchangers.lookup if settings.mail_exchangers else None
    return Ground(
        here, store, secret, vapid, media, _workshop(settings), transfers, cache, exchangers=exchangers
    )


def _workshop(settings: Settings) -> Workshop:
    limits = media_limits.Limits(
        picture_bytes=settings.image_limit_mb * media_limits.MIB,
        recording_bytes=settings.video_limit_mb * media_limits.MIB,
    )
    return Workshop.with_system_ffmpeg(settings.folder / "scratch", limits)
