"""Which of the posts that devices of people here have left at mirrors have come, by their numbers."""

from martlet.storage.database import Reader, Writer


def is_done(db: Reader, device: int, number: int) -> bool:
    """Whether it was posted, or refused for good."""
    found = db.value(
        "SELECT is_done FROM sealed_post WHERE device_id = :device AND number = :number",
        device=device,
        number=number,
    )
    return bool(found)


def last(db: Reader, device: int) -> int:
    """The highest number that has come; 0: none."""
    return int(db.value("SELECT MAX(number) FROM sealed_post WHERE device_id = :device", device=device) or 0)


def see(db: Writer, device: int, number: int, now: int) -> int:
    """When it was first seen."""
    db.run(
        """
        INSERT INTO sealed_post (device_id, number, seen_at) VALUES (:device, :number, :now)
        ON CONFLICT (device_id, number) DO NOTHING
        """,
        device=device,
        number=number,
        now=now,
    )
    return int(
        db.value(
            "SELECT seen_at FROM sealed_post WHERE device_id = :device AND number = :number",
            device=device,
            number=number,
        )
        or 0
    )


def note_done(db: Writer, device: int, number: int) -> None:
    db.run(
        "UPDATE sealed_post SET is_done = 1 WHERE device_id = :device AND number = :number",
        device=device,
        number=number,
    )
