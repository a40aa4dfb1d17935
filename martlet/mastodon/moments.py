"""Moments as clients write them: https://docs.joinmastodon.org/api/datetime-format/"""

from datetime import UTC, datetime

from martlet.model.errors import InvalidInput
from martlet.model.server import milliseconds

LONGEST = 40


def moment_in(text: str | None, name: str) -> int | None:
    """
    ISO 8601 to milliseconds; without an offset it is in UTC. None where nothing is given.

    Raises `InvalidInput` that names the parameter.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text if len(text) <= LONGEST else "")
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return milliseconds(aware)
    except (ValueError, OverflowError):
        words = name.replace("_", " ").capitalize()
        raise InvalidInput(f"Validation failed: {words} is no moment in ISO 8601", name) from None
