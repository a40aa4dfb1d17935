from base64 import b32encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing import totp

RFC_SECRET = b"12345678901234567890"
# RFC 6238 appendix B, the rows for SHA-1
RFC_CODES = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
NOW = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
STEP = totp.step_at(NOW)

steps = st.integers(1, 2**40)


@pytest.mark.parametrize(("seconds", "expected"), RFC_CODES.items())
def test_the_codes_of_the_rfc(seconds: int, expected: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code(RFC_SECRET, totp.step_at(at), digits=8) == expected
    assert totp.verify(RFC_SECRET, expected[-6:], at, None) == totp.step_at(at)


@pytest.mark.parametrize(("away", "expected"), [(-2, None), (-1, -1), (0, 0), (1, 1), (2, None)])
def test_a_clock_may_be_half_a_minute_off(away: int, expected: int | None) -> None:
    shown = totp.code(RFC_SECRET, STEP + away)
    step = None if expected is None else STEP + expected
    assert totp.verify(RFC_SECRET, shown, NOW, None) == step


def test_a_code_is_good_once() -> None:
    shown = totp.code(RFC_SECRET, STEP)
    step = totp.verify(RFC_SECRET, shown, NOW, STEP - 1)
    assert step == STEP
    assert totp.verify(RFC_SECRET, shown, NOW, step) is None
    assert totp.verify(RFC_SECRET, shown, NOW + timedelta(seconds=30), step) is None


@given(st.integers(-3, 3), st.integers(-3, 3))
def test_never_a_step_that_is_not_newer(away: int, last: int) -> None:
    step = totp.verify(RFC_SECRET, totp.code(RFC_SECRET, STEP + away), NOW, STEP + last)
    assert step is None or step > STEP + last


@given(st.text(max_size=10))
def test_junk_is_no_code(shown: str) -> None:
    if totp.verify(RFC_SECRET, shown, NOW, None) is not None:
        assert shown.replace(" ", "").replace("-", "") in {
            totp.code(RFC_SECRET, STEP + away) for away in (-1, 0, 1)
        }


@pytest.mark.parametrize("shape", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_apps_show_codes_in_groups(shape: str) -> None:
    assert totp.verify(RFC_SECRET, shape.format(totp.code(RFC_SECRET, STEP)), NOW, None) == STEP


def test_digits_of_other_scripts_are_no_code() -> None:
    shown = totp.code(RFC_SECRET, STEP).translate({ord("0") + n: 0x0660 + n for n in range(10)})
    assert totp.verify(RFC_SECRET, shown, NOW, None) is None


def test_the_address_for_the_qr_code() -> None:
    secret = totp.make_secret()
    parts = urlsplit(totp.uri(secret, "ada@home.example", "Haus & Hof"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Haus & Hof:ada@home.example"
    fields = parse_qs(parts.query)
    assert fields["issuer"] == ["Haus & Hof"]
    assert totp.secret_from_text(fields["secret"][0]) == secret


@given(st.binary(min_size=1, max_size=40))
def test_secrets_are_written_as_base32(secret: bytes) -> None:
    text = totp.secret_text(secret)
    assert totp.secret_from_text(text) == secret
    assert totp.secret_from_text(f"{text[:4]} {text[4:]}".lower()) == secret
    assert text == b32encode(secret).decode().rstrip("=")


def test_secrets_are_long_and_differ() -> None:
    assert len({totp.make_secret() for _ in range(50)}) == 50
    assert len(totp.make_secret()) == 20


def test_ten_recovery_codes() -> None:
    codes = totp.make_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY_CODES == 10
    assert all(len(code) == 19 and code.count("-") == 3 for code in codes)
    assert not set("".join(codes)) & set("01ilo")


def test_a_recovery_code_is_found_however_it_is_typed() -> None:
    codes = totp.make_recovery_codes()
    stored = totp.recovery_digests(codes)
    for code, digest in zip(codes, stored, strict=True):
        for shown in (code, code.upper(), code.replace("-", ""), code.replace("-", " "), f" {code} "):
            assert totp.find_recovery_digest(shown, stored) == digest


def test_a_used_or_wrong_recovery_code_is_not_found() -> None:
    codes = totp.make_recovery_codes()
    stored = totp.recovery_digests(codes)
    used = totp.find_recovery_digest(codes[3], stored)
    left = [digest for digest in stored if digest != used]
    assert len(left) == 9
    assert totp.find_recovery_digest(codes[3], left) is None
    assert totp.find_recovery_digest("", stored) is None
    assert totp.find_recovery_digest(totp.make_recovery_codes()[0], stored) is None


def test_what_is_stored_does_not_tell_the_codes() -> None:
    code = totp.make_recovery_codes()[0]
    assert code.replace("-", "").encode() not in totp.recovery_digest(code)
