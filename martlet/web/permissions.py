"""What an app asks for when it asks for scopes, in words its user can weigh."""

from collections.abc import Collection

from msgspec import Struct

from martlet.web.wording import Sentence, sentence


class Permission(Struct, frozen=True):
    """`is_weighty`: reaches other people's accounts."""

    icon: str
    sentence: Sentence
    is_weighty: bool = False


PERMISSIONS: dict[str, Permission] = {
    "read": Permission("eye", sentence("read everything you can read here, private messages too")),
    "profile": Permission("me", sentence("see your name, address and picture")),
    "read:accounts": Permission("eye", sentence("see your profile and those of others")),
    "read:blocks": Permission("eye", sentence("see whom you have blocked")),
    "read:bookmarks": Permission("eye", sentence("see what you have saved")),
    "read:collections": Permission("eye", sentence("see your collections of people, and those you are in")),
    "read:favourites": Permission("eye", sentence("see what you have liked")),
    "read:filters": Permission("eye", sentence("see your filters")),
    "read:follows": Permission("eye", sentence("see whom you follow")),
    "read:lists": Permission("eye", sentence("see your lists")),
    "read:mutes": Permission("eye", sentence("see whom you have muted")),
    "read:notifications": Permission("eye", sentence("see your notifications")),
    "read:search": Permission("search", sentence("search in your name")),
    "read:statuses": Permission("eye", sentence("read all posts you can read, private messages too")),
    "write": Permission("write", sentence("post, answer, like, follow and change your profile in your name")),
    "write:accounts": Permission("me", sentence("change your profile")),
    "write:blocks": Permission("people", sentence("block and unblock people")),
    "write:bookmarks": Permission("write", sentence("save posts for you")),
    "write:collections": Permission(
        "people", sentence("put together collections of people, and take you out of those of others")
    ),
    "write:conversations": Permission("write", sentence("tidy up your conversations")),
    "write:favourites": Permission("write", sentence("like posts in your name")),
    "write:filters": Permission("write", sentence("change your filters")),
    "write:follows": Permission("people", sentence("follow and unfollow people")),
    "write:lists": Permission("write", sentence("change your lists")),
    "write:media": Permission("pic", sentence("upload pictures and other files")),
    "write:mutes": Permission("people", sentence("mute people and conversations")),
    "write:notifications": Permission("write", sentence("clear your notifications")),
    "write:reports": Permission("people", sentence("report people in your name")),
    "write:statuses": Permission("write", sentence("post and answer in your name")),
    "follow": Permission("people", sentence("follow, mute and block people")),
    "push": Permission("bell", sentence("send you notifications")),
    "admin:read": Permission(
        "key", sentence("see everything that this server's moderators can see"), is_weighty=True
    ),
    "admin:write": Permission(
        "key", sentence("moderate this server: warn, limit and suspend people"), is_weighty=True
    ),
}

RELATIONSHIPS = ("write:blocks", "write:follows", "write:mutes")
"""What `follow`, older than the finer scopes, stands for, as far as changing goes."""


def in_plain_words(scopes: Collection[str]) -> tuple[Permission, ...]:
    """
    The permissions for these scopes, in a steady order, nothing said twice.

    A wide scope covers its finer ones. A finer scope of `admin` is told as the
    wide one: it never promises less than the app will be able to do.
    """
    asked = {scope if not scope.startswith("admin:") else ":".join(scope.split(":")[:2]) for scope in scopes}
    covered = {"profile", "read:accounts"} & asked if "read" in asked else set()
    covered |= {name for name in asked if ":" in name and name.split(":")[0] in asked}
    if "write" in asked:
        covered.add("follow")
    if "follow" in asked:
        covered |= set(RELATIONSHIPS)
    return tuple(said for name, said in PERMISSIONS.items() if name in asked - covered)
