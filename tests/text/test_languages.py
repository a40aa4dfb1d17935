import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text.languages import LANGUAGES, normalise_language


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("de", "de"), ("DE", "de"), ("de-DE", "de"), ("de_AT", "de"), ("en-GB", "en"), ("zh", "zh"), ("zh-CN", "zh-CN"),
        ("zh_tw", "zh-TW"), ("zh-Hant", "zh-TW"), ("zh-Hans-CN", "zh-CN"), ("zh-Hans-XX", "zh"), ("pt-br", "pt-BR"),
        ("pt-AO", "pt"), ("sr-latn", "sr-Latn"), ("tok", "tok"), ("gsw-CH", "gsw"), ("iw", "he"), (" de ", "de"),
        ("", None), (None, None), ("und", None), ("xx", None), ("deutsch", None), ("-", None), ("d" * 36, None),
    ],
)  # fmt: skip
def test_codes(sent: str | None, kept: str | None) -> None:
    assert normalise_language(sent) == kept


def test_names() -> None:
    assert LANGUAGES["de"] == ("de", "German", "Deutsch")
    assert LANGUAGES["zh-TW"].own_name == "繁體中文（臺灣）"
    assert list(LANGUAGES) == sorted(LANGUAGES, key=str.lower)
    assert all(language.name and language.own_name for language in LANGUAGES.values())


@given(st.text())
def test_any_text_is_a_language_or_none(text: str) -> None:
    code = normalise_language(text)
    assert code is None or normalise_language(code) == code
