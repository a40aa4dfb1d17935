"""`martlet key`: a root key on one's own machine."""

import json
import re
from pathlib import Path

import pytest
from mnemonic import Mnemonic

from martlet.signing import recovery_words
from martlet.signing.keys import PrivateKey
from martlet.signing.recovery_words import NoSuchWords
from tests.cli.conftest import Operator
from tests.elsewhere import Person
from tests.stating import unsigned


def test_a_key_is_made_and_signs_what_is_proposed(martlet: Operator, tmp_path: Path) -> None:
    made = martlet("key", "make").output
    words = re.findall(r"\d+ ([a-z]+)", made.partition("The same")[0])
    root = recovery_words.read(" ".join(words))
    assert f"Public key:   {root.public.to_did()}" in made
    assert recovery_words.text_of(root) in made

    eve = Person("https://peer.example/users/eve", "eve", root, PrivateKey.make_ed25519())
    file = tmp_path / "to-sign.json"
    file.write_text(json.dumps(unsigned(root, eve, 3)))
    result = martlet("key", "sign", str(file), typed=" ".join(words))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1])["proof"]["verificationMethod"] == root.public.to_did()
    for typed, content in (
        (" ".join(words[1:]), file.read_text()),
        (recovery_words.text_of(eve.ed25519), file.read_text()),
    ):
        file.write_text(content)
        assert martlet("key", "sign", str(file), typed=typed + "\n").exit_code == 1
    file.write_text(json.dumps(unsigned(root, eve, 0)))
    assert martlet("key", "sign", str(file), typed=" ".join(words)).exit_code == 1


def test_the_keys_of_somebody_here_are_changed(martlet: Operator) -> None:
    martlet("account", "create", "ada", "--email", "ada@home.example", "--generate")
    assert "@ada has new keys" in martlet("key", "rotate", "ada", "--stolen-since", "2026-11-01").output
    for name, why in (("nobody", "nobody"), ("ada", "within the last hour")):
        result = martlet("key", "rotate", name)
        assert (result.exit_code, name == "nobody" or why in result.output) == (1, True)


def test_words_and_code_are_the_key_itself() -> None:
    """As BIP-39 has them; a slip of the pen is noticed."""
    root = PrivateKey.make_ed25519()
    words = recovery_words.words_of(root)
    assert Mnemonic("english").to_entropy(words) == bytearray(root.raw)
    for typed in (" ".join(words), "  ".join(words).upper(), f" {recovery_words.text_of(root)}\n"):
        assert recovery_words.read(typed) == root
    other = next(one for one in Mnemonic("english").wordlist if one not in words)
    slips = [
        " ".join([other, *words[1:]]),
        " ".join(words[:-1]),
        "z6Mk",
        "",
        root.public.to_multibase(),
        "é " * 24,
    ]
    read = []
    for typed in slips:
        try:
            read.append(recovery_words.read(typed))
        except NoSuchWords:
            continue
    assert all(one != root for one in read)
    assert len(read) <= 1  # one slip in 256 has the same eight bits
    with pytest.raises(NoSuchWords):
        recovery_words.read("abandon " * 24)
