"""
Wiring. Builds everything that one process needs, from settings. Read it first.

What follows from each event stands in `wiring/reactions.py`, every job in
`wiring/jobs.py`. `worker.py` and the tests both call `build`.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from functools import partial

from martlet.federation.post_office import PostOffice
from martlet.http.application import Application, Lifespan
from martlet.http.limits import Limiter
from martlet.http.media import MediaDoor
from martlet.jobs.runner import Runner
from martlet.mastodon import methods
from martlet.mastodon.door import MastodonDoor
from martlet.mastodon.serialize import push
from martlet.media import limits as media_limits
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.network import push as network_push
from martlet.network.client import Client
from martlet.proxy.door import ProxyDoor
from martlet.proxy.fetching import Fetcher
from martlet.services import keys
from martlet.services.here import server
from martlet.services.mailing import MailServer
from martlet.services.ports import Ground
from martlet.services.pushing import Became, Pusher
from martlet.settings import Settings
from martlet.signing.server_keys import ServerSecret
from martlet.signing.subscriptions import Sender, Subscription
from martlet.storage import secret_file
from martlet.storage.database import Store
from martlet.storage.opening import open_store
from martlet.web.door import WebDoor
from martlet.wiring.jobs import jobs, lanes
from martlet.wiring.reactions import reactions


@dataclass(frozen=True, slots=True)
class Built:
    """One process's server."""

    application: Application
    ground: Ground
    runner: Runner


def _mail_server(settings: Settings) -> MailServer | None:
    if not settings.smtp_host:
        return None
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password,
        settings.mail_from,
    )


def ground_for(settings: Settings, store: Store) -> Ground:
    """The schema has to be up to date already."""
    secret = _secret(settings)
    here = server(settings, store.take_slot(), secret.key_for("proxy"))
    with store.read() as db:
        vapid = keys.find_vapid(db, secret)
    if vapid is None:
        with store.write() as db:
            vapid = keys.make_vapid(db, secret)
    media = LocalStore(settings.folder / "media", f"{settings.url}/media")
    cache = LocalStore(settings.folder / "remote", f"{settings.url}/proxy")
    transfers = settings.folder / "transfers"
    return Ground(here, store, secret, vapid, media, _workshop(settings), transfers, cache)


def _workshop(settings: Settings) -> Workshop:
    limits = media_limits.Limits(
        picture_bytes=settings.image_limit_mb * media_limits.MIB,
        recording_bytes=settings.video_limit_mb * media_limits.MIB,
    )
    return Workshop.with_system_ffmpeg(settings.folder / "scratch", limits)


def _secret(settings: Settings) -> ServerSecret:
    if settings.secret:
        return ServerSecret(hashlib.sha256(settings.secret.encode()).digest())
    return ServerSecret(secret_file.read_or_make(settings.folder))


async def _push(client: Client, subscription: Subscription, payload: bytes, sender: Sender) -> Became:
    outcome = await network_push.send(client, subscription, payload, sender)
    return outcome.result.value


def build(settings: Settings) -> Built:
    """Everything one process needs. The schema has to be up to date already."""
    return build_on(ground_for(settings, open_store(settings.database, settings.folder)), settings)


def build_on(ground: Ground, settings: Settings, client: Client | None = None) -> Built:
    """The same on a ground that is there already; `client`: another way to call other servers."""
    files = client or Client(ground.here.host, allow_private=settings.allow_private_addresses)
    client = client or Client(ground.here.host, allow_private=settings.allow_private_addresses)
    fetcher = Fetcher(ground, files)  # with a client of its own: slow files hold up nothing else
    pusher = Pusher(partial(_push, client), partial(push.word, here=ground.here))
    limiter = Limiter(settings.folder / "limits") if settings.rate_limits else None
    post_office = PostOffice.on(ground, client, limiter)
    runner = Runner(
        ground.store,
        ground.here,
        reactions(ground.secret),
        jobs(ground, pusher, _mail_server(settings), post_office, client),
        lanes=lanes(),
    )

    async def stop() -> None:
        await runner.stop()
        await fetcher.close()
        await files.close()
        await client.close()
        if limiter is not None:
            limiter.close()
        ground.workshop.close()
        ground.store.close()

    application = Application(
        doors=[
            MediaDoor(ground.media),
            ProxyDoor(ground, fetcher, limiter),
            MastodonDoor(methods.ALL, ground, limiter, post_office.resolver),
            post_office.door,
            WebDoor(ground, limiter, post_office.resolver),
        ],
        hosts=_hosts(settings),
        lifespan=Lifespan(runner.start, stop),
        trusted=[ipaddress.ip_network(one) for one in settings.trusted_proxies],
    )
    return Built(application, ground, runner)


def _hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to: its own; on a machine of one's own also the other names of loopback."""
    name, _, port = settings.host.rpartition(":") if ":" in settings.host else (settings.host, "", "")
    if name not in ("localhost", "127.0.0.1"):
        return frozenset({settings.host.lower()})
    return frozenset(f"{one}:{port}" if port else one for one in ("localhost", "127.0.0.1", "[::1]"))
