"""Columns to be set, by name."""

from collections.abc import Collection, Iterable


def assigned(columns: Iterable[str], changeable: Collection[str]) -> str:
    """What goes after SET: each column gets the parameter of its name. Raises ValueError for any other column."""
    unknown = set(columns) - set(changeable)
    if unknown:
        raise ValueError(unknown)
    return ", ".join(f"{name} = :{name}" for name in columns)
