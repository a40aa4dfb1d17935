"""
Why a file of another server is not shown.

    MartletError
    ├── CannotBeHad      its server has not got it, or nothing that can be shown, or does not answer
    ├── StillFetching    it takes longer than anybody waits: soon it is there
    └── NotAllowed
        ├── NotOurAddress    this server gave that address to nobody
        └── ProxyAsking      another proxy asks, which could go on in circles
"""

from martlet.model.errors import MartletError, NotAllowed
from martlet.services.caching import Failed, Failure

_SENTENCES = {
    Failure.MISSING: "Its server has not got this file any more",
    Failure.UNUSABLE: "This server cannot show this file",
    Failure.UNREACHABLE: "The server that has this file does not answer",
}


class CannotBeHad(MartletError):
    code = "cannot_be_had"

    def __init__(self, failed: Failed) -> None:
        super().__init__(f"{_SENTENCES[failed.failure]}: {failed.url}")
        self.failure = failed.failure
        self.retry_at = failed.retry_at


class StillFetching(MartletError):
    code = "still_fetching"

    def __init__(self) -> None:
        super().__init__("This file is still on its way. Please try again in a moment.")


class NotOurAddress(NotAllowed):
    code = "not_our_address"

    def __init__(self) -> None:
        super().__init__("This server has not given out this address.")


class ProxyAsking(NotAllowed):
    code = "proxy_asking"

    def __init__(self) -> None:
        super().__init__("This is for people, not for other servers.")
