"""
Wiring. Builds everything, lists every reaction and every job. Read it first.

`build` makes the application of one process from settings; `worker.py` and the
tests both call it.
"""

import hashlib
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from martlet.federation.post_office import PostOffice
from martlet.http.application import Application, Lifespan
from martlet.http.limits import Limiter
from martlet.http.media import MediaDoor
from martlet.jobs.runner import Job, Lane, Reaction, Runner
from martlet.mastodon import methods
from martlet.mastodon.door import MastodonDoor
from martlet.mastodon.serialize import push
from martlet.media import limits as media_limits
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.model.events import (
    AccountChanged,
    AccountLeft,
    AccountMoved,
    AccountRegistered,
    AccountReported,
    Blocked,
    Event,
    Followed,
    FollowRequested,
    MailWanted,
    Notified,
    PollClosed,
    PollVoted,
    PostDeleted,
    PostEdited,
    PostImported,
    PostLiked,
    PostPinned,
    PostPublished,
    PostReacted,
    PostUnliked,
    PostUnpinned,
    PostUnreacted,
    QuoteChanged,
    QuotePolicyChanged,
    QuoteRevoked,
    Unblocked,
    Unfollowed,
)
from martlet.model.server import Server
from martlet.network import push as network_push
from martlet.network.client import Client
from martlet.network.errors import NoAnswer, Unreachable
from martlet.proxy.door import ProxyDoor
from martlet.proxy.fetching import Fetcher
from martlet.services import (
    archiving,
    blocking,
    blocking_servers,
    caching,
    conversing,
    delivering,
    delivering_quotes,
    exchanging_reports,
    fetching_previews,
    finding_accounts,
    following,
    gathering,
    importing,
    importing_posts,
    indexing,
    keys,
    leaving,
    mailing,
    moving,
    notifying,
    pinning,
    polling,
    previewing,
    pushing,
    restricting,
    scheduling,
    sweeping,
    timelines,
    uploading,
)
from martlet.services.fetching_previews import Download, NotFetched, PreviewFetcher, Wanted
from martlet.services.here import server
from martlet.services.mailing import MailServer
from martlet.services.ports import Ground
from martlet.services.pushing import Became, Pusher
from martlet.settings import Settings
from martlet.signing.server_keys import ServerSecret
from martlet.signing.subscriptions import Sender, Subscription
from martlet.storage import secret_file
from martlet.storage.database import Store, Writer
from martlet.storage.opening import open_store
from martlet.web.door import WebDoor

DELIVERIES_AT_ONCE = 64
GATHERING_AT_ONCE = 8
"""Threads and profiles that each process fetches together."""
PREVIEWS_AT_ONCE = 8

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    PostPublished: (
        timelines.deliver,
        notifying.of_post,
        conversing.of_post,
        indexing.index_post,
        indexing.count_tags,
        previewing.of_post,
    ),
    PostImported: (indexing.index_post,),
    PostEdited: (notifying.of_edit, indexing.index_post, previewing.of_edit),
    PostDeleted: (conversing.of_deletion, indexing.forget_post, previewing.of_deletion),
    PostLiked: (notifying.of_like,),
    QuoteChanged: (notifying.of_quote,),
    PostReacted: (notifying.of_reaction,),
    PostUnreacted: (notifying.of_reaction_taken_back,),
    PollClosed: (notifying.of_poll,),
    Followed: (timelines.begin_following, notifying.of_follow, gathering.of_follow),
    FollowRequested: (notifying.of_follow_request, gathering.of_follow),
    Unfollowed: (notifying.of_end,),
    AccountRegistered: (finding_accounts.index, notifying.of_newcomer),
    AccountChanged: (finding_accounts.index, indexing.index_author, previewing.of_author),
    AccountMoved: (moving.take_along,),
    AccountReported: (notifying.of_report,),
    Notified: (pushing.of_notification,),
    MailWanted: (mailing.send_later,),
}

Telling = Callable[[Writer, Any, Server, ServerSecret], None]

TELLING: Mapping[type[Event], Sequence[Telling]] = {
    PostPublished: (delivering.of_post, delivering_quotes.of_quote),
    PostEdited: (delivering.of_edit,),
    PostDeleted: (delivering.of_deletion,),
    PostLiked: (delivering.of_like,),
    PostUnliked: (delivering.of_unlike,),
    PostPinned: (pinning.of_pin,),
    PostUnpinned: (pinning.of_unpin,),
    QuoteChanged: (delivering_quotes.of_quote_change,),
    QuotePolicyChanged: (delivering_quotes.of_quote_policy,),
    QuoteRevoked: (delivering_quotes.of_revocation,),
    PostReacted: (delivering.of_reaction,),
    PostUnreacted: (delivering.of_reaction_taken_back,),
    PollVoted: (delivering.of_vote,),
    PollClosed: (delivering.of_poll,),
    Followed: (delivering.of_follow,),
    FollowRequested: (delivering.of_follow_request,),
    Unfollowed: (delivering.of_end,),
    Blocked: (delivering.of_block,),
    Unblocked: (delivering.of_unblock,),
    AccountChanged: (delivering.of_account,),
    AccountMoved: (delivering.of_move,),
    AccountReported: (exchanging_reports.forward,),
    AccountLeft: (delivering.of_departure,),
}
"""What other servers are told of, signed: these reactions need the secret that protects our keys."""


def reactions(secret: ServerSecret) -> Mapping[type[Event], Sequence[Reaction]]:
    """All that follows from each event."""

    def signing(tell: Telling) -> Reaction:
        @wraps(tell)
        def react(db: Writer, event: Any, here: Server) -> None:
            tell(db, event, here, secret)

        return react

    return {
        kind: (*REACTIONS.get(kind, ()), *map(signing, TELLING.get(kind, ())))
        for kind in (*REACTIONS, *TELLING)
    }


def jobs(
    ground: Ground, pusher: Pusher, mail: MailServer | None, post_office: PostOffice, client: Client
) -> Mapping[str, Job]:
    """Work that waits for its time or for other machines, by name."""
    return {
        **post_office.jobs,
        delivering.SPREAD: partial(delivering.spread, ground),
        delivering.TELL_COUNTS: partial(delivering.tell_counts, ground),
        archiving.MAKE: partial(archiving.make, ground),
        archiving.TIDY: partial(archiving.tidy, ground),
        blocking.END_MUTES: partial(blocking.end_mutes, ground.store),
        blocking_servers.PART: partial(blocking_servers.part, ground.store),
        caching.DELETE_FILES: partial(caching.delete_files, ground),
        caching.FORGET_FAILED: partial(caching.forget_failed, ground),
        caching.FORGET_HOST: partial(caching.forget_host_now, ground),
        caching.MAKE_ROOM: partial(caching.make_room_now, ground),
        following.ACCEPT_ALL: partial(following.accept_all, ground.store),
        indexing.INDEX_ACCOUNT: partial(indexing.index_account, ground.store),
        importing.WORK: partial(importing.work, ground, post_office.resolver),
        importing.TIDY: partial(importing.tidy, ground),
        importing_posts.WORK: partial(importing_posts.work, ground),
        leaving.REMOVE: partial(leaving.remove, ground.store),
        moving.TAKE_ALONG: partial(moving.go_on, ground.store),
        pushing.PUSH: partial(pushing.push_one, ground, pusher),
        previewing.FORGET: partial(previewing.forget, ground.store),
        previewing.PREVIEW: PreviewFetcher(
            ground, partial(_fetch, client), post_office.resolver.handle
        ).preview,
        previewing.RENEW: partial(previewing.renew, ground.store),
        polling.CLOSE: partial(polling.close, ground.store),
        restricting.REVIEW: partial(restricting.review, ground.store),
        restricting.ENFORCE: partial(restricting.enforce, ground.store),
        scheduling.PUBLISH: partial(scheduling.publish_due, ground.store),
        mailing.MAIL: partial(mailing.send, ground, mail),
        sweeping.SWEEP: partial(sweeping.sweep, ground.store),
        timelines.DELIVER: partial(timelines.go_on, ground.store),
        timelines.TIDY: partial(timelines.tidy, ground.store),
        uploading.PROCESS: partial(uploading.process_later, ground),
        uploading.DELETE_FILES: partial(uploading.delete_files, ground),
    }


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


async def _fetch(client: Client, url: str, wanted: Wanted) -> Download:
    try:
        answer = await client.get(
            url,
            accept=wanted.types,
            max_bytes=wanted.max_bytes,
            is_beginning_enough=wanted.is_beginning_enough,
        )
    except NoAnswer as error:
        raise NotFetched(error.message, is_for_now=isinstance(error, Unreachable)) from error
    if not answer.is_success:
        is_for_now = answer.status in fetching_previews.FOR_NOW
        raise NotFetched(f"It answers with {answer.status}.", is_for_now=is_for_now)
    return Download(answer.url, answer.headers.get("content-type", ""), answer.body)


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
        lanes=[
            Lane((delivering.SEND,), DELIVERIES_AT_ONCE),
            Lane((gathering.FETCH_THREAD, gathering.FILL_PROFILE), GATHERING_AT_ONCE),
            Lane((previewing.PREVIEW,), PREVIEWS_AT_ONCE),
        ],
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
