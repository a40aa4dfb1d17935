"""
Where each page lives. Templates and routes both read it here, so no link can go stale.

Names between braces are filled by `at`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from martlet.http.application import SERVICE_WORKER

HOME = "/"
TIMELINE = "/home"
LOCAL = "/local"
WRITE = "/write"
SHARE = "/share"
MANIFEST = "/manifest.webmanifest"
WORKER = SERVICE_WORKER
OFFLINE = "/offline"
DEVICE = "/settings/device"
PUSH = "/settings/push"
PUSH_RENEW = "/settings/push/renew"
PUSH_OFF = "/settings/push/off"
UNSENT = "/write/unsent"
OUTBOX = "/outbox"
OUTBOX_TICKET = "/outbox/ticket"
OUTBOX_ROADS = "/outbox/roads"
UNSENT_ACT = "/write/unsent/act"
TAKE_BACK = "/write/undo"
HOLDING = "/write/holding"
WRITE_FILES = "/write/files"
WRITE_FILE = "/write/files/{id}"
ANSWER_BOX = "/write/answer/{id}"
COMPLETE = "/write/complete"
CHECK = "/write/check"
SEARCH = "/search"
NEWS = "/news"
NEWS_ANSWER = "/news/answers/{id}"
LIVE = "/live"
READ = "/home/read"
SAVED = "/saved"
FOLDERS = "/saved/folders"
FOLDER = "/saved/folders/{id}"
FOLDER_DELETE = "/saved/folders/{id}/delete"
FOLDER_SORT = "/saved/sort/{id}"
LIST = "/lists/{id}"
ACT = "/act"
PERSON_ACT = "/act/person"
ANNOUNCEMENT_READ = "/announcements/{id}/read"
EMOJI_ACT = "/act/emoji"
UNDO = "/act/undo"
INBOX = "/conversations"
CONVERSATION = "/conversations/{id}"
CONVERSATION_UNREAD = "/conversations/{id}/unread"
CONVERSATION_DELETE = "/conversations/{id}/delete"
FOLLOW_REQUESTS = "/requests"
HELD_NEWS = "/strangers"
WRITE_TO = "/people/{id}/write"
PERSON_OPTIONS = "/people/{id}/options"
MUTE = "/people/{id}/mute"
BLOCK = "/people/{id}/block"
REPORT = "/people/{id}/report"
POST_MORE = "/@{username}/{id}/more"
POST_QUOTES = "/@{username}/{id}/quotes"
POST_UNQUOTE = "/@{username}/{id}/unquote"
POST_HISTORY = "/@{username}/{id}/history"
POST_EDIT = "/@{username}/{id}/edit"
POST_FETCH = "/@{username}/{id}/fetch"
POST_DELETE = "/@{username}/{id}/delete"
ABOUT = "/about"
PRIVACY = "/privacy-policy"
TERMS = "/terms-of-service"
TERMS_OF_DAY = "/terms-of-service/{date}"
GUIDE = "/help/{guide}"
SIGN_IN = "/auth/sign_in"
SECOND_FACTOR = "/auth/sign_in/code"
SIGN_IN_PASSKEY = "/auth/sign_in/passkey"
SECOND_PASSKEY = "/auth/sign_in/code/passkey"
SIGN_OUT = "/auth/sign_out"
SIGN_UP = "/auth/sign_up"
INVITATION = "/invite/{code}"
SUBSCRIBE = "/@{username}/subscribe"
AGREE = "/subscribe/{token}"
UNSUBSCRIBE = "/unsubscribe/{token}"
CONFIRM = "/auth/confirmation"
CONFIRM_LINK = "/auth/confirmation/{token}"
PASSWORD = "/auth/password/new"  # noqa: S105  a path
PASSWORD_LINK = "/auth/password/{token}"  # noqa: S105  a path
SETUP = "/setup/{token}"
AUTHORIZE = "/oauth/authorize"
SETTINGS = "/settings"
EDIT_PROFILE = "/settings/profile"
PROFILE_PICTURE = "/settings/profile/{which}/remove"
LOOK = "/settings/look"
LANGUAGE = "/settings/language"
USUAL = "/settings/posts"
OLD_POSTS = "/settings/old_posts"
REACH = "/settings/reach"
SUBSCRIBERS = "/settings/subscribers"
SUBSCRIBER_FORGET = "/settings/subscribers/{id}/forget"
STRANGERS = "/settings/strangers"
OWN_FOLLOWERS = "/settings/followers"
FOLLOWER_REMOVE = "/settings/followers/{id}/remove"
BLOCKED = "/settings/blocked"
MUTED = "/settings/muted"
ENDORSED = "/settings/endorsed"
BLOCKED_SERVERS = "/settings/servers"
BLOCKED_SERVER = "/settings/servers/{host}/block"
SERVER_UNBLOCK = "/settings/servers/{host}/unblock"
FILTERS = "/settings/filters"
FILTER_NEW = "/settings/filters/new"
FILTER = "/settings/filters/{id}"
FILTER_DELETE = "/settings/filters/{id}/delete"
FILTER_POST = "/settings/filters/posts/{id}"
FILTER_POST_DROP = "/settings/filters/posts/{id}/drop"
HASHTAGS = "/settings/hashtags"
HASHTAG_FOLLOW = "/settings/hashtags/follow"
HASHTAG_UNFOLLOW = "/settings/hashtags/unfollow"
HASHTAG_FEATURE = "/settings/hashtags/feature"
HASHTAG_DROP = "/settings/hashtags/{id}/drop"
GROUPS = "/settings/people/{kind}"
GROUP = "/settings/people/{kind}/{id}"
GROUP_MEMBERS = "/settings/people/{kind}/{id}/members"
GROUP_DELETE = "/settings/people/{kind}/{id}/delete"
APPS = "/settings/apps"
APP_END = "/settings/apps/{id}/end"
PERSONAL_TOKENS = "/settings/apps/token"
APPS_END_OTHERS = "/settings/apps/end_others"
TWO_FACTOR = "/settings/two_factor"
TWO_FACTOR_SETUP = "/settings/two_factor/setup"
TWO_FACTOR_CODES = "/settings/two_factor/codes"
TWO_FACTOR_OFF = "/settings/two_factor/off"
PASSKEYS = "/settings/passkeys"
PASSKEY_NEW = "/settings/passkeys/new"
PASSKEY_DELETE = "/settings/passkeys/{id}/delete"
ROOT_KEY = "/settings/root_key"
ROOT_KEY_WORDS = "/settings/root_key/words.txt"
ROOT_KEY_PROPOSAL = "/settings/root_key/proposal.json"
ROOT_KEY_ROTATE = "/settings/root_key/rotate"
ROOT_KEY_COPY = "/settings/root_key/copy"
ROOT_KEY_BACKUP = "/settings/root_key/backup"
ROOT_KEY_ADOPT = "/settings/root_key/adopt"
DEVICE_KEYS = "/settings/root_key/devices"
DEVICE_KEY_REVOKE = "/settings/root_key/devices/{id}/revoke"
EMAIL = "/settings/email"
CHANGE_PASSWORD = "/settings/password"  # noqa: S105  a path
INVITATIONS = "/settings/invitations"
INVITATION_END = "/settings/invitations/{id}/end"
MOVING = "/settings/moving"
ALIASES = "/settings/moving/aliases"
ALIAS_END = "/settings/moving/aliases/{id}/end"
MOVE_AWAY = "/settings/moving/away"
MOVE_BACK = "/settings/moving/back"
DATA = "/settings/data"
EXPORT = "/settings/data/exports/{name}"
ARCHIVES = "/settings/data/archives"
ARCHIVE = "/settings/data/archives/{id}"
IMPORTS = "/settings/data/imports"
IMPORT = "/settings/data/imports/{id}"
IMPORT_BEGIN = "/settings/data/imports/{id}/begin"
IMPORT_DROP = "/settings/data/imports/{id}/drop"
IMPORT_FAILED = "/settings/data/imports/{id}/failed.csv"
KEYS = "/keys"
BUNDLES = "/files"
BUNDLES_OPEN = "/files/open"
BUNDLES_ASIDE = "/files/aside"
READER = "/files/read"
BUNDLES_CHOOSE = "/files/choose"
FOLLOWED_KEYS = "/files/keys"
BUNDLE = "/files/{id}"
BUNDLE_FILE = "/files/{id}/posts.martlet.zip"
MIRRORS = "/settings/mirrors"
MIRROR_END = "/settings/mirrors/{id}/end"
DECISIONS = "/settings/decisions"
STRIKE = "/strikes/{token}"
SEVERED = "/settings/decisions/severed/{id}/{name}"
DELETE_ACCOUNT = "/settings/delete"
KEEP_ACCOUNT = "/settings/delete/cancel"
PROFILE = "/@{username}"
PERSON_KEY = "/@{username}/key"
POST = "/@{username}/{id}"
COPY = "/@{username}/copies/{digest}"
EMBED = "/@{username}/{id}/embed"
FOLLOWERS = "/@{username}/followers"
FOLLOWING = "/@{username}/following"
TAGGED = "/@{username}/tagged/{name}"
POST_PICTURE = "/@{username}/{id}/pictures/{number}"
ALBUMS = "/@{username}/albums"
ALBUM = "/@{username}/albums/{id}"
ALBUM_PICTURE = "/@{username}/albums/{id}/{picture}"
ALBUM_NEW = "/albums/new"
ALBUM_PUT = "/albums/posts/{id}"
ALBUM_EDIT = "/@{username}/albums/{id}/edit"
ALBUM_CHOOSE = "/@{username}/albums/{id}/choose"
ALBUM_SHARE = "/@{username}/albums/{id}/share"
ALBUM_DELETE = "/@{username}/albums/{id}/delete"
ALBUM_RESTORE = "/@{username}/albums/{id}/restore"
TAG = "/tags/{name}"
PERSON_ATOM = "/@{username}/feed.atom"
PERSON_RSS = "/@{username}/feed.rss"
TAG_ATOM = "/tags/{name}/feed.atom"
TAG_RSS = "/tags/{name}/feed.rss"
SITEMAP = "/sitemap.xml"
SITEMAP_PART = "/sitemap/{name}"
LOCAL_ATOM = "/local/feed.atom"
LOCAL_RSS = "/local/feed.rss"
TAG_ACT = "/act/tag"
LINK_TIMELINE = "/links"
EXPLORE = "/explore"
BESIDE = "/explore/beside"
SEARCH_SUGGEST = "/search/suggest"
CHANGE_PASSWORD_KNOWN = "/.well-known/change-password"  # noqa: S105  a path
SECURITY_TXT = "/.well-known/security.txt"
COMMENTS = "/comments"
COMMENTS_SCRIPT = "/comments.js"
ANSWER_FROM = "/comments/answer"
COMMENTS_CODE = "/@{username}/{id}/comments"
AUTHORIZE_INTERACTION = "/authorize_interaction"
PACK = "/packs/{id}"
ACCOUNT_DOCUMENT = "/users/{username}"
POST_DOCUMENT = "/users/{username}/posts/{id}"
STATIC = "/static/{name}"
DESK = "/desk"
FIRST_STEPS = "/desk/first-steps"
LOOK_SHEET = "/look.css"
WELCOME = "/welcome"
WELCOME_PEOPLE = "/welcome/people"


def at(template: str, **parts: str) -> str:
    return template.format(**{name: quote(part, safe="@:") for name, part in parts.items()})


def about_link(url: str) -> str:
    """Where the posts about a page are."""
    return f"{LINK_TIMELINE}?{urlencode([('url', url)])}"


def feed_meant(path: str) -> str | None:
    """Where the feed is that other software has at `/@ada.rss` or `/tags/boats.atom`; None for any other path."""
    page, dot, form = path.rpartition(".")
    if not dot or form not in ("rss", "atom") or not page.startswith(("/@", "/tags/")):
        return None
    return f"{quote(page, safe='/@:')}/feed.{form}"


def with_query(address: str, asked: Mapping[str, str]) -> str:
    """An address with what is not empty of a question."""
    query = urlencode([(name, value) for name, value in asked.items() if value])
    return f"{address}?{query}" if query else address


def in_file(address: str) -> str:
    """Where the conversation of a post is put into a file."""
    return f"{BUNDLES}?{urlencode([('thread', address)])}"


def in_file_of(handle: str) -> str:
    """Where somebody's posts are put into a file."""
    return f"{BUNDLES}?{urlencode([('account', handle)])}"


def choose_before(id: str) -> str:
    """Older posts to choose from."""
    return f"{BUNDLES_CHOOSE}?{urlencode([('before', id)])}"


def aside_of(author: str) -> str:
    """What came in files of an author, and is not certain."""
    return f"{BUNDLES_ASIDE}?{urlencode([('author', author)])}"


def answer_to(id: str) -> str:
    """Where whoever reads a post elsewhere answers it."""
    return f"{ANSWER_FROM}?{urlencode([('post', id)])}"


def answer_about(url: str) -> str:
    """Where whoever reads about a page writes about it."""
    return f"{ANSWER_FROM}?{urlencode([('url', url)])}"


def comments_on(url: str, theme: str) -> str:
    """The frame of comments on a page."""
    return f"{COMMENTS}?{urlencode([('url', url), *([('theme', theme)] if theme else [])])}"


def signed_in_at(address: str) -> str:
    """The page, for somebody who may have to sign in first."""
    return f"{SIGN_IN}?{urlencode([('next', address)])}"


def writing_about(url: str) -> str:
    return f"{WRITE}?{urlencode([('url', url)])}"


def interaction_at(host: str, uri: str) -> str:
    """Where another server lets its people answer what `uri` names, as Mastodon and others have it."""
    return f"https://{host}{AUTHORIZE_INTERACTION}?{urlencode([('uri', uri)])}"


def sharing_at(host: str, text: str) -> str:
    """Where another server lets its people write, as Mastodon and others have it."""
    return f"https://{host}/share?{urlencode([('text', text)])}"


@lru_cache(maxsize=256)
def in_language(address: str, language: str) -> str:
    """The same page, asked for in a language."""
    split = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(split.query, keep_blank_values=True) if name != "lang"]
    return f"{split.path}?{urlencode([*kept, ('lang', language)])}"


def without(address: str, *names: str) -> str:
    """The same address without these parts of its query."""
    split = urlsplit(address)
    kept = [
        (name, value) for name, value in parse_qsl(split.query, keep_blank_values=True) if name not in names
    ]
    return split._replace(query=urlencode(kept)).geturl()


_ASTRAY = re.compile(r"[\\\x00-\x1f\x7f]")


def own_address(text: str) -> str | None:
    r"""
    `text` if it leads to a page of this server, None if it could lead anywhere else.

    For `next=`: browsers read `//x`, `/\x` and addresses with tabs or line
    breaks in them as other hosts, and a proxy may decode once before us.
    """
    for form in (text, unquote(text)) if "%" in text else (text,):
        if not form.startswith("/") or form.startswith("//") or _ASTRAY.search(form):
            return None
    return text


def whole(text: str, server: str) -> str:
    """The address as others need it: a path of ours with `server` ("https://…") before it."""
    return f"{server}{text}" if text.startswith("/") else text


def web_address(text: str | None) -> str:
    """`text` if it may stand in a link or a picture, else nothing: only http(s) and paths of our own."""
    if text is None:
        return ""
    if text.startswith(("https://", "http://")) or own_address(text) is not None:
        return text
    return ""


def key_of(actor: str) -> str:
    """Where members compare somebody's key."""
    return f"{KEYS}?{urlencode([('actor', actor)])}"
