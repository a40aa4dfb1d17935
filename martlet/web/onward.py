"""
Where somebody goes on who has an account elsewhere: the page of their own server on which they follow, answer or share.

Their server says so by WebFinger, in the words of Activity Intents (https://w3id.org/fep/3b86) or in those of OStatus,
which are older (https://docs.joinmastodon.org/spec/webfinger/). The address is theirs to choose, so nobody is sent
there without having read its name.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from martlet.http import limits
from martlet.text.urls import InvalidUrl, parse_url
from martlet.web.visits import Visit

Wish = Literal["follow", "answer", "share"]

SECONDS = 6
LONGEST = 2048
INTENTS = "https://w3id.org/fep/3b86/"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
WAYS: dict[Wish, tuple[tuple[str, str], ...]] = {
    "follow": ((f"{INTENTS}Follow", "object"), (SUBSCRIBE, "uri")),
    "answer": ((f"{INTENTS}Create", "inReplyTo"), (f"{INTENTS}Object", "object"), (SUBSCRIBE, "uri")),
    "share": ((f"{INTENTS}Create", "content"),),
}
"""By what is wished for: relations in the order in which they are tried, each with the variable that says what about."""
_VARIABLE = re.compile(r"\{([^{}]*)\}")


async def address(visit: Visit, handle: str, wish: Wish, about: str) -> str | None:
    """None where their server names no such page, or does not answer in time. Raises `TooOften`."""
    if visit.desk.resolver is None:
        return None
    if visit.desk.limiter is not None:
        visit.desk.limiter.count(limits.INTERACTIONS, visit.network)
    try:
        async with asyncio.timeout(SECONDS):
            return chosen(await visit.desk.resolver.templates(handle), wish, about)
    except TimeoutError:
        return None


def chosen(templates: Mapping[str, str], wish: Wish, about: str) -> str | None:
    """The address that a server's templates give for what is wished for, if one of them is any good."""
    for relation, variable in WAYS[wish]:
        template = templates.get(relation, "")
        if f"{{{variable}}}" in template and (found := _filled(template, {variable: about})) is not None:
            return found
    return None


def _filled(template: str, values: Mapping[str, str]) -> str | None:
    """Level 1 of RFC 6570, which is all that either of the two needs; variables that nobody knows are left empty."""
    found = _VARIABLE.sub(lambda match: quote(values.get(match[1], ""), safe=""), template)
    if len(found) > LONGEST or not found.startswith("https://"):
        return None
    try:
        parse_url(found)
    except InvalidUrl:
        return None
    return found
