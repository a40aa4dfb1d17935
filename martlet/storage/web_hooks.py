"""Web hooks, and what each was told lately."""

from dataclasses import fields
from typing import Any

from martlet.model.paging import Page
from martlet.model.web_hooks import HookDelivery, HookEvent, State, WebHook
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import lock_row

COLUMNS = ", ".join(one.name for one in fields(WebHook))
DELIVERY_COLUMNS = ", ".join(one.name for one in fields(HookDelivery))


def insert(db: Writer, hook: WebHook) -> None:
    """Raises `AlreadyThere` for a second one with the same address."""
    values = {one.name: getattr(hook, one.name) for one in fields(hook)}
    db.run(f"INSERT INTO web_hook ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in values)})", **values)


def update(db: Writer, id: int, **values: Any) -> None:
    """Raises `AlreadyThere`."""
    changes = ", ".join(f"{name} = :{name}" for name in values)
    db.run(f"UPDATE web_hook SET {changes} WHERE id = :id", id=id, **values)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM web_hook WHERE id = :id", id=id)


def find(db: Reader, id: int) -> WebHook | None:
    row = db.row(f"SELECT {COLUMNS} FROM web_hook WHERE id = :id", id=id)
    return WebHook(*row) if row else None


def every(db: Reader) -> list[WebHook]:
    return [WebHook(*row) for row in db.rows(f"SELECT {COLUMNS} FROM web_hook ORDER BY id")]


def who_wants(db: Reader, event: HookEvent) -> list[int]:
    """Hooks that are told of this; there are a few of them in all."""
    rows = db.rows(
        "SELECT id FROM web_hook WHERE is_enabled = 1 AND events LIKE :named ORDER BY id",
        named=f'%"{event}"%',
    )
    return [row[0] for row in rows]


# -- what each is told ---------------------------------------------------


def insert_delivery(db: Writer, id: int, hook: int, event: HookEvent, about: int, now: int) -> None:
    db.run(
        """
        INSERT INTO web_hook_delivery (id, hook_id, event, about, created_at)
        VALUES (:id, :hook, :event, :about, :now)
        """,
        id=id,
        hook=hook,
        event=event,
        about=about,
        now=now,
    )


def count_waiting(db: Reader, hook: int, most: int) -> int:
    """Counted no further than `most`."""
    found: int = db.value(
        """
        SELECT count(*) FROM (SELECT 1 FROM web_hook_delivery
                               WHERE hook_id = :hook AND state = 'waiting' LIMIT :most) AS part
        """,
        hook=hook,
        most=most,
    )
    return found


def next_waiting(db: Reader, hook: int) -> HookDelivery | None:
    row = db.row(
        f"""
        SELECT {DELIVERY_COLUMNS} FROM web_hook_delivery
         WHERE hook_id = :hook AND state = 'waiting' ORDER BY id LIMIT 1
        """,
        hook=hook,
    )
    return HookDelivery(*row) if row else None


def deliveries(db: Reader, hook: int, page: Page) -> list[HookDelivery]:
    """The newest first."""
    rows = db.rows(
        f"""
        SELECT {DELIVERY_COLUMNS} FROM web_hook_delivery
         WHERE hook_id = :hook AND id < :before AND id > :after
         ORDER BY hook_id {page.order}, id {page.order} LIMIT :limit
        """,
        hook=hook,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [HookDelivery(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def note(db: Writer, id: int, state: State, status: int | None, error: str, finished_at: int | None) -> None:
    """What came of a try."""
    db.run(
        """
        UPDATE web_hook_delivery
           SET state = :state, tries = tries + 1, status = :status, error = :error, finished_at = :finished_at
         WHERE id = :id AND state = 'waiting'
        """,
        id=id,
        state=state,
        status=status,
        error=error,
        finished_at=finished_at,
    )


def drop_waiting(db: Writer, hook: int, now: int) -> None:
    db.run(
        """
        UPDATE web_hook_delivery SET state = 'dropped', finished_at = :now
         WHERE hook_id = :hook AND state = 'waiting'
        """,
        hook=hook,
        now=now,
    )


def forget_before(db: Writer, moment: int, limit: int) -> None:
    """What was over then is told no more; `limit` of it at a time."""
    db.run(
        """
        DELETE FROM web_hook_delivery
         WHERE id IN (SELECT id FROM web_hook_delivery
                       WHERE finished_at IS NOT NULL AND finished_at < :moment ORDER BY finished_at LIMIT :limit)
        """,
        moment=moment,
        limit=limit,
    )


# -- the one job of each -------------------------------------------------


def claim_sending(db: Writer, hook: int) -> bool:
    """Whether no job is there for it yet: whoever is told so adds one."""
    is_sending = db.value(f"SELECT is_sending FROM web_hook WHERE id = :id {lock_row(db.dialect)}", id=hook)
    return is_sending == 0 and bool(
        db.run("UPDATE web_hook SET is_sending = 1 WHERE id = :id AND is_sending = 0", id=hook)
    )


def end_sending(db: Writer, hook: int) -> None:
    db.run("UPDATE web_hook SET is_sending = 0 WHERE id = :id", id=hook)
