import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing import base64url


@given(st.binary(max_size=100))
def test_what_was_encoded_is_decoded(raw: bytes) -> None:
    assert base64url.decode(base64url.encode(raw)) == raw


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=12))
def test_no_two_texts_mean_the_same(text: str) -> None:
    try:
        raw = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(raw) == text


@pytest.mark.parametrize("text", ["YQ==", "YR", "Y", "a b", "ab+c", "ab/c", "äb", "YWI=\n"])
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        base64url.decode(text)


@given(st.binary(max_size=80))
def test_keys_from_apps_are_read_in_every_spelling(raw: bytes) -> None:
    standard, safe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
    for text in (standard, safe, standard.rstrip("="), safe.rstrip("="), f" {safe}\n"):
        assert base64url.decode_any_spelling(text) == raw


@pytest.mark.parametrize("text", ["A", "a b", "ab!c", "ключ"])
def test_what_is_no_base64_in_any_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        base64url.decode_any_spelling(text)
