"""All methods of the client API, module by module."""

from martlet.mastodon import (
    account_statuses,
    apps,
    bookmarks,
    contexts,
    favourites,
    filters,
    instance,
    lists,
    markers,
    media,
    oauth,
    polls,
    quotes,
    reactions,
    preferences,
    statuses,
    timelines,
    well_known,
)
from martlet.mastodon.routing import Api

ALL: list[Api] = [
    apps.api,
    account_statuses.api,
    bookmarks.api,
    contexts.api,
    favourites.api,
    filters.api,
    instance.api,
    lists.api,
    markers.api,
    media.api,
    oauth.api,
    polls.api,
    quotes.api,
    reactions.api,
    preferences.api,
    statuses.api,
    timelines.api,
    well_known.api,
]
