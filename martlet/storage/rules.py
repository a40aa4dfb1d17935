"""The server's rules, one by one. A rule that is no more stays for the reports that name it."""

from collections.abc import Collection

from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.server_values import RULE_COLUMNS, Rule


def many(db: Reader, ids: Collection[int]) -> dict[int, Rule]:
    """In force or not."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT {RULE_COLUMNS} FROM server_rule WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: Rule(*row) for row in rows}


def put(db: Writer, rule: Rule, position: int) -> None:
    """Have a rule in force at a place among the others."""
    db.run(
        """
        INSERT INTO server_rule (id, position, text, hint, translations)
        VALUES (:id, :position, :text, :hint, :translations)
        ON CONFLICT (id) DO UPDATE SET position = excluded.position, text = excluded.text, hint = excluded.hint,
                                       translations = excluded.translations, deleted_at = NULL
        """,
        id=rule.id,
        position=position,
        text=rule.text,
        hint=rule.hint,
        translations=rule.translations,
    )


def end(db: Writer, id: int, now: int) -> None:
    db.run("UPDATE server_rule SET deleted_at = :now WHERE id = :id AND deleted_at IS NULL", id=id, now=now)
