"""This server, made from its settings."""

import hashlib
from datetime import UTC, datetime

from martlet import __version__
from martlet.media import limits as media_limits
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.model.holds import HoldRules
from martlet.model.ids import IdMaker
from martlet.model.server import Disclosure, Limits, Server, milliseconds
from martlet.settings import Settings
from martlet.signing.server_keys import ServerSecret
from martlet.storage import secret_file


def now() -> datetime:
    return datetime.now(UTC)


def server(settings: Settings, slot: int, proxy_key: bytes = b"") -> Server:
    """This server as use cases see it; `proxy_key` where something is shown to people."""
    return Server(
        url=settings.url,
        host=settings.host,
        ids=IdMaker(slot, lambda: milliseconds(now())),
        clock=now,
        version=__version__,
        alternate_urls=settings.alternate_urls,
        onion=settings.onion,
        name=settings.name,
        set_description=settings.description,
        set_contact_email=settings.contact_email,
        source_url=settings.source_url or f"{settings.url}/about#source",
        languages=tuple(settings.languages),
        set_registration=settings.registration,
        set_public_preview=settings.public_preview,
        minimum_age=settings.minimum_age,
        comment_sites=settings.comment_sites,
        sends_mail=bool(settings.smtp_host),
        federation=settings.federation,
        authorized_fetch=settings.authorized_fetch,
        previews_links=settings.link_previews,
        deletion_grace_days=settings.deletion_grace_days,
        mirror_requests=settings.mirror_requests,
        roads_seconds=settings.roads_seconds,
        set_carried_posts=settings.carried_posts,
        trends=settings.trends,
        trend_people=settings.trend_people,
        featured_accounts=settings.featured_accounts,
        holds=HoldRules(
            first_posts=settings.hold_first_posts,
            first_days=settings.hold_first_days,
            mentions=settings.hold_mentions,
            mass_mentions=settings.hold_mass_mentions,
            spam_days=settings.spam_days,
        ),
        limits=Limits(
            post=settings.post_limit,
            media_per_post=settings.media_per_post,
            image_bytes=settings.image_limit_mb * 1024 * 1024,
            video_bytes=settings.video_limit_mb * 1024 * 1024,
            remote_media_bytes=settings.remote_media_cache_mb * 1024 * 1024,
            mirror_bytes=settings.mirror_mb * 1024 * 1024,
            archive_bytes=settings.archive_limit_mb * 1024 * 1024,
            poll_options=settings.poll_options,
        ),
        disclosure=Disclosure(
            domain_blocks=settings.show_domain_blocks,
            reasons=settings.show_domain_blocks_rationale,
            peers=settings.show_peers,
            activity=settings.show_activity,
            directory=settings.profile_directory,
        ),
        proxy_key=proxy_key,
    )


def workshop(settings: Settings) -> Workshop:
    """Where files that people and other servers send are made ready. Close it at the end."""
    limits = media_limits.Limits(
        picture_bytes=settings.image_limit_mb * media_limits.MIB,
        recording_bytes=settings.video_limit_mb * media_limits.MIB,
    )
    return Workshop.with_system_ffmpeg(settings.folder / "scratch", limits)


def own_files(settings: Settings) -> LocalStore:
    """Files of those who are here."""
    return LocalStore(settings.folder / "media", f"{settings.url}/media")


def mirrored_files(settings: Settings) -> LocalStore:
    """Files of accounts that this server is a mirror of."""
    return LocalStore(settings.folder / "mirrored", f"{settings.url}/.well-known/apgateway")


def others_files(settings: Settings) -> LocalStore:
    """Files of other servers: any of them may go at any time."""
    return LocalStore(settings.folder / "remote", f"{settings.url}/proxy")


def secret_of(settings: Settings) -> ServerSecret:
    """What protects stored secrets; made and kept in the data folder where the settings have none."""
    if settings.secret:
        return ServerSecret(hashlib.sha256(settings.secret.encode()).digest())
    return ServerSecret(secret_file.read_or_make(settings.folder))
