"""Settings: from file and environment, with a sentence for each mistake."""

from pathlib import Path

import pytest

from martlet.cli import settings as shown
from martlet.settings import Settings, WrongSetting, load


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "martlet.toml"
    file.write_text('name = "Town"\nworkers = 2\nlanguages = ["de", "zh"]\n')
    found = load(file, {"MARTLET_WORKERS": "3", "MARTLET_RATE_LIMITS": "off", "HOME": "/"})
    assert (found.name, found.workers, found.languages, found.rate_limits) == ("Town", 3, ("de", "zh"), False)


def test_without_anything_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(environment={}) == Settings()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"MARTLET_WORKERS": "many"}, "`workers` is wrong: expected a whole number.*MARTLET_WORKERS"),
        ({"MARTLET_WORKERS": "0"}, "`workers` is wrong: expected a whole number not below 1"),
        (
            {"MARTLET_REGISTRATION": "all"},
            "`registration` is wrong: 'all' is none of approval, closed, invite, open",
        ),
        ({"MARTLET_NMAE": "x"}, "MARTLET_NMAE, which is no setting"),
        ({"MARTLET_URL": "social.example"}, "`url` is wrong.*https://social.example"),
        ({"MARTLET_URL": "https://social.example/x"}, "`url` is wrong"),
        ({"MARTLET_URL": "https://Social.example"}, "`url` is wrong: 'https://Social.example'.*lower case"),
        ({"MARTLET_URL": "HTTPS://social.example"}, "`url` is wrong"),
        ({"MARTLET_URL": "https://münchen.example"}, "`url` is wrong.*xn--"),
        ({"MARTLET_URL": "https://ada:geheim@social.example"}, r"`url` is wrong: It needs"),
        ({"MARTLET_URL": "https://social.example:443"}, "`url` is wrong.*a port only if"),
        ({"MARTLET_URL": "http://social.example:80"}, "`url` is wrong"),
        ({"MARTLET_URL": "https://social.example:99999"}, "`url` is wrong"),
        ({"MARTLET_URL": "https://social.example:"}, "`url` is wrong"),
        ({"MARTLET_URL": "https://social.example?"}, "`url` is wrong"),
        ({"MARTLET_URL": "https://so cial.example"}, "`url` is wrong"),
        ({"MARTLET_URL": "http://[bad"}, "`url` is wrong"),
        ({"MARTLET_NAME": "a\0b"}, "`name` is wrong: it has the character NUL"),
        ({"MARTLET_DATABASE": "mysql://x"}, "`database` is wrong"),
        ({"MARTLET_SECRET": "short"}, "`secret` is too short"),
        ({"MARTLET_LISTEN": "3000"}, "`listen` is wrong"),
        ({"MARTLET_SMTP_HOST": "mail.example"}, "`mail_from` is missing"),
        (
            {"MARTLET_OUTBOUND_PROXIES": "socks5h://127.0.0.1:9050"},
            "`outbound_proxies` has a line that is wrong",
        ),
        (
            {"MARTLET_FALLBACK_PROXIES": "* = ftp://127.0.0.1:21"},
            "`fallback_proxies` has a line that is wrong",
        ),
        ({"MARTLET_ONION": "http://short.onion"}, "`onion` is wrong"),
        ({"MARTLET_ALTERNATE_URLS": "https://other.example/path"}, "`alternate_urls` has `https://other"),
        ({"MARTLET_TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, "`trusted_proxies` is wrong: 'proxy'"),
        ({"MARTLET_CONFIG": "/nowhere/martlet.toml"}, "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(
    environment: dict[str, str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongSetting, match=sentence):
        load(environment=environment)


@pytest.mark.parametrize("text", ['nmae = "x"', "name = ", "workers = true"])
def test_a_wrong_file_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "martlet.toml"
    file.write_text(text)
    with pytest.raises(WrongSetting):
        load(file, {})


def test_every_setting_has_a_meaning() -> None:
    assert [name for name in shown.names() if not shown.meaning(name)] == []


def test_secrets_are_not_shown() -> None:
    found = Settings(secret="s" * 40, smtp_password="hush", database="postgresql://me:hush@db/martlet")
    everything = " ".join(str(shown.shown(found, name)) for name in shown.names())
    assert "hush" not in everything
    assert "s" * 40 not in everything


@pytest.mark.parametrize(
    "url",
    [
        "https://social.example",
        "https://xn--mnchen-3ya.example",
        "http://localhost:3000",
        "http://127.0.0.1:8080",
        "http://[::1]:3000",
        "https://a.example:8443",
    ],
)
def test_addresses_of_servers(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(environment={"MARTLET_URL": url}).url == url
