import subprocess
import sys

LIGHT = [
    "actor_keys",
    "digests",
    "http_signatures",
    "base64url",
    "canonical_json",
    "keys",
    "multibase",
    "passwords",
    "proofs",
    "sealed",
    "server_keys",
    "subscriptions",
    "tokens",
    "totp",
]


def test_the_start_of_the_server_does_not_wait_for_cryptography() -> None:
    names = ", ".join(f"martlet.signing.{name}" for name in LIGHT)
    script = f"import sys, {names}; sys.exit('cryptography' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
