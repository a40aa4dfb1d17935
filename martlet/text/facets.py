"""Facets of posts: what they are, beside what they say. Each is a token of the search index (`text.terms`)."""

from martlet.model.names import AccountId
from martlet.text.query import Has
from martlet.text.terms import facet

PUBLIC = facet("public")
OPEN = facet("open")
"""Public, and its author lets everyone find it."""
REPLY = facet("reply")
SENSITIVE = facet("sensitive")


def by(author: AccountId) -> str:
    return facet(f"by{author}")


def naming(account: AccountId) -> str:
    return facet(f"naming{account}")


def having(what: Has) -> str:
    return facet(f"has{what.value}")


def written_in(language: str) -> str:
    """`zh-TW` is written in `zh` too: of the two, this is the one asked for."""
    return facet("in" + language.replace("-", ""))
