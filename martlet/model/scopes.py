"""
OAuth scopes as Mastodon has them: `read` covers `read:accounts`, `follow` some of both.

https://docs.joinmastodon.org/api/oauth-scopes/
"""

from functools import lru_cache

READ = (
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
    "notifications",
    "search",
    "statuses",
)
WRITE = ("accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters", "follows", "lists",
         "media", "mutes", "notifications", "reports", "statuses")  # fmt: skip
ADMIN = (
    "accounts",
    "reports",
    "domain_allows",
    "domain_blocks",
    "ip_blocks",
    "email_domain_blocks",
    "canonical_email_blocks",
)
FOLLOW = frozenset(
    f"{what}:{which}" for what in ("read", "write") for which in ("blocks", "follows", "mutes")
)

KNOWN = frozenset(
    {"profile", "read", "write", "follow", "push", "admin:read", "admin:write"}
    | {f"read:{one}" for one in READ}
    | {f"write:{one}" for one in WRITE}
    | {f"admin:{what}:{one}" for what in ("read", "write") for one in ADMIN}
)


@lru_cache(maxsize=1024)
def parse(text: str) -> frozenset[str]:
    """The scopes in a text, parted by blanks or plus signs."""
    return frozenset(text.replace("+", " ").split())


def in_order(text: str) -> str:
    """The same scopes in the order they were given, each once, parted by single blanks."""
    return " ".join(dict.fromkeys(text.replace("+", " ").split()))


@lru_cache(maxsize=4096)
def covers(granted: frozenset[str], wanted: str) -> bool:
    """Whether `wanted` is granted, by itself or by one that holds it."""
    if wanted in granted or (wanted in FOLLOW and "follow" in granted):
        return True
    if wanted == "profile":  # a small part of what `read:accounts` shows
        return covers(granted, "read:accounts")
    parts = wanted.split(":")
    return any(":".join(parts[:n]) in granted for n in range(1, len(parts)))


def within(wanted: frozenset[str], granted: frozenset[str]) -> bool:
    """Whether all that is wanted is granted."""
    return all(covers(granted, one) for one in wanted)
