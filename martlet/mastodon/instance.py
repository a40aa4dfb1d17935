"""The server, as clients ask about it: https://docs.joinmastodon.org/methods/instance/"""

from martlet.mastodon import entities, server_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import accounts as serialize
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import naming, stating
from martlet.storage import accounts, server_values
from martlet.storage.database import Reader
from martlet.storage.server_values import Counts

api = Api()

MASTODON_VERSION = "4.6.0"
"""The last version of which everything is here; apps compare it, also in NodeInfo."""
API_VERSIONS = {"mastodon": 10}
"""
Apps switch features on by this number: announced is only what works, up to and with it.

2: grouped notifications. 3: `attribution_domains`. 4: `DELETE /api/v1/media/:id`. 5: filters that blur. 6: Mastodon 4.4.
7: quotes. 8: `/api/v1/profile`; annual reports' state. 9: descriptions of avatar and header. 10: collections,
also of posts that link to them and in reports; notifications by `supported_types`.
"""
EXTENSIONS = (
    "admin_announcements",
    "bookmark_folders",
    "admin_moderation",
    "albums",
    "circles",
    "content_map",
    "emoji_reactions",
    "expiring_posts",
    "local_only",
    "reply_controls",
)
"""Names by which willing apps know what there is beyond Mastodon (docs/client-api-extensions.md)."""
OWN_BLURHASH = "LwN^*nt7j[t7.Tofj[fkR5ayayj@"
OWN_DESCRIPTION = "Three birds fly up from a wall."
"""Of the picture that is shown where the owner chose none."""
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif")
VIDEO_TYPES = (
    "video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp3", "audio/ogg", "audio/vorbis", "audio/opus",
    "audio/wav", "audio/wave", "audio/x-wav", "audio/flac", "audio/x-flac", "audio/aac", "audio/mp4", "audio/m4a",
    "audio/x-m4a",
)  # fmt: skip
IMAGE_PIXELS = 64_000_000
VIDEO_PIXELS = 8_294_400
VIDEO_RATE = 120


@api.get("/api/v2/instance", returns=server_entities.Instance)
async def show(call: Call[NoForm]) -> server_entities.Instance:
    """https://docs.joinmastodon.org/methods/instance/#v2"""
    counts = await call.ground.figures.now(call.store, call.here)
    return await call.store.reading(_instance, call, counts)


def _instance(db: Reader, call: Call[NoForm], counts: Counts) -> server_entities.Instance:
    here = call.here
    picture = here.thumbnail_url
    is_open = here.registration in ("open", "approval")
    return server_entities.Instance(
        domain=here.host,
        title=naming.server_name(db, here),
        version=version(here),
        source_url=here.source_url,
        description=here.description,
        wrapstodon=None,
        usage=server_entities.Usage(
            users=server_entities.UsersUsage(active_month=counts.active_month),
        ),
        thumbnail=server_entities.Thumbnail(
            url=picture,
            blurhash=here.choices.thumbnail_blurhash or None if here.choices.thumbnail else OWN_BLURHASH,
            versions=server_entities.ThumbnailVersions(one=here.small_thumbnail_url, two=picture),
            description=here.choices.thumbnail_description if here.choices.thumbnail else OWN_DESCRIPTION,
        ),
        icon=[
            server_entities.Icon(src=f"{here.url}/static/icon-{size}.png", size=f"{size}x{size}")
            for size in (192, 512)
        ],
        languages=list(here.languages),
        configuration=_configuration(db, call),
        registrations=server_entities.Registrations(
            enabled=is_open,
            approval_required=here.registration == "approval",
            reason_required=here.registration == "approval",
            message=None if is_open else _closed_message(here),
            min_age=here.minimum_age or None,
            url=None,
        ),
        api_versions=API_VERSIONS,
        contact=server_entities.Contact(email=here.contact_email, account=_contact(db, here)),
        rules=_rules(db),
    )


@api.get("/api/v1/instance", returns=server_entities.V1Instance)
async def show_v1(call: Call[NoForm]) -> server_entities.V1Instance:
    """https://docs.joinmastodon.org/methods/instance/#v1"""
    counts = await call.ground.figures.now(call.store, call.here)
    return await call.store.reading(_v1_instance, call, counts)


def _v1_instance(db: Reader, call: Call[NoForm], counts: Counts) -> server_entities.V1Instance:
    here = call.here
    whole = _configuration(db, call)
    return server_entities.V1Instance(
        uri=here.host,
        title=naming.server_name(db, here),
        short_description=here.description,
        description=here.description,
        email=here.contact_email,
        version=version(here),
        urls=server_entities.V1Urls(streaming_api=_streaming(here)),
        stats=server_entities.V1Stats(
            user_count=counts.users, status_count=counts.posts, domain_count=counts.peers
        ),
        thumbnail=here.thumbnail_url,
        languages=list(here.languages),
        registrations=here.registration in ("open", "approval"),
        approval_required=here.registration == "approval",
        invites_enabled=here.registration != "closed",
        configuration=server_entities.V1Configuration(
            accounts=whole.accounts,
            statuses=whole.statuses,
            media_attachments=whole.media_attachments,
            polls=whole.polls,
        ),
        contact_account=_contact(db, here),
        rules=_rules(db),
    )


@api.get("/api/v1/instance/rules", returns=list[server_entities.Rule])
def rules(db: Reader, call: Call[NoForm]) -> list[server_entities.Rule]:
    """https://docs.joinmastodon.org/methods/instance/#rules"""
    del call
    return _rules(db)


def version(here: Server) -> str:
    """Leads with the Mastodon version whose API this is; apps compare it."""
    return f"{MASTODON_VERSION} (compatible; Martlet {here.version})"


def _streaming(here: Server) -> str:
    """`ws` beside `http`, `wss` beside `https`: a wrong scheme breaks every client."""
    return "ws" + here.url.removeprefix("http")


def _closed_message(here: Server) -> str:
    if here.registration == "invite":
        return "<p>People join here by invitation. Ask somebody who is here for a link.</p>"
    return "<p>Nobody new can join here at the moment.</p>"


def _configuration(db: Reader, call: Call[NoForm]) -> server_entities.Configuration:
    here, limits = call.here, call.here.limits
    access = "public" if here.public_preview else "authenticated"
    feed = server_entities.FeedAccess(local=access, remote=access)
    return server_entities.Configuration(
        urls=server_entities.UrlsConfiguration(
            streaming=_streaming(here),
            status=None,
            about=here.url + "/about",
            privacy_policy=here.url + "/privacy-policy",
            terms_of_service=here.url + "/terms-of-service" if stating.terms(db, here) else None,
        ),
        vapid=server_entities.VapidConfiguration(public_key=call.ground.vapid.public_text_for_apps),
        accounts=server_entities.AccountsConfiguration(
            max_featured_tags=10,
            max_pinned_statuses=limits.pins,
            max_profile_fields=limits.fields,
            profile_field_name_limit=limits.field_name,
            profile_field_value_limit=limits.field_value,
            max_display_name_length=limits.display_name,
            max_note_length=limits.note,
            max_avatar_description_length=limits.description,
            max_header_description_length=limits.description,
        ),
        statuses=server_entities.StatusesConfiguration(
            max_characters=limits.post,
            max_media_attachments=limits.media_per_post,
            characters_reserved_per_url=23,
        ),
        media_attachments=server_entities.MediaConfiguration(
            description_limit=limits.description,
            supported_mime_types=[*IMAGE_TYPES, *VIDEO_TYPES],
            image_size_limit=limits.image_bytes,
            image_matrix_limit=IMAGE_PIXELS,
            video_size_limit=limits.video_bytes,
            video_frame_rate_limit=VIDEO_RATE,
            video_matrix_limit=VIDEO_PIXELS,
        ),
        polls=server_entities.PollsConfiguration(
            max_options=limits.poll_options,
            max_characters_per_option=limits.poll_option,
            min_expiration=limits.poll_seconds_min,
            max_expiration=limits.poll_seconds_max,
        ),
        translation=server_entities.TranslationConfiguration(enabled=call.translator.is_there),
        timelines_access=server_entities.TimelinesAccess(
            live_feeds=feed, hashtag_feeds=feed, trending_link_feeds=feed
        ),
        limited_federation=here.federation == "allow-list",
        extensions=list(EXTENSIONS),
    )


def _contact(db: Reader, here: Server) -> entities.Account | None:
    owner = server_values.find_owner(db)
    account = accounts.find(db, AccountId(owner)) if owner is not None else None
    return serialize.entity(db, account, here) if account is not None else None


def _rules(db: Reader) -> list[server_entities.Rule]:
    return [
        server_entities.Rule(id=str(rule.id), text=rule.text, hint=rule.hint, translations=rule.in_languages)
        for rule in server_values.rules(db)
    ]
