"""What the log says: one line for each thing, which nobody outside can forge, and no secrets."""

import logging

from hypothesis import given
from hypothesis import strategies as st

from martlet.http.logs import LINE, OneLine, speakable


def told(message: str, *, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("martlet.http", logging.ERROR, __file__, 1, "%s", (message,), info)
    return OneLine(LINE).format(record)


@given(st.text())
def test_h4_no_text_makes_a_second_line(text: str) -> None:
    """H4"""
    assert len(told(text).splitlines()) == 1


def test_h4_a_traceback_is_indented_whatever_the_error_says() -> None:
    """H4"""
    error = ValueError("bad\n2026-01-01T00:00:00.000Z ERROR martlet.http: forged\r\x1b[2J")
    lines = told("failed", error=error).split("\n")
    assert len(lines) > 2
    assert all(line.startswith("    | ") for line in lines[1:])
    assert "\x1b" not in "".join(lines)


def test_h4_secrets_of_links_are_left_out_of_paths() -> None:
    """H4"""
    assert speakable("/setup/ZdVn3k0qJ8xX1mN5") == "/setup/…"
    assert speakable("/auth/password/eyJh.abc-def_ghi.jkl") == "/auth/password/…"
    assert speakable("/api/v1/statuses/114000000000000001") == "/api/v1/statuses/114000000000000001"
    assert speakable("/@a_rather_long_name/12") == "/@a_rather_long_name/12"
