"""What a server has loaded when it starts."""

import subprocess
import sys

LATER = {
    "PIL", "argon2", "blurhash", "cryptography", "httpcore2", "joserfc", "mnemonic", "opencc", "opentelemetry", "prometheus_client",
    "psycopg", "rich", "webauthn",
    "martlet.cli.account", "martlet.cli.backup",
}  # fmt: skip
"""What only some requests, jobs, settings or commands need."""


def test_a_server_starts_without_what_it_may_never_need() -> None:
    code = "import sys; import martlet.cli.main, martlet.cli.serve, martlet.worker; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert LATER & set(found.stdout.split()) == set()
