"""All methods of the client API, module by module."""

from martlet.mastodon import instance, media, oauth, statuses, timelines, well_known
from martlet.mastodon.routing import Api

ALL: list[Api] = [instance.api, media.api, oauth.api, statuses.api, timelines.api, well_known.api]
