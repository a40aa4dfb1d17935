"""The pages of the desk, all of them."""

from martlet.web.desk import accounts, health, home, joining, log, measures, reports, roles, trends
from martlet.web.visits import Pages

DESK: tuple[Pages, ...] = (
    accounts.pages,
    health.pages,
    home.pages,
    joining.pages,
    log.pages,
    measures.pages,
    reports.pages,
    roles.pages,
    trends.pages,
)
