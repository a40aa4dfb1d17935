"""Warnings that are written again and again."""

from dataclasses import dataclass

from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Preset:
    id: int
    title: str
    text: str


def every(db: Reader) -> list[Preset]:
    return [Preset(*row) for row in db.rows("SELECT id, title, text FROM warning_preset ORDER BY title, id")]


def find(db: Reader, id: int) -> Preset | None:
    row = db.row("SELECT id, title, text FROM warning_preset WHERE id = :id", id=id)
    return Preset(*row) if row else None


def insert(db: Writer, preset: Preset) -> None:
    db.run(
        "INSERT INTO warning_preset (id, title, text) VALUES (:id, :title, :text)",
        id=preset.id,
        title=preset.title,
        text=preset.text,
    )


def update(db: Writer, preset: Preset) -> bool:
    """Whether there was one."""
    sql = "UPDATE warning_preset SET title = :title, text = :text WHERE id = :id"
    return bool(db.run(sql, id=preset.id, title=preset.title, text=preset.text))


def delete(db: Writer, id: int) -> bool:
    return bool(db.run("DELETE FROM warning_preset WHERE id = :id", id=id))
