// The service worker: what a member opened last can be read without a connection, and what is written then goes to the
// outbox. VERSION, SHELL, outbox.js and others are written before this by the server (web/device.py). It speaks to no other
// host than mirrors of the member's (sealing.js), and keeps nothing for visitors.
const STATIC = `static-${VERSION}`, PICTURES = "pictures", PAGES = "pages-";
const MOST_PAGES = 60, MOST_PICTURES = 200;
const OFFLINE = "/offline", READER = "/files/read", SHARE = "/share";
const FORGETTING = ["/auth/sign_out", "/settings/device"];
const PASSING = ["done", "undo", "sent", "lang", "queued", "full"];
const PUSH_RENEW = "/settings/push/renew", NEWS = "/news";
const CHANGING = /^\/@[^/]+\/\d+\/edit$/;
const EMOJI = "/act/emoji";
const WRITING = "/write", AT_HAND = ["/outbox", WRITING];

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

async function fill() {
  const cache = await caches.open(STATIC);
  await cache.addAll(SHELL);
  await self.skipWaiting();
}

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("static-") && name !== STATIC) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "GET") event.respondWith(page(event, url));
    else if (FORGETTING.includes(url.pathname)) event.respondWith(forgetting(request));
    else if (url.pathname === WRITING || url.pathname === EMOJI || CHANGING.test(url.pathname)) event.respondWith(writing(request, url));
    else if (url.pathname === SHARE) event.respondWith(sharing(request));
  } else if (request.method === "GET" && url.pathname.startsWith("/static/") && url.search) {
    event.respondWith(still(event));
  } else if (request.method === "GET" && request.destination === "image" && /^\/(media|proxy)\//.test(url.pathname)) {
    event.respondWith(picture(event));
  }
});

// -- pages: as they are now; without a line, as they were --

async function page(event, url) {
  try {
    const answer = await fetch(event.request);
    const member = answer.ok && answer.headers.get("martlet-keep");
    if (member) {
      event.waitUntil(keep(member, url, answer.clone()));
      event.waitUntil(sealing.learn(member).catch(() => {}));
    }
    return answer;
  } catch (error) {
    if (url.pathname === READER) return (await caches.match(READER)) ?? Response.error();
    const kept = await find(url);
    return kept ? marked(kept) : (await caches.match(OFFLINE)) ?? Response.error();
  }
}

function nameOf(url) {
  const plain = new URL(url.pathname + url.search, location.origin);
  for (const part of PASSING) plain.searchParams.delete(part);
  return plain.href;
}

async function keep(member, url, answer) {
  const own = PAGES + member;
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name !== own) await forget();
  }
  const headers = new Headers(answer.headers);
  headers.set("martlet-kept-at", String(Date.now()));
  const cache = await caches.open(own);
  await cache.put(nameOf(url), new Response(await answer.blob(), { headers }));
  await trim(cache, MOST_PAGES);
  for (const path of AT_HAND) await haveAtHand(cache, member, path);
}

// What somebody writes with has to be there before the line goes.
async function haveAtHand(cache, member, path) {
  if (await cache.match(path, { ignoreVary: true })) return;
  const answer = await fetch(path);
  if (!answer.ok || answer.headers.get("martlet-keep") !== member) return;
  const headers = new Headers(answer.headers);
  headers.set("martlet-kept-at", String(Date.now()));
  await cache.put(new URL(path, location.origin).href, new Response(await answer.blob(), { headers }));
}

async function find(url) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const kept = await (await caches.open(name)).match(nameOf(url), { ignoreVary: true });
    if (kept) return kept;
  }
  return undefined;
}

// A page that comes from here says since when: the element for that is in it, hidden.
async function marked(kept) {
  const at = Number(kept.headers.get("martlet-kept-at"));
  const html = await kept.text();
  return new Response(html.replace("<html ", `<html data-kept-at="${at}" `), { headers: kept.headers });
}

// -- files --

async function still(event) {
  const cache = await caches.open(STATIC);
  const kept = await cache.match(event.request);
  if (kept) return kept;
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(cache.put(event.request, answer.clone()));
    return answer;
  } catch (error) {
    return (await caches.match(event.request, { ignoreSearch: true })) ?? Response.error(); // a kept page, an older address
  }
}

async function picture(event) {
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(event.request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.status === 200) event.waitUntil(keepPicture(cache, event.request, answer.clone()));
  return answer;
}

async function keepPicture(cache, request, answer) {
  await cache.put(request, answer);
  await trim(cache, MOST_PICTURES);
}

// What was put in first goes first.
async function trim(cache, most) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(key);
}

// -- the outbox --

// A form that could not be sent: nothing of it is lost.
async function writing(request, { pathname }) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch (error) {
    try {
      const form = await copy.formData();
      await (pathname === EMOJI ? outbox.addEmoji(form, pathname) : outbox.addPost(form, new Map(), pathname));
      await self.registration.sync?.register("outbox").catch(() => {});
      return Response.redirect("/outbox?queued", 303);
    } catch {
      return Response.redirect("/outbox?full", 303);
    }
  }
}

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sendOrLeave());
});

// A page asks for it where the server did not answer: the policy of pages lets them call no other host.
self.addEventListener("message", (event) => {
  if (event.data === "leave") event.waitUntil(outbox.leave(sealing.mayLeave, sealing.bring));
});

async function sendOrLeave() {
  if (await outbox.send()) return;
  await outbox.leave(sealing.mayLeave, sealing.bring);
  throw new Error("no line"); // the browser tries again
}

// -- files with posts, from a phone's share sheet: read on the device; everything else that is shared goes to the server --

async function sharing(request) {
  const form = await request.clone().formData().catch(() => null);
  const file = form?.getAll("files[]").find((one) => typeof one !== "string" && /zip$/i.test(one.type || one.name));
  if (!file) return fetch(request);
  const place = await carried.keepFile(file.name, file).then((id) => `file-${id}`, () => "full");
  return Response.redirect(`${READER}#${place}`, 303);
}

// -- forgetting --

async function forgetting(request) {
  try {
    return await fetch(request);
  } finally {
    await forget();
    await outbox.empty();
    await carried.forgetCarried();
    await sealing.forgetRoads();
    await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
  }
}

async function forget() {
  for (const name of await caches.keys()) {
    if (name === PICTURES || name.startsWith(PAGES)) await caches.delete(name);
  }
}

// -- being told while no page is open (web/telling.py) --

self.addEventListener("push", (event) => {
  event.waitUntil(tell(event.data));
});

// Something has to be shown whatever came: browsers end what is silent.
async function tell(data) {
  let told = {};
  try {
    told = data.json();
  } catch {
    // nothing that we said
  }
  const { title = location.host, body = "", icon, tag, url = NEWS, lang } = told;
  await self.registration.showNotification(title, { body, icon, badge: icon, tag, lang, dir: "auto", renotify: Boolean(tag), data: { url } });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(new URL(event.notification.data?.url ?? NEWS, location.origin)));
});

// To the page that is open there already, else by any of ours that is open, the one in sight first, else in a new window.
async function lead(url) {
  if (url.origin !== location.origin) return;
  const pages = (await self.clients.matchAll({ type: "window" })).filter((one) => one.frameType === "top-level");
  const there = pages.find((one) => one.url === url.href);
  const page = there ?? pages.find((one) => one.visibilityState === "visible") ?? pages[0];
  try {
    const shown = await page.focus();
    if (!there) await shown.navigate(url.href);
  } catch {
    await self.clients.openWindow(url.href); // none is open, or it is gone by now
  }
}

// The browser made its subscription anew: the server is told, with the token of whoever is signed in now.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event));
});

async function renew({ oldSubscription, newSubscription }) {
  const options = oldSubscription?.options;
  const made = newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  const ticket = made && (await outbox.ticketNow());
  if (!ticket) return;
  const { endpoint, keys } = made.toJSON();
  const body = new URLSearchParams({ csrf: ticket.csrf, endpoint, ...keys });
  const answer = await fetch(PUSH_RENEW, { method: "POST", body });
  if (!answer.ok) await made.unsubscribe();
}
