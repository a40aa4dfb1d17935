// The outbox: what was written or done without a line waits here (IndexedDB), and goes out once, in order, when there is one.
// Pages bring this in; the service worker has the same text before its own (web/device.py), so it brings in nothing itself.
const OUTBOX = "martlet.outbox", ENTRIES = "entries";
const MOST_POSTS = 20, MOST_ACTS = 100, MOST_BYTES = 50 * 2 ** 20;
const TICKET = "/outbox/ticket", WRITING = "/write", FILES = "/write/files";
const UNFINISHED = ["files", "language"]; // buttons that ask for another form, and send nothing
const KEPT_UPLOAD = 3_600_000, KEPT_SENT = 86_400_000, MOST_TRIES = 8, PATIENCE = 300_000, KNOCKING = 20_000;

// An entry: id, account, kind ("post", "edit" or "act"), address, fields (pairs), files ({ place, name, blob, sent, sentAt }),
// words, at, state ("waiting", "sending", "refused"), reason, status, tries, now (of an edit: { text, warning } as they stand
// there, where somebody was faster), after (of a post: the id of the entry that it answers), left ("taken", or "unsure": it may
// lie at a mirror) and numbered (sealing.js). Of a post that went out its id there stays for a day (state "sent", post), for
// what answers it; lists do not show that.

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(OUTBOX, 1);
    asked.addEventListener("upgradeneeded", () => {
      asked.result.createObjectStore(ENTRIES, { keyPath: "id", autoIncrement: true });
    });
    asked.addEventListener("success", () => done(asked.result));
    asked.addEventListener("error", () => failed(asked.error));
  });
}

async function within(mode, act) {
  const database = await opened();
  try {
    return await new Promise((done, failed) => {
      const run = database.transaction(ENTRIES, mode);
      const asked = act(run.objectStore(ENTRIES));
      run.addEventListener("complete", () => done(asked.result));
      run.addEventListener("abort", () => failed(run.error));
    });
  } finally {
    database.close();
  }
}

function tell() {
  const channel = new BroadcastChannel(OUTBOX);
  channel.postMessage("changed");
  channel.close();
}

export function listen(hear) {
  new BroadcastChannel(OUTBOX).addEventListener("message", hear);
}

const everything = () => within("readonly", (all) => all.getAll());
export const entries = async () => (await everything()).filter((one) => one.state !== "sent");
export const find = (id) => within("readonly", (all) => all.get(id));

export async function keep(entry) {
  await within("readwrite", (all) => all.put(entry));
  tell();
}

export async function drop(id) {
  await within("readwrite", (all) => all.delete(id));
  tell();
}

export async function empty() {
  await within("readwrite", (all) => all.clear());
  tell();
}

const valueOf = (entry, name) => entry.fields.find(([one]) => one === name)?.[1];
const bytesOf = (all) => all.flatMap((one) => one.files).reduce((sum, file) => sum + file.blob.size, 0);

// Raises RangeError where there is no room. With an `id` it takes the place of that entry.
async function add(entry) {
  const others = (await entries()).filter((one) => one.id !== entry.id);
  const isAct = entry.kind === "act";
  if (others.filter((one) => (one.kind === "act") === isAct).length >= (isAct ? MOST_ACTS : MOST_POSTS)) throw new RangeError("count");
  if (bytesOf([...others, entry]) > MOST_BYTES) throw new RangeError("bytes");
  if (entry.kind === "post" && others.some((one) => valueOf(one, "key") === valueOf(entry, "key"))) {
    entry.fields = entry.fields.map(([name, value]) => [name, name === "key" ? crypto.randomUUID() : value]);
  }
  const state = UNFINISHED.includes(valueOf(entry, "do")) ? "refused" : "waiting";
  const fields = entry.fields.map(([name, value]) => [name, name === "do" && state === "refused" ? "send" : value]);
  await keep({ ...entry, fields, at: Date.now(), state, reason: "", status: 0, tries: 0, now: null });
}

export const editOf = (all, account, address) =>
  all.find((one) => one.kind === "edit" && one.account === account && one.address === address && one.state !== "sending");

// A form that was to be sent to `address`, with files that are not on the server yet, each by the place its field names.
// `id`: changed. What a post shall say later takes the place of what it was to say before. `after`: it answers that entry.
export async function addPost(form, later, address, { id, after } = {}) {
  const fields = [], files = [];
  for (const [name, value] of form) {
    if (typeof value === "string") {
      if (!["csrf", "of"].includes(name)) fields.push([name, value]);
    } else if (value.size) {
      const place = `n${files.length}`;
      fields.push([`said-${place}`, ""]);
      files.push({ place, name: value.name, blob: value });
    }
  }
  for (const [place, blob] of later) {
    if (form.has(`said-${place}`)) files.push({ place, name: blob.name || "picture", blob });
  }
  const words = String(form.get("text") || form.get("warning") || "");
  const entry = { account: form.get("of"), kind: address === WRITING ? "post" : "edit", address, fields, files, words, after };
  if (!entry.account) throw new TypeError("account");
  const before = entry.kind === "edit" ? editOf(await entries(), entry.account, address)?.id : undefined;
  await add(id ?? before ? { ...entry, id: id ?? before } : entry);
}

// What takes back something that did not leave yet leaves neither of both. `more`: the fields of a vote, which takes the
// place of an earlier one that did not leave yet.
export async function addAct(account, address, name, value, words, more = []) {
  const opposite = name.startsWith("un") ? name.slice(2) : `un${name}`;
  for (const one of await entries()) {
    if (one.kind !== "act" || one.account !== account || one.address !== address || one.tries) continue;
    const [[before, id]] = one.fields;
    if (id !== value) continue;
    if (before === name && !more.length) return;
    if (before === name) await drop(one.id);
    if (before === opposite) {
      await drop(one.id);
      return;
    }
  }
  await add({ account, kind: "act", address, fields: [[name, value], ...more], files: [], words });
}

// An emoji that is chosen for a post, or no longer: a post may have several.
export async function addEmoji(form, address) {
  const account = form.get("of"), post = form.get("post");
  const [act, emoji] = ["drop", "take", "emoji"].map((name) => [name, String(form.get(name) ?? "").trim()]).find(([, one]) => one) ?? [];
  if (!emoji) return;
  const [name, opposite] = act === "drop" ? ["drop", "take"] : ["take", "drop"];
  for (const one of await entries()) {
    if (one.account !== account || one.address !== address || one.tries || valueOf(one, "post") !== post) continue;
    if (valueOf(one, name) === emoji) return;
    if (valueOf(one, opposite) === emoji) {
      await drop(one.id);
      return;
    }
  }
  const fields = [["post", post], [name, emoji]];
  await add({ account, kind: "act", address, fields, files: [], words: `${form.get("said")}: ${emoji}` });
}

// -- sending: one page or the worker at a time --

const isDue = (entry) => entry.state !== "refused";

export function send() {
  return navigator.locks ? navigator.locks.request(OUTBOX, deliver) : deliver();
}

// Returns whether nothing is left that could go out.
async function deliver() {
  await tidy();
  const due = (await entries()).filter(isDue);
  if (!due.length) return true;
  const ticket = await ticketNow();
  if (!ticket) return false;
  for (const { id } of due.filter((one) => one.account === ticket.account)) {
    const entry = await find(id);
    if (entry && isDue(entry) && (await isReady(entry)) && !(await sendOne(entry, ticket.csrf))) return false;
  }
  return true;
}

// What the server is not told because it is out of reach, `bring` may leave elsewhere (sealing.js), if it is such that it
// `mayLeave`; it stays here until the server itself has answered.
export function leave(mayLeave, bring) {
  return navigator.locks.request(OUTBOX, () => leaveAll(mayLeave, bring));
}

async function leaveAll(mayLeave, bring) {
  const isWaiting = async (entry) => entry && isDue(entry) && entry.left !== "taken" && (await mayLeave(entry));
  const all = await entries();
  const waiting = await Promise.all(all.map(isWaiting));
  if (!waiting.includes(true) || !(await isAway())) return;
  for (const { id } of all.filter((_, n) => waiting[n])) {
    const entry = await find(id);
    if (!(await isWaiting(entry))) continue;
    await keep({ ...entry, state: "sending" }); // and cannot be changed
    const found = await bring(entry).catch(() => "no");
    await keep({ ...entry, state: "waiting", left: found === "no" ? entry.left : found });
    if (found !== "taken") return; // in order
  }
}

// Whoever is signed out hears so, and whoever is blocked hears nothing.
async function isAway() {
  try {
    await fetch(TICKET, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(KNOCKING) });
    return false;
  } catch {
    return true;
  }
}

async function tidy() {
  for (const { id, state, at } of await everything()) {
    if (state === "sent" && Date.now() - at > KEPT_SENT) await drop(id);
  }
}

// What answers an entry waits until that is a post; where that was thrown away, its author decides.
async function isReady(entry) {
  if (entry.after === undefined) return true;
  const before = await find(entry.after);
  if (before && before.state !== "sent") return false;
  if (!before) {
    await keep({ ...entry, state: "refused", status: 410 });
    return false;
  }
  entry.fields = [...entry.fields.filter(([name]) => name !== "reply"), ["reply", before.post]];
  entry.after = undefined;
  return true;
}

export async function ticketNow() {
  try {
    const answer = await fetch(TICKET, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(KNOCKING) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no line
  }
}

function post(address, body) {
  return fetch(address, {
    method: "POST",
    body,
    headers: { "martlet-outbox": "1" },
    redirect: "manual",
    signal: AbortSignal.timeout?.(PATIENCE),
  });
}

// Returns whether the next one may be tried.
async function sendOne(entry, csrf) {
  entry.state = "sending";
  entry.tries += 1;
  await keep(entry);
  try {
    for (const file of entry.files) {
      if (file.sent && Date.now() - file.sentAt < KEPT_UPLOAD) continue;
      const body = new FormData();
      body.set("csrf", csrf);
      body.set("file", file.blob, file.name);
      const answer = await post(FILES, body);
      if (answer.status !== 200) return await settle(entry, answer);
      file.sent = (await answer.json()).id;
      file.sentAt = Date.now();
      await keep(entry);
    }
    return await settle(entry, await post(entry.address, bodyOf(entry, csrf)));
  } catch {
    entry.tries -= entry.kind === "act" ? 0 : 1; // the line went; an act may have arrived
    await keep({ ...entry, state: "waiting" });
    return false;
  }
}

function bodyOf(entry, csrf) {
  const body = entry.kind === "act" ? new URLSearchParams() : new FormData();
  body.set("csrf", csrf);
  for (const [name, value] of entry.fields) {
    const [, kind, place] = /^(said|focus)-(.+)$/.exec(name) ?? [];
    const file = entry.files.find((one) => one.place === place);
    body.append(file ? `${kind}-${file.sent}` : name, value);
  }
  return body;
}

async function settle(entry, answer) {
  const { status } = answer;
  if (status === 204) {
    const post = entry.kind === "post" && answer.headers.get("martlet-post");
    if (post) await keep({ id: entry.id, account: entry.account, kind: "post", state: "sent", post, at: Date.now(), fields: [], files: [] });
    else await drop(entry.id);
    return true;
  }
  const isForLater = !status || [401, 408, 425, 429].includes(status) || (status >= 500 && entry.tries < MOST_TRIES);
  if (isForLater) {
    await keep({ ...entry, state: "waiting", status });
    return false;
  }
  const isOurs = answer.headers.get("content-type")?.startsWith("application/json");
  const { reason = "", fields: next = {}, now = null } = isOurs ? await answer.json() : {};
  const fields = [...entry.fields.filter(([name]) => !(name in next)), ...Object.entries(next)];
  await keep({ ...entry, fields, state: "refused", reason, status, now });
  return true;
}
