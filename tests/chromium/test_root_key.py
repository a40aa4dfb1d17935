"""A root key made in a real browser: words, code and signature are what the server reads, and nothing of the key is sent."""

import json
from functools import partial

import segno
from playwright.sync_api import Page, Request, Route, expect

from martlet.signing import recovery_words
from martlet.signing.keys import PrivateKey
from tests.chromium.conftest import TOWN, Visit

PAGE = "/settings/root_key"
PROPOSED = """async () => {
  const { root, proposal } = document.querySelector("[data-root-key]").dataset;
  return (await fetch(`${proposal}?root=${encodeURIComponent(root)}`)).json();
}"""
DRAWN = """async (text) => {
  const main = document.querySelector("script[type=module]").src;
  const part = /rootkey\\.js\\?v=\\w+/.exec(await (await fetch(main)).text())[0];
  const qr = /qr\\.js\\?v=\\w+/.exec(await (await fetch(`/static/${part}`)).text())[0];
  return (await import(`/static/${qr}`)).drawn(text);
}"""


def _answer(route: Route, body: str) -> None:
    route.fulfill(body=body, content_type="application/json")


def _refuses_what_was_not_chosen(page: Page, code: str) -> None:
    """The server asks for more: what is new has to be ticked, what a statement does not have is not signed at all."""
    stranger = {
        "id": "http://localhost:3000/users/jona#device-9",
        "publicKeyMultibase": PrivateKey.make_ed25519().public.to_multibase(),
    }
    said = page.evaluate(PROPOSED)
    for more, boxes, fault in (
        ({"gateways": ["http://localhost:3000", "https://evil.example"]}, 1, "unagreed"),
        ({"assertionMethod": stranger}, 1, "unagreed"),
        (
            {"assertionMethod": stranger | {"id": "http://localhost:3000/users/jona#ed25519-key-9"}},
            0,
            "odd",
        ),
        ({"gateways": ["https://evil.example"]}, 0, "odd"),
        ({"sequence": 1}, 0, "odd"),
        ({"nextRoot": "z6Mk"}, 0, "odd"),
        ({"formerly": ["https://evil.example/users/x"]}, 0, "odd"),
    ):
        added = {
            name: said[name] + [value] if name == "assertionMethod" else value for name, value in more.items()
        }
        lie = json.dumps(said | added)
        page.route("**/proposal.json*", partial(_answer, body=lie))
        page.goto(TOWN + PAGE)
        again = page.locator("form[data-sign=again]")
        if fault == "odd":
            expect(again.locator("[data-fault=odd]")).to_be_visible()
        else:
            expect(again.locator("[data-said] input")).to_have_count(boxes)
        again.locator("textarea").fill(code)
        again.evaluate("(form) => { form.noValidate = true; }")
        again.locator("button").click()
        expect(again.locator(f"[data-fault={fault}]")).to_be_visible()
        page.unroute("**/proposal.json*")


def test_a_root_key_is_made_and_signs(visit: Visit) -> None:
    page, sent = visit(PAGE, "jona"), list[str]()

    def note(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    page.on("request", note)
    page.locator("form[data-make] button").click()
    expect(page.locator("[data-shown] li")).to_have_count(24)
    words = page.locator("[data-shown] li").all_text_contents()
    root = recovery_words.read(" ".join(words))
    expect(page.locator("[data-did]")).to_have_text(root.public.to_did())
    text = "z" * 62  # as much as fits: padding is where writers differ
    code = segno.make(text, version=4, error="m", mask=0, mode="byte", boost_error=False, micro=False)
    assert page.evaluate(DRAWN, text) == [list(row) for row in code.matrix]

    new = page.locator("form[data-sign=new]")
    expect(new.locator("[data-said] li")).to_have_count(4)
    expect(new.locator("[data-said] input")).to_have_count(0)
    places = [int(one) for one in (new.locator("[data-places]").text_content() or "").split(",")]
    new.locator("[data-check]").fill(" ".join(words[one - 1] for one in places))
    new.locator("[name=password]").fill(visit.town.passwords["jona"])
    new.locator("button").click()
    page.wait_for_url(f"{TOWN}{PAGE}?done=root_key_published")

    device = page.locator("form[data-sign=device]")
    device.locator("[name=name]").fill("Desk")
    device.locator("button").click()
    page.wait_for_url(f"{TOWN}{PAGE}?done=device_key_added")
    sent_before = len(sent)
    _refuses_what_was_not_chosen(page, recovery_words.text_of(root))
    assert not [one for one in sent[sent_before:] if "statement" in one]
    page.goto(TOWN + PAGE)
    again = page.locator("form[data-sign=again]")
    device_line = again.locator("[data-said] li", has_text="Desk")
    expect(device_line.locator("[data-own]")).to_be_visible()
    expect(again.locator("[data-said] input")).to_have_count(0)
    visit.keep(page, "root-key-lines")
    again.locator("textarea").fill(recovery_words.text_of(root))
    again.locator("button").click()
    page.wait_for_url(f"{TOWN}{PAGE}?done=root_key_published")
    expect(page.locator("form[data-sign=again]")).to_have_count(0)
    secrets = (" ".join(words), "+".join(words[:3]), "%20".join(words[:3]), recovery_words.text_of(root))
    assert not [one for one in sent for secret in secrets if secret in one]
