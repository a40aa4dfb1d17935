"""How long the certificate of a server is good for, as whoever calls it is shown."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

PATIENCE = timedelta(seconds=15)


async def good_until(host: str, port: int) -> datetime | None:
    """The end of its certificate; None where nothing answers with one that is good now."""
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except (OSError, TimeoutError):  # ssl.SSLError is an OSError
        return None
    found = writer.get_extra_info("peercert")
    writer.close()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC)
