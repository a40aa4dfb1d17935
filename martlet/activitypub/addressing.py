"""Visibility from `to` and `cc`, and back."""

from collections.abc import Collection, Sequence

from martlet.model.visibility import Visibility

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})


def visibility(to: Collection[str], cc: Collection[str], followers: str) -> Visibility:
    """For whom a post was written; `followers` is its author's collection, empty if it is not known."""
    if PUBLIC_NAMES.intersection(to):
        return Visibility.PUBLIC
    if PUBLIC_NAMES.intersection(cc):
        return Visibility.UNLISTED
    if followers and (followers in to or followers in cc):
        return Visibility.FOLLOWERS
    return Visibility.MENTIONED


def audience(
    visibility: Visibility, followers: str, mentioned: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`to` and `cc`."""
    if visibility == Visibility.PUBLIC:
        return (PUBLIC,), (followers, *mentioned)
    if visibility == Visibility.UNLISTED:
        return (followers,), (PUBLIC, *mentioned)
    if visibility == Visibility.FOLLOWERS:
        return (followers,), tuple(mentioned)
    return tuple(mentioned), ()
