"""Who may invite."""

from dataclasses import replace

import pytest

from martlet.model.errors import NotAllowed
from martlet.model.roles import EVERYBODY
from martlet.services import inviting
from martlet.storage import roles
from martlet.storage.database import Store
from tests.make import Make


def test_whoever_has_no_permission_to_invite_does_not(store: Store, make: Make) -> None:
    ada = make.account("ada")
    with store.write() as db:
        assert inviting.invite(db, ada, 1, None, make.here).max_uses == 1
        roles.put(db, replace(EVERYBODY, permissions=0))
        with pytest.raises(NotAllowed):
            inviting.invite(db, ada, 1, None, make.here)
        assert inviting.invite(db, None, 1, None, make.here).max_uses == 1  # by the operator
