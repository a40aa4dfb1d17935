"""Work that waits for its time or for other machines: every job by its name, and how many run at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from martlet.federation.post_office import PostOffice
from martlet.jobs.runner import Job, Lane
from martlet.mastodon.serialize import push
from martlet.mastodon.serialize.web_hooks import HookVoice
from martlet.network import push as network_push
from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.network.detours import Detour
from martlet.network.errors import AddressRefused, AnswerRefused, AnswerTooLarge, NoAnswer, Unreachable
from martlet.network.proxies import Proxy
from martlet.services import (
    account_backups,
    adopting,
    announcing,
    archiving,
    arranging,
    blocking,
    blocking_servers,
    bundle_files,
    caching,
    continuing,
    delivering,
    delivering_likes,
    expiring,
    fetching_previews,
    following,
    gathering,
    going_on,
    hooking,
    importing,
    importing_again,
    importing_bundles,
    importing_decisions,
    importing_posts,
    indexing,
    leaving,
    mailing,
    mirroring,
    moving,
    newsletters,
    personal_tokens,
    pinning,
    polling,
    previewing,
    pushing,
    requesting,
    restricting,
    rotating,
    scheduling,
    severing,
    sharing_albums,
    subscribing,
    suggesting,
    sweeping,
    tallying,
    tending_mirrors,
    timelines,
    trending,
    uploading,
    verifying,
    watching,
)
from martlet.services.fetching_previews import Download, NotFetched, PreviewFetcher, Wanted
from martlet.services.mailing import MailServer
from martlet.services.ports import Ground
from martlet.services.pushing import Became, Pusher
from martlet.services.telling_hooks import Heard, HookTeller
from martlet.services.verifying import LinkVerifier
from martlet.settings import Settings
from martlet.signing.subscriptions import Sender, Subscription
from martlet.web.telling import PushVoice

DELIVERIES_AT_ONCE = 64
GATHERING_AT_ONCE = 8
"""Threads and profiles that each process fetches together."""
PREVIEWS_AT_ONCE = 8
HOOKS_AT_ONCE = 8
SERVERS_ASKED_AT_ONCE = 4
"""For their other addresses."""
MIRRORS_AT_ONCE = 8


def jobs(ground: Ground, settings: Settings, post_office: PostOffice, client: Client) -> Mapping[str, Job]:
    """Work that waits for its time or for other machines, by name."""
    pusher = Pusher(
        partial(_push, client),
        partial(push.word, here=ground.here),
        PushVoice(ground.here).word,
    )
    return {
        **post_office.jobs,
        delivering.SPREAD: partial(delivering.spread, ground),
        delivering_likes.TELL_COUNTS: partial(delivering_likes.tell_counts, ground),
        account_backups.MAKE: partial(account_backups.make, ground),
        continuing.GO_ALONG: partial(going_on.follow, ground, post_office.resolver),
        announcing.PUBLISH: partial(announcing.publish_due, ground.store),
        announcing.END: partial(announcing.end_due, ground.store),
        arranging.REMOVE: partial(arranging.remove_due, ground.store),
        archiving.MAKE: partial(archiving.make, ground),
        archiving.TIDY: partial(archiving.tidy, ground),
        blocking.END_MUTES: partial(blocking.end_mutes, ground.store),
        blocking.END_BLOCKS: partial(blocking.end_blocks, ground.store),
        blocking_servers.PART: partial(blocking_servers.part, ground.store),
        bundle_files.WORK: partial(bundle_files.work, ground),
        bundle_files.TIDY: partial(bundle_files.tidy, ground),
        caching.DELETE_FILES: partial(caching.delete_files, ground),
        caching.FORGET_FAILED: partial(caching.forget_failed, ground),
        caching.FORGET_HOST: partial(caching.forget_host_now, ground),
        caching.MAKE_ROOM: partial(caching.make_room_now, ground),
        expiring.EXPIRE: partial(expiring.expire, ground.store),
        expiring.CLEAN_UP: partial(expiring.clean_up, ground.store),
        following.ACCEPT_ALL: partial(following.accept_all, ground.store),
        indexing.INDEX_ACCOUNT: partial(indexing.index_account, ground.store),
        indexing.MERGE: partial(indexing.merge, ground.store),
        hooking.TELL: HookTeller(ground, partial(_tell_hook, client), HookVoice(ground).word).tell,
        importing.WORK: partial(importing.work, ground, post_office.resolver),
        importing_bundles.LIFT: partial(importing_bundles.lift, ground.store),
        importing_decisions.TAKE_BACK: partial(importing_decisions.go_on, ground.store),
        importing.AGAIN: partial(importing_again.retry, ground, post_office.resolver),
        importing.TIDY: partial(importing.tidy, ground),
        importing_posts.WORK: partial(importing_posts.work, ground, post_office.resolver),
        leaving.REMOVE: partial(leaving.remove, ground.store),
        leaving.REMOVE_SUSPENDED: partial(leaving.remove_suspended, ground.store),
        tending_mirrors.TEND: partial(mirroring.tend, ground.store),
        moving.TAKE_ALONG: partial(moving.go_on, ground.store),
        rotating.SIGN_ANEW: partial(rotating.sign_anew, ground.store),
        pushing.PUSH: partial(pushing.push_one, ground, pusher),
        previewing.FORGET: partial(previewing.forget, ground.store),
        previewing.PREVIEW: PreviewFetcher(
            ground, partial(_fetch, client, post_office.detour), post_office.resolver.handle
        ).preview,
        previewing.RENEW: partial(previewing.renew, ground.store),
        personal_tokens.END: partial(personal_tokens.end_due, ground.store),
        polling.CLOSE: partial(polling.close, ground.store),
        requesting.MERGE: partial(requesting.merge, ground.store),
        requesting.DISCARD: partial(requesting.discard, ground.store),
        restricting.REVIEW: partial(restricting.review, ground.store),
        restricting.ENFORCE: partial(restricting.enforce, ground.store),
        sharing_albums.RENEW: partial(sharing_albums.renew_due, ground.store),
        severing.SEVER: partial(severing.sever, ground.store),
        scheduling.PUBLISH: partial(scheduling.publish_due, ground.store),
        mailing.MAIL: partial(mailing.send, ground, _mail_server(settings)),
        newsletters.COLLECT: newsletters.collect,
        newsletters.SEND: partial(newsletters.send, ground, _mail_server(settings)),
        subscribing.ASK: partial(newsletters.ask, ground, _mail_server(settings)),
        suggesting.FIND: partial(suggesting.find, ground.store),
        sweeping.SWEEP: partial(sweeping.sweep, ground),
        tallying.TALLY: partial(tallying.tally, ground.store, ground.transfers),
        timelines.DELIVER: timelines.go_on,
        timelines.TIDY: partial(timelines.tidy, ground.store),
        trending.MEASURE: partial(trending.measure_all, ground.store),
        verifying.VERIFY: LinkVerifier(ground, partial(_fetch, client, post_office.detour)).verify,
        uploading.PROCESS: partial(uploading.process_later, ground),
        uploading.DELETE_FILES: partial(uploading.delete_files, ground),
    }


def lanes() -> list[Lane]:
    """Jobs that wait for other servers; each process has lanes of its own."""
    return [
        Lane((delivering.SEND,), DELIVERIES_AT_ONCE),
        Lane((gathering.FETCH_THREAD, gathering.FILL_PROFILE, pinning.FETCH), GATHERING_AT_ONCE),
        Lane((previewing.PREVIEW, verifying.VERIFY), PREVIEWS_AT_ONCE),
        Lane((hooking.TELL,), HOOKS_AT_ONCE),
        Lane((tending_mirrors.SYNC, tending_mirrors.DRAIN, adopting.DRAIN, adopting.READ), MIRRORS_AT_ONCE),
        Lane((watching.WATCH,), 1),
        Lane((watching.ASK, watching.COLLECT), SERVERS_ASKED_AT_ONCE),
    ]


async def _fetch(client: Client, detour: Detour, url: str, wanted: Wanted) -> Download:
    """What `PreviewFetcher` asks for. Raises `NotFetched`."""

    async def ask(via: Proxy | None) -> Answer:
        return await client.get(
            url,
            accept=wanted.types,
            max_bytes=wanted.max_bytes,
            is_beginning_enough=wanted.is_beginning_enough,
            via=via,
        )

    try:
        answer = await detour.ask(url, ask)
    except NoAnswer as error:
        raise NotFetched(error.message, is_for_now=isinstance(error, Unreachable)) from error
    if not answer.is_success:
        is_for_now = answer.status in fetching_previews.FOR_NOW
        raise NotFetched(f"It answers with {answer.status}.", is_for_now=is_for_now)
    return Download(answer.url, answer.headers.get("content-type", ""), answer.body)


async def _push(client: Client, subscription: Subscription, payload: bytes, sender: Sender) -> Became:
    outcome = await network_push.send(client, subscription, payload, sender)
    return outcome.result.value


async def _tell_hook(client: Client, url: str, body: bytes, headers: dict[str, str]) -> Heard:
    try:
        answer = await client.post(url, body, headers=headers)
    except AddressRefused as error:
        return Heard(error=error.message, is_barred=True)
    except (AnswerTooLarge, AnswerRefused):  # only a success has a body that we would mind
        return Heard(200)
    except NoAnswer as error:
        return Heard(error=error.message)
    wait = network_push.retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
    return Heard(answer.status, "" if answer.is_success else f"It answers with {answer.status}.", wait)


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
