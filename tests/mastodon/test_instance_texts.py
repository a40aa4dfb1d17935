"""What the owner states at length: in the API and on pages."""

from datetime import date

import pytest
import time_machine

from martlet.mastodon import server_entities as entities
from martlet.model.errors import NotFound
from martlet.services import stating
from martlet.services.ports import Ground
from martlet.services.stating import TermsInForce, TextTooLong
from martlet.text import markdown
from tests.browser import Browser
from tests.client import Api

EVIL = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>"


def test_about_and_privacy(api: Api, ground: Ground) -> None:
    empty = api.get("/api/v1/instance/extended_description").entity(entities.ExtendedDescription)
    assert (empty.updated_at, empty.content) == (None, "")
    default = api.get("/api/v1/instance/privacy_policy").entity(entities.PrivacyPolicy)
    assert "localhost:3000" in default.content
    with ground.store.write() as db:
        stating.state(db, "about", "# The lower town\n\nWe are *few*.", ground.here)
        stating.state(db, "privacy", "Nothing is kept.", ground.here)
    about = api.get("/api/v1/instance/extended_description").json
    assert about["content"] == "<h1>The lower town</h1>\n<p>We are <em>few</em>.</p>"
    assert api.get("/api/v1/instance/privacy_policy").json["content"] == "<p>Nothing is kept.</p>"
    browser = Browser(api)
    assert "We are <em>few</em>" in browser.get("/about").text
    assert "Nothing is kept." in browser.get("/privacy-policy").text
    assert "Datenschutz" in browser.get("/privacy-policy?lang=de").text
    with ground.store.write() as db:
        stating.state(db, "privacy", " \n", ground.here)
    assert api.get("/api/v1/instance/privacy_policy").json["content"] == default.content


def test_terms_have_versions(api: Api, ground: Ground) -> None:
    path = "/api/v1/instance/terms_of_service"
    browser = Browser(api)
    assert api.get(path).status == browser.get("/terms-of-service").status == 404
    assert api.get("/api/v2/instance").json["configuration"]["urls"]["terms_of_service"] is None
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False) as clock:
        with ground.store.write() as db:
            stating.publish_terms(db, "Be kind.", date(2026, 12, 1), ground.here)
            stating.publish_terms(db, "Be kinder?", date(2027, 1, 1), ground.here)
            stating.publish_terms(db, "Be kinder.", date(2027, 1, 1), ground.here)
            with pytest.raises(TermsInForce):
                stating.publish_terms(db, "Be rude.", date(2026, 12, 1), ground.here)
            with pytest.raises(TermsInForce):
                stating.withdraw_terms(db, date(2026, 12, 1), ground.here)
            with pytest.raises(NotFound):
                stating.withdraw_terms(db, date(2026, 12, 2), ground.here)
        assert api.get(path).json == {
            "effective_date": "2026-12-01",
            "effective": True,
            "content": "<p>Be kind.</p>",
            "succeeded_by": "2027-01-01",
        }
        later = api.get(f"{path}/2027-01-01").entity(entities.TermsOfService)
        assert (later.effective, later.content, later.succeeded_by) == (False, "<p>Be kinder.</p>", None)
        assert "In force from" in browser.get("/terms-of-service/2027-01-01").text
        assert api.get(f"{path}/2026-12-02").status == api.get(f"{path}/x").status == 404
        assert browser.get("/terms-of-service/yesterday").status == 404
        urls = api.get("/api/v2/instance").json["configuration"]["urls"]
        assert urls["terms_of_service"] == "http://localhost:3000/terms-of-service"
        assert "Be kind." in browser.get("/terms-of-service").text
        clock.shift(31 * 86_400)
        assert api.get(path).json["content"] == "<p>Be kinder.</p>"
        assert "/terms-of-service/2026-12-01" in browser.get("/terms-of-service").text.replace("&#x2f;", "/")


def test_a_text_has_an_end(ground: Ground) -> None:
    with ground.store.write() as db, pytest.raises(TextTooLong):
        stating.state(db, "about", "a" * (markdown.LIMIT + 1), ground.here)


def test_f_stored_scripts_in_the_owners_words_never_run(api: Api, ground: Ground) -> None:
    """B4: what an owner pastes can do nothing in an app or on a page."""
    with ground.store.write() as db:
        for name in stating.NAMES:
            stating.state(db, name, EVIL, ground.here)
        stating.publish_terms(db, EVIL, date(2020, 1, 1), ground.here)
    told = [
        api.get(f"/api/v1/instance/{name}").json["content"]
        for name in ("extended_description", "privacy_policy", "terms_of_service")
    ]
    pages = [Browser(api).get(path).text for path in ("/about", "/privacy-policy", "/terms-of-service")]
    for text in (*told, *pages):
        assert "<script>" not in text
        assert "<img src=x" not in text
        assert 'href="javascript' not in text
