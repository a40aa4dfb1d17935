"""What members settle for themselves: one module for each noun, as in the client API."""

from collections.abc import Sequence

from martlet.web.settings import (
    email,
    filters,
    groups,
    hashtags,
    mirrors,
    old_posts,
    passkeys,
    people,
    push,
    reach,
    reading,
    root_key,
    servers,
    usual,
)
from martlet.web.visits import Pages

ALL: Sequence[Pages] = (
    email.pages,
    filters.pages,
    groups.pages,
    hashtags.pages,
    mirrors.pages,
    old_posts.pages,
    passkeys.pages,
    people.pages,
    push.pages,
    reach.pages,
    reading.pages,
    root_key.pages,
    servers.pages,
    usual.pages,
)
