"""
One test for many things of a kind, where a test of its own for each would cost more than what it does.

    @for_each(SAMPLES)
    def test_it_has_a_heading(name: str) -> None: ...
"""

import itertools
from collections.abc import Callable, Iterable
from typing import Any


def for_each(*lists: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """With each of the first list's things, and each of the second's, and so on. All that fail are told at once."""
    cases = list(itertools.product(*lists))
    assert cases

    def of(check: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            wrong = []
            for case in cases:
                try:
                    check(*case)
                except Exception as error:  # noqa: BLE001 - whatever it is, the others are tried as well
                    wrong.append(
                        f"{', '.join(str(one)[:80] for one in case)}: {type(error).__name__}: {error}"
                    )
            assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong[:20])

        test.__name__ = test.__qualname__ = check.__name__
        test.__doc__, test.__module__ = check.__doc__, check.__module__
        return test

    return of
