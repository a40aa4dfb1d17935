"""A device is told of news while no page of ours is open: turned on by a press, shown by the service worker, and off again."""

import json

from playwright.sync_api import expect

from tests.chromium.conftest import PHONE, POLL_MS, TOWN, Visit
from tests.chromium.test_every_page import _violations

BROWSER_WITHOUT_A_PUSH_SERVICE = """
    const keys = {
        p256dh: "BI5TO2-gv3tGJbswZnwB-2B--fi4qA_vWzAGKHAxh7Kjc-sdveAzGDZtBp-DpvWQAFPHNjPLBBshxV4ahsH0ALQ",
        auth: "MDEyMzQ1Njc4OWFiY2RlZg",
    };
    let made = null;
    const one = {
        toJSON: () => ({ endpoint: "https://push.example/1", keys }),
        unsubscribe: async () => { made = null; return true; },
    };
    PushManager.prototype.subscribe = async () => (made = one);
    PushManager.prototype.getSubscription = async () => made;
"""
"""Chromium asks its maker for an address, which tests cannot; what it would do with what comes is its own."""
TOLD = {
    "title": "Ines wrote to you",
    "body": "Kommst du mit?",
    "tag": "mention-1",
    "url": "/news",
    "lang": "de",
}
SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    for (let n = 0; n < 600; n += 1) {
        const shown = await registration.getNotifications();
        if (shown.length) return shown.map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, ...data }));
        await new Promise((done) => setTimeout(done, 100));
    }
    return [];
}"""

PRESSED = """async (url) => {
    const led = [];
    clients.openWindow = async (url) => { led.push(`opened ${url}`); };
    WindowClient.prototype.focus = async function () { led.push(`focused ${this.url}`); return this; };
    await registration.showNotification("Once more", { data: { url } });
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent("notificationclick", { notification });
    let done;
    event.waitUntil = (promise) => { done = promise; };
    dispatchEvent(event);
    await done;
    return [led, (await registration.getNotifications()).length];
}"""
"""Only a finger on the notification lets a worker focus or open a window; which one it would be is looked at."""
CLOSED = """async () => {
    while ((await clients.matchAll({ type: "window" })).length) await new Promise((done) => setTimeout(done, 50));
}"""


def test_a_device_is_told(visit_with_windows: Visit) -> None:
    page = visit_with_windows("/home", "xiaoyu", PHONE)
    page.context.grant_permissions(["notifications"], origin=TOWN)
    page.add_init_script(BROWSER_WITHOUT_A_PUSH_SERVICE)
    page.goto(TOWN + "/settings/push")
    expect(page.locator("[data-push-none]")).to_be_hidden()
    assert _violations(page) == []
    page.locator("form[data-push] button.go").click()
    page.wait_for_url("**/settings/push?done=push_on")

    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    while not registrations:
        page.wait_for_timeout(POLL_MS)
    for _ in range(2):  # the second takes the place of the first
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": TOWN, "registrationId": registrations[-1], "data": json.dumps(TOLD)},
        )
    assert page.evaluate(SHOWN) == [TOLD]
    (worker,) = page.context.service_workers
    assert worker.evaluate("registration.getNotifications().then(([one]) => one.close())") is None
    here = page.url
    for url, led, then in (
        ("https://other.example/news", [], here),
        ("/news", [f"focused {here}"], f"{TOWN}/news"),
        ("/news", [f"focused {TOWN}/news"], f"{TOWN}/news"),
    ):
        assert worker.evaluate(PRESSED, url) == [led, 0]
        page.wait_for_url(then)
    page.goto("about:blank")
    worker.evaluate(CLOSED)
    assert worker.evaluate(PRESSED, "/news") == [[f"opened {TOWN}/news"], 0]

    page.goto(TOWN + "/settings/push")
    page.locator("form[data-push-off] button").click()
    page.wait_for_url("**/settings/push?done=push_off")
    expect(page.locator("form[data-push-off]")).to_have_count(0)
