"""How often people may ask."""

from pathlib import Path

import msgspec
import pytest

from martlet import app
from martlet.http.limits import Limiter, Rule, TooOften, network_of
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api

THREE = Rule("three", 3, 60)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_counts_down_and_then_refuses_until_the_window_ends(tmp_path: Path) -> None:
    clock = Clock()
    limiter = Limiter(tmp_path / "limits", clock)
    assert [limiter.count(THREE, "ada").remaining for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooOften) as refused:
        limiter.count(THREE, "ada")
    assert limiter.count(THREE, "bob").remaining == 2
    clock.now = refused.value.allowance.reset_at.timestamp()
    assert limiter.count(THREE, "ada").remaining == 2
    limiter.close()


def test_two_processes_share_their_counts(tmp_path: Path) -> None:
    one, other = Limiter(tmp_path / "limits", Clock()), Limiter(tmp_path / "limits", Clock())
    one.count(THREE, "ada")
    assert other.count(THREE, "ada").remaining == 1
    one.close()
    other.close()


def test_a_whole_ipv6_network_counts_as_one() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("192.0.2.7") == "192.0.2.7"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("DELETE", "/api/v1/statuses/1", 30),
        ("POST", "/api/v1/statuses/1/unreblog", 30),
        ("POST", "/api/v2/media", 250),
        ("POST", "/api/v1/media", 250),
    ],
)
def test_uploads_and_deletions_are_fewer(
    ground: Ground, settings: Settings, method: str, path: str, most: int
) -> None:
    """In half an hour, whatever came of them: deletions as in Mastodon, files as many as two large albums hold."""
    api = Api(app.build_on(ground, msgspec.structs.replace(settings, rate_limits=True)))
    ada, bob = api.person("ada"), api.person("bob")
    replies = [api.call(method, path, ada) for _ in range(most + 1)]
    assert 429 not in [reply.status for reply in replies[:most]]
    assert replies[most].status == 429
    told = {name: value for name, value in replies[most].headers.items() if name.startswith("x-ratelimit")}
    assert (told["x-ratelimit-limit"], told["x-ratelimit-remaining"]) == (str(most), "0")
    assert api.call(method, path, bob).status != 429
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 200
    api.close()
