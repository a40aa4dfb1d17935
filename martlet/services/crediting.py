"""
Who wrote a page: an account that the page names (`fediverse:creator`) and that names the page's site in turn.

Either alone proves nothing: a page may name anybody, and anybody a page.
"""

from martlet.model.accounts import Account
from martlet.storage import accounts
from martlet.text.names import host_and_port
from martlet.text.urls import InvalidUrl, parse_url


def may_be_named(account: Account, url: str) -> bool:
    """Whether the account says that pages there may name it as their author; a host speaks for those below it."""
    if account.is_gone:
        return False
    try:
        host = host_and_port(parse_url(url).host)[0]
    except InvalidUrl:
        return False
    return any(host == one or host.endswith(f".{one}") for one in accounts.attribution_of(account))
