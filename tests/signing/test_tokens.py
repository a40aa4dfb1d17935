import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing import tokens
from martlet.signing.tokens import Kind

# RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_tokens_differ_and_say_what_they_are_for() -> None:
    made = {tokens.make(kind) for kind in Kind for _ in range(20)}
    assert len(made) == 20 * len(Kind)
    assert all(any(token.startswith(f"{kind}_") for kind in Kind) for token in made)
    assert all(len(token) >= 43 for token in made)


@pytest.mark.parametrize("kind", Kind)
def test_tokens_need_no_escaping(kind: Kind) -> None:
    token = tokens.make(kind)
    assert token.isascii()
    assert token.replace("_", "").replace("-", "").isalnum()


def test_the_digest_is_the_plain_sha256() -> None:
    assert tokens.digest("mt_access_x") == hashlib.sha256(b"mt_access_x").digest()


@given(st.text(), st.text())
def test_any_text_has_a_digest_of_its_own(one: str, other: str) -> None:
    assert tokens.is_same(tokens.digest(one), tokens.digest(other)) == (one == other)


def test_a_lone_surrogate_has_a_digest() -> None:
    assert len(tokens.digest("\ud800")) == 32


def test_pkce_as_in_the_rfc() -> None:
    assert tokens.pkce_challenge(VERIFIER) == CHALLENGE
    assert tokens.pkce_matches(VERIFIER, CHALLENGE)


@pytest.mark.parametrize(
    ("verifier", "challenge"),
    [
        (VERIFIER[:-1] + "l", CHALLENGE),
        (VERIFIER, CHALLENGE[:-1] + "N"),
        (VERIFIER, VERIFIER),  # the plain method
        ("", CHALLENGE),
        (VERIFIER, ""),
        (VERIFIER + "\n", CHALLENGE),
        (VERIFIER, CHALLENGE + "\n"),
        (VERIFIER[:42], tokens.pkce_challenge(VERIFIER[:42])),  # too short
        ("a" * 129, tokens.pkce_challenge("a" * 129)),  # too long
        ("ä" * 43, tokens.pkce_challenge("ä" * 43)),
    ],
)
def test_pkce_refuses(verifier: str, challenge: str) -> None:
    assert not tokens.pkce_matches(verifier, challenge)


@given(st.text(alphabet="abcXYZ019-._~", min_size=43, max_size=128))
def test_pkce_accepts_what_belongs_together(verifier: str) -> None:
    assert tokens.pkce_matches(verifier, tokens.pkce_challenge(verifier))
    assert not tokens.pkce_matches(verifier[::-1] + "a", tokens.pkce_challenge(verifier + "b"))
