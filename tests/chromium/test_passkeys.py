"""A passkey in a real browser, with a device that Chromium makes up: the script's only test, beside `web/test_passkeys.py`."""

from playwright.sync_api import expect

from tests.chromium.conftest import TOWN, Visit

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_signs_in(visit: Visit) -> None:
    page = visit("/settings/passkeys", "xiaoyu")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.fill("[name=name]", "Desk")
    page.fill("[name=password]", visit.town.passwords["xiaoyu"])
    page.locator("main form button.go").click()
    make = page.locator("form[data-passkey] button")
    expect(page.locator("[data-passkey-none]")).to_be_hidden()
    make.click()
    expect(page.locator("main")).to_contain_text("Desk")
    page.wait_for_url(TOWN + "/settings/passkeys?done=passkey_added")

    page.context.clear_cookies()
    page.goto(TOWN + "/auth/sign_in?next=/news")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(TOWN + "/news")
