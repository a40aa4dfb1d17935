"""What an account that has moved may no longer do: write and follow. It may read, and come back."""

from martlet.model.accounts import Account
from martlet.model.errors import NotAllowed


class HasMoved(NotAllowed):
    code = "account_moved"

    def __init__(self) -> None:
        super().__init__(
            "This account has moved. Take the move back in the settings to write and follow with it."
        )


def check_stays(account: Account) -> None:
    """Raises `HasMoved`."""
    if account.is_here and account.moved_to_id is not None:
        raise HasMoved
