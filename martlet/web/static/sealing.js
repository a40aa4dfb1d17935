// Posts for a server that is out of reach: sealed, so that it alone can open them, and left at a mirror (FEDERATION.md,
// signing/sealed_posts.py). The service worker has this text before its own (web/device.py), as its answer alone may call
// other hosts; so it brings in nothing itself.
const ROADS = "martlet.roads", ROAD = "road", KEYS = "martlet-keys", PAIRS = "device"; // the second as in rootkey.js
const ASKED = "/outbox/roads", LABEL = "martlet sealed post 1";
const DAY = 86_400_000, SOON = 600_000, KNOCKING = 10_000, BRINGING = 300_000;
const MOST_SEALED = 8 * 2 ** 20, CHUNK = 2 ** 15;
const AUDIENCES = ["public", "unlisted", "private", "direct"];
const SAID = ["key", "text", "warning", "audience", "language", "sensitive", "do"];
const IDLE = ["circle", "agreed", "back", "days", "at", "zone"]; // of no meaning in what is sent to such an audience, now, and asks nothing

const utf8 = (text) => new TextEncoder().encode(text);
const fromBase64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

function base64(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// All names are ASCII, and nothing in it lies deeper.
const canonical = (object) => JSON.stringify(Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))));

function opened(name, store, options) {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(name, 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore(store, options));
    asked.addEventListener("success", () => done(asked.result));
    asked.addEventListener("error", () => failed(asked.error));
  });
}

async function within(database, store, mode, act) {
  try {
    return await new Promise((done, failed) => {
      const run = database.transaction(store, mode);
      const asked = act(run.objectStore(store));
      run.addEventListener("complete", () => done(asked.result));
      run.addEventListener("abort", () => failed(run.error));
    });
  } finally {
    database.close();
  }
}

const inRoads = async (mode, act) => within(await opened(ROADS, ROAD, { keyPath: "account" }), ROAD, mode, act);
const inPairs = async (act) => within(await opened(KEYS, PAIRS), PAIRS, "readonly", act);

export const forgetRoads = () => inRoads("readwrite", (all) => all.clear());

// -- what is asked ahead: mirrors, the key to seal for, and whether the key of this browser counts --

// A road: account, actor, mirrors, recipient, device (its name; null while its key is not signed), number (the last that was
// given to a post), askedAt.
export async function learn(account) {
  const before = await inRoads("readonly", (all) => all.get(account));
  if (before && Date.now() - before.askedAt < (before.device && before.mirrors.length ? DAY : SOON)) return;
  if (!(await inPairs((all) => all.count()))) return;
  const answer = await fetch(ASKED, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  const { actor, mirrors, recipient, devices, account: whose } = await answer.json();
  const pair = await inPairs((all) => all.get(actor));
  if (!pair || whose !== account) return;
  const own = base64(await crypto.subtle.exportKey("raw", pair.publicKey));
  const device = devices.find((one) => one.public === own);
  await inRoads("readwrite", (all) => {
    const asked = all.get(account); // once more: a post may have had its number meanwhile
    asked.addEventListener("success", () => {
      const last = asked.result?.device === device?.id ? (asked.result?.number ?? 0) : 0;
      const number = Math.max(last, device?.number ?? 0);
      all.put({ account, actor, mirrors, recipient, device: device?.id ?? null, number, askedAt: Date.now() });
    });
    return asked;
  });
}

// -- sealing --

const valueOf = (entry, name) => entry.fields.find(([one]) => one === name)?.[1] ?? "";

function isOwnField(entry, name) {
  const [, place] = /^said-(.+)$/.exec(name) ?? [];
  return SAID.includes(name) || IDLE.includes(name) || entry.files.some((one) => one.place === place);
}

export const isTooLarge = (entry) => entry.files.reduce((sum, one) => sum + one.blob.size, 0) > MOST_SEALED;

// Whether nothing is said in it but what may stand in a box.
function isPlain(entry) {
  const isSent = entry.kind === "post" && entry.after === undefined && valueOf(entry, "do") === "send";
  const isForThese = AUDIENCES.includes(valueOf(entry, "audience"));
  return isSent && isForThese && !isTooLarge(entry) && entry.fields.every(([name, value]) => !value || isOwnField(entry, name));
}

async function roadOf(account) {
  const road = await inRoads("readonly", (all) => all.get(account));
  const pair = road?.device && road.mirrors.length ? await inPairs((all) => all.get(road.actor)) : null;
  return pair ? { road, pair } : null;
}

export const mayLeave = async (entry) => isPlain(entry) && Boolean(await roadOf(entry.account));

function lineOf(entry) {
  const said = (name) => valueOf(entry, name);
  return JSON.stringify({
    key: said("key"),
    visibility: said("audience"),
    text: said("text"),
    warning: said("warning"),
    language: said("language"),
    sensitive: Boolean(said("sensitive")),
    files: entry.files.map(({ place, blob }) => ({ bytes: blob.size, description: said(`said-${place}`) })),
  });
}

async function keyFor(recipient) {
  const pair = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  const ephemeral = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const to = await crypto.subtle.importKey("raw", recipient, "X25519", false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: to }, pair.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array([...ephemeral, ...recipient]), info: utf8(LABEL) };
  const key = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { ephemeral, key };
}

async function sealed(entry, road, { privateKey }) {
  const { ephemeral, key } = await keyFor(fromBase64(road.recipient));
  const head = {
    type: "SealedPost",
    version: 1,
    account: road.actor,
    device: entry.numbered.device,
    number: entry.numbered.number,
    created: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    recipient: road.recipient,
    ephemeral: base64(ephemeral),
  };
  const content = await new Blob([lineOf(entry), "\n", ...entry.files.map((one) => one.blob)]).arrayBuffer();
  const how = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: utf8(canonical(head)) };
  const box = await crypto.subtle.encrypt(how, key, content);
  const signed = { ...head, digest: base64(await crypto.subtle.digest("SHA-256", box)) };
  const signature = await crypto.subtle.sign("Ed25519", privateKey, utf8(`${LABEL}\n${canonical(signed)}`));
  return canonical({ ...signed, signature: base64(signature), box: base64(box) });
}

// -- leaving it at a mirror --

async function numbered(entry, road) {
  if (entry.numbered?.device === road.device) return entry.numbered;
  const next = { ...road, number: road.number + 1 };
  await inRoads("readwrite", (all) => all.put(next));
  return { device: road.device, number: next.number };
}

const timed = (ms) => ({ credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", signal: AbortSignal.timeout(ms) });

async function isThere(mirror) {
  try {
    await fetch(`${mirror}/.well-known/martlet`, { mode: "no-cors", ...timed(KNOCKING) });
    return true;
  } catch {
    return false;
  }
}

// "taken", "unsure" where its answer did not come, "no".
async function handOver(mirror, actor, body) {
  try {
    const address = `${mirror}/carry/v1/sealed?actor=${encodeURIComponent(actor)}`;
    const { status } = await fetch(address, { method: "POST", body, redirect: "error", ...timed(BRINGING) });
    return status === 202 ? "taken" : "no";
  } catch {
    return "unsure";
  }
}

// Leaves an entry of the outbox at the first mirror that takes it; notes in it by which device and number. Returns "taken",
// "unsure", or "no". Throws where the browser knows no such keys.
export async function bring(entry) {
  const { road, pair } = await roadOf(entry.account);
  for (const mirror of road.mirrors) {
    if (!(await isThere(mirror))) continue;
    entry.numbered = await numbered(entry, road);
    const found = await handOver(mirror, road.actor, await sealed(entry, road, pair));
    if (found !== "no") return found;
  }
  return "no";
}
