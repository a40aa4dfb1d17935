import unicodedata
from collections.abc import Iterator
from unittest import mock

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.model.errors import InvalidInput
from martlet.signing import passwords
from tests import quickly

GOOD = "rook sings at six"

# From the reference implementation's own tests: the password is "password", the salt "somesalt".
REFERENCE = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"


@pytest.fixture(autouse=True, scope="module")
def as_served() -> Iterator[None]:
    with quickly.hashing(quickly.AS_SERVED):
        yield


def faults(password: str, *about: str) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        passwords.check_strength(password, about)
    assert refused.value.field == "password"
    return [code for code, _ in refused.value.details["password"]]


def test_a_password_opens_its_own_hash_only() -> None:
    stored = passwords.hash_password(GOOD)
    assert passwords.verify_password(GOOD, stored)
    assert not passwords.verify_password(GOOD + " ", stored)
    assert not passwords.verify_password("", stored)


def test_the_same_password_twice_is_two_hashes() -> None:
    assert passwords.hash_password(GOOD) != passwords.hash_password(GOOD)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_keyboard_does_not_matter(form: str) -> None:
    stored = passwords.hash_password("Käse für Zoë\u00a0heute")
    typed = unicodedata.normalize("NFC" if form == "NFC" else "NFD", "Käse für Zoë heute")
    assert passwords.verify_password(typed, stored)


def test_different_characters_stay_different() -> None:
    assert not passwords.verify_password("１２３４abcd", passwords.hash_password("1234abcd"))


def test_where_there_is_no_account_the_work_is_the_same() -> None:
    with mock.patch.object(Argon2id, "verify_phc_encoded", side_effect=lambda *_: None) as checked:
        assert not passwords.verify_password(GOOD, None)
        assert passwords.verify_password(GOOD, passwords.hash_password("other"))
    parameters = [call.args[1].rsplit("$", 2)[0] for call in checked.call_args_list]
    assert parameters == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


@pytest.mark.parametrize("stored", ["", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1", "junk"])
def test_a_damaged_hash_opens_for_nobody(stored: str) -> None:
    assert not passwords.verify_password(GOOD, stored)
    assert not passwords.verify_password("", stored)


def test_a_giant_password_is_not_hashed() -> None:
    with pytest.raises(InvalidInput):
        passwords.hash_password("x" * 129)
    assert not passwords.verify_password("x" * 10**7, passwords.hash_password(""))
    assert not passwords.verify_password("x" * 129, None)


def test_a_lone_surrogate_is_wrong_and_no_crash() -> None:
    assert not passwords.verify_password("\ud800" * 8, passwords.hash_password(GOOD))


@pytest.mark.parametrize(
    ("memory", "rounds", "needed"), [(19 * 1024, 2, False), (19 * 1024, 1, True), (8 * 1024, 2, True)]
)
def test_older_parameters_are_found_and_still_open(memory: int, rounds: int, needed: bool) -> None:  # noqa: FBT001 - the expected answer
    hasher = Argon2id(salt=b"0123456789abcdef", length=32, iterations=rounds, lanes=1, memory_cost=memory)
    stored = hasher.derive_phc_encoded(GOOD.encode())
    assert passwords.needs_rehash(stored) == needed
    assert passwords.verify_password(GOOD, stored)


def test_hashes_of_the_reference_implementation_open() -> None:
    assert passwords.verify_password("password", REFERENCE)
    assert not passwords.verify_password("Password", REFERENCE)
    assert passwords.needs_rehash(REFERENCE)


def test_foreign_hashes_need_a_new_one() -> None:
    assert passwords.needs_rehash("$2b$10$abcdefghijklmnopqrstuv")


def test_parameters_are_at_least_what_is_advised() -> None:
    # OWASP's smallest advice for argon2id: 19 MiB, two rounds, one lane
    stored = passwords.hash_password(GOOD)
    fields = dict(pair.split("=") for pair in stored.split("$")[3].split(","))
    assert int(fields["m"]) >= 19 * 1024
    assert int(fields["t"]) >= 2


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "Zwölf Boxkämpfer",
        "我的鱼会唱歌八次",
        "x7Kp-92mQ",
        "ÄÖÜäöüßé",
        "🦜🐟🎸🌵🧀🪁🛶🧦",
        "a" * 5 + "bcd" * 20,
    ],
)
def test_good_passwords(password: str) -> None:
    passwords.check_strength(password, ("ada", "ada@home.example", "home.example"))


@pytest.mark.parametrize("password", ["", "seven c", "        "[:7], "小鱼唱歌", "\u0308" * 3])
def test_too_short(password: str) -> None:
    assert faults(password) == ["too_short"]


def test_length_is_counted_as_people_count() -> None:
    assert faults("a\u0308o\u0308u\u0308e\u0301") == ["too_short"]


@pytest.mark.parametrize("password", [GOOD * 8, "x" * 10**6])
def test_too_long(password: str) -> None:
    assert faults(password) == ["too_long"]


@pytest.mark.parametrize(
    "password",
    [
        "password", "Password1", "P@ssw0rd!", "passwort", "12345678", "87654321", "11111111", "abababab",
        "qwertzui", "QWERTYUIOP", "asdfghjk", "iloveyou", "Iloveyou2!", "hallohallo", "woaini1314", "5201314520",
        "abcdefgh", "zyxwvuts", "1q2w3e4r", "dragon!!!", "  letmein", "trustno1",
    ],
)  # fmt: skip
def test_too_common(password: str) -> None:
    assert faults(password) == ["too_common"]


@pytest.mark.parametrize(
    "password",
    ["augustaking", "AugustaKing", "augustaking1", "!AugustaKing!", "augustaking@home.example", "home.example",
     "@augustaking", "Home.Example24"],
)  # fmt: skip
def test_too_personal(password: str) -> None:
    assert faults(password, "augustaking", "augustaking@home.example") == ["too_personal"]


def test_a_short_name_does_not_forbid_what_only_contains_it() -> None:
    passwords.check_strength("al's 47 quiet rooks", ("al",))


@settings(max_examples=8)
@given(st.text(max_size=60), st.text(max_size=60))
def test_two_passwords_open_the_same_only_if_they_are_the_same(one: str, other: str) -> None:
    stored = passwords.hash_password(one)
    assert passwords.verify_password(one, stored)
    if passwords.verify_password(other, stored):
        assert passwords._prepared(one) == passwords._prepared(other)


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_text_is_either_good_or_refused_with_a_reason(password: str, name: str) -> None:
    try:
        passwords.check_strength(password, (name,))
    except InvalidInput as fault:
        refused = fault
    else:
        return
    assert refused.details["password"]
