"""What is written down of each act of those who look after the server. Nothing that anybody wrote in private."""

from dataclasses import dataclass

from martlet.model.names import AccountId, ReportId

State = dict[str, object]
"""What an act changes, by name: plain values of JSON."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an act is about. `name` is what it was called then: the thing may be gone later."""

    kind: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of `audit_entry`. The id says when."""

    id: int
    actor_id: AccountId
    """`NOBODY`: the operator, by a command."""
    act: str
    """`account.suspend`, `report.resolve`, …: permanent names."""
    target_kind: str
    target_id: int
    target_name: str
    report_id: ReportId | None
    state_before: str
    """JSON: `State`"""
    state_after: str
    undoes_id: int | None = None
    reason: str = ""
    """For those who look after the server; nobody else reads it."""
