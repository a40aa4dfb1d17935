"""
What goes wrong with a row that should not be there.

Where many things are shown together, one that cannot be shown must not take the others with it (attacks D20): these
are caught, told in the log, and something stands in its place. What goes wrong with the database itself is not among them.
"""

FAULTS: tuple[type[Exception], ...] = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
