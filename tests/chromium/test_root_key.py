"""A root key made in a real browser: words, code and signature are what the server reads, and nothing of the key is sent."""

import segno
from playwright.sync_api import Request, expect

from martlet.signing import recovery_words
from tests.chromium.conftest import TOWN, Visit

PAGE = "/settings/root_key"
DRAWN = """async (text) => {
  const main = document.querySelector("script[type=module]").src;
  const part = /rootkey\\.js\\?v=\\w+/.exec(await (await fetch(main)).text())[0];
  const qr = /qr\\.js\\?v=\\w+/.exec(await (await fetch(`/static/${part}`)).text())[0];
  return (await import(`/static/${qr}`)).drawn(text);
}"""


def test_a_root_key_is_made_and_signs(visit: Visit) -> None:
    page, sent = visit(PAGE, "jona"), list[str]()

    def note(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    page.on("request", note)
    page.locator("form[data-make] button").click()
    expect(page.locator("[data-shown] li")).to_have_count(24)
    words = page.locator("[data-shown] li").all_text_contents()
    root = recovery_words.read(" ".join(words))
    assert page.locator("[data-did]").text_content() == root.public.to_did()
    text = "z" * 62  # as much as fits: padding is where writers differ
    code = segno.make(text, version=4, error="m", mask=0, mode="byte", boost_error=False, micro=False)
    assert page.evaluate(DRAWN, text) == [list(row) for row in code.matrix]

    new = page.locator("form[data-sign=new]")
    places = [int(one) for one in (new.locator("[data-places]").text_content() or "").split(",")]
    new.locator("[data-check]").fill(" ".join(words[one - 1] for one in places))
    new.locator("[name=password]").fill(visit.town.passwords["jona"])
    new.locator("button").click()
    page.wait_for_url(f"{TOWN}{PAGE}?done=root_key_published")

    device = page.locator("form[data-sign=device]")
    device.locator("[name=name]").fill("Desk")
    device.locator("button").click()
    page.wait_for_url(f"{TOWN}{PAGE}?done=device_key_added")
    again = page.locator("form[data-sign=again]")
    again.locator("textarea").fill(recovery_words.text_of(root))
    again.locator("button").click()
    page.wait_for_url(f"{TOWN}{PAGE}?done=root_key_published")
    expect(page.locator("form[data-sign=again]")).to_have_count(0)
    secrets = (" ".join(words), "+".join(words[:3]), "%20".join(words[:3]), recovery_words.text_of(root))
    assert not [one for one in sent for secret in secrets if secret in one]
