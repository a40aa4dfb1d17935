"""The pages of the desk, all of them."""

from martlet.web.desk import (
    accounts,
    announcements,
    blocks,
    emojis,
    guide,
    health,
    home,
    joining,
    lists,
    log,
    measures,
    peers,
    reports,
    roles,
    rules,
    server,
    texts,
    trends,
)
from martlet.web.visits import Pages

DESK: tuple[Pages, ...] = (
    accounts.pages,
    announcements.pages,
    blocks.pages,
    emojis.pages,
    guide.pages,
    health.pages,
    home.pages,
    joining.pages,
    lists.pages,
    log.pages,
    measures.pages,
    peers.pages,
    reports.pages,
    roles.pages,
    rules.pages,
    server.pages,
    texts.pages,
    trends.pages,
)
