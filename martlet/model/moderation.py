"""
What is decided about other servers, and which decision holds for a server.

A decision about a domain holds for every host below it. The operator's own
decisions win over those of block lists: of several the one of the nearest
domain, so that a part can be excepted from the whole. Of what lists say, the
strictest holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

OWN = 0
"""In the place of a block list's id: the operator decided so."""


class Severity(StrEnum):
    NONE = "none"
    LIMIT = "limit"
    """Only those who follow its people come across them."""
    SUSPEND = "suspend"
    """Nothing comes or goes, and its people are not shown."""


_ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a server is treated."""

    severity: Severity = Severity.NONE
    is_allowed: bool = False
    """The operator wants to speak with it: it counts where only such servers are spoken with."""
    refuses_media: bool = False
    refuses_reports: bool = False

    @property
    def is_restriction(self) -> bool:
        return self.severity is not Severity.NONE or self.refuses_media or self.refuses_reports


OPEN = Policy()
"""Of a server about which nothing is decided."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a domain. `comment` is for everybody, `note` for those who run the server."""

    host: str
    policy: Policy
    list_id: int = OWN
    comment: str = ""
    note: str = ""
    is_obfuscated: bool = False


def domains_of(host: str) -> list[str]:
    """
    The names under which something can be decided about a host: itself, without its port, the domains above it.

    There are none above an address.
    """
    name = host if host.startswith("[") else host.partition(":")[0]
    labels = name.split(".")
    if name.startswith("[") or labels[-1].isdecimal():
        labels = []
    above = [".".join(labels[at:]) for at in range(1, len(labels))]
    return list(dict.fromkeys((host, name, *above)))


def decide(found: Iterable[Decision]) -> Policy:
    """The policy that follows from all that is decided about a host and the domains above it."""
    decisions = list(found)
    own = [one for one in decisions if one.list_id == OWN]
    if own:
        nearest = max(own, key=lambda one: len(one.host)).policy
        is_allowed = any(one.policy.is_allowed for one in own) and nearest.severity is not Severity.SUSPEND
        return replace(nearest, is_allowed=is_allowed)
    return strictest([one.policy for one in decisions])


def strictest(policies: Sequence[Policy]) -> Policy:
    """What holds for somebody to whom all of them apply."""
    return Policy(
        severity=max((one.severity for one in policies), key=_ORDER.index, default=Severity.NONE),
        is_allowed=any(one.is_allowed for one in policies),
        refuses_media=any(one.refuses_media for one in policies),
        refuses_reports=any(one.refuses_reports for one in policies),
    )
