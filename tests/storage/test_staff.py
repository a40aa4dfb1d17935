"""Who looks after a server is found without a look at everybody who has joined it."""

from collections.abc import Mapping

import pytest

from martlet.model.roles import Permission
from martlet.storage import logins, roles, server_values
from martlet.storage.database import Reader, Row, Store, Writer
from tests.make import Make

MANY = 3_000


class Told(Reader):
    """Reads, and asks how the database goes about each statement."""

    def __init__(self, inner: Reader) -> None:
        super().__init__(inner._execute, inner.dialect)
        self.plans: list[str] = []

    def rows(self, sql: str, **parameters: object) -> list[Row]:
        self._ask(sql, parameters)
        return super().rows(sql, **parameters)

    def value(self, sql: str, **parameters: object) -> object:
        self._ask(sql, parameters)
        return super().value(sql, **parameters)

    def _ask(self, sql: str, parameters: Mapping[str, object]) -> None:
        how = "EXPLAIN" if self.dialect == "postgres" else "EXPLAIN QUERY PLAN"
        rows = self._execute(f"{how} {sql}", parameters).fetchall()
        self.plans.append("\n".join(str(row[-1]) for row in rows))


def _many_join(db: Writer) -> None:
    numbered = """
        WITH RECURSIVE newcomer (id) AS (
            SELECT 1000 UNION ALL SELECT id + 1 FROM newcomer WHERE id < 1000 + :many)
        """
    db.run(
        f"""
        {numbered}
        INSERT INTO account (id, username, username_folded, uri, url, created_at)
        SELECT id, 'n' || id, 'n' || id, 'u' || id, '', 1 FROM newcomer
        """,
        many=MANY,
    )
    db.run(
        f"""
        {numbered}
        INSERT INTO users (id, account_id, email, email_folded, password_hash, created_at)
        SELECT id, id, 'e' || id, 'e' || id, '', 1 FROM newcomer
        """,
        many=MANY,
    )


@pytest.mark.parametrize("has_statistics", [False, True], ids=["at first", "with statistics"])
def test_staff_is_found_by_an_index(store: Store, make: Make, *, has_statistics: bool) -> None:
    owner, moderator = make.account("owner"), make.account("moderator")
    with store.write() as db:
        for account, role in ((owner, "owner"), (moderator, "moderator")):
            db.run("UPDATE users SET role = :role WHERE account_id = :id", role=role, id=account)
        _many_join(db)
    if has_statistics or store.dialect == "postgres":  # which makes its own, soon
        with store.write() as db:
            db.run("ANALYZE users")
    with store.read() as found:
        told = Told(found)
        assert roles.holders(told, Permission.MANAGE_REPORTS) == [owner, moderator]
        assert server_values.find_owner(told) == owner
        assert sorted(logins.staff_names(told)) == ["moderator", "owner"]
    for plan in told.plans[1:]:  # the first is of the roles, of which there are few
        assert "users_staff" in plan, plan
