// Files with posts that are kept on this device (IndexedDB), the keys of people one follows as the server last told them,
// and keys that were first seen in files. The service worker has the same text before its own (web/device.py), so it brings
// in nothing itself.
const CARRIED = "martlet.carried", KEPT = "files", KNOWN = "known", SEEN = "seen";
const MOST_KEPT = 20, MOST_WEIGHT = 200 * 2 ** 20, MOST_SEEN = 2000;

function openedCarried() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(CARRIED, 1);
    asked.addEventListener("upgradeneeded", () => {
      asked.result.createObjectStore(KEPT, { keyPath: "id", autoIncrement: true });
      asked.result.createObjectStore(KNOWN, { keyPath: "uri" });
      asked.result.createObjectStore(SEEN, { keyPath: "uri" });
    });
    asked.addEventListener("success", () => done(asked.result));
    asked.addEventListener("error", () => failed(asked.error));
  });
}

async function inCarried(names, mode, act) {
  const database = await openedCarried();
  try {
    return await new Promise((done, failed) => {
      const run = database.transaction(names, mode);
      const asked = act(...[names].flat().map((name) => run.objectStore(name)));
      run.addEventListener("complete", () => done(asked?.result));
      run.addEventListener("abort", () => failed(run.error));
    });
  } finally {
    database.close();
  }
}

export const keptFiles = () => inCarried(KEPT, "readonly", (all) => all.getAll());
export const keptFile = (id) => inCarried(KEPT, "readonly", (all) => all.get(id));
export const dropFile = (id) => inCarried(KEPT, "readwrite", (all) => all.delete(id));

// Returns its number. Raises RangeError where there is no room.
export async function keepFile(name, blob, title = "") {
  const others = await keptFiles();
  const weight = others.reduce((sum, one) => sum + one.blob.size, blob.size);
  if (others.length >= MOST_KEPT || weight > MOST_WEIGHT) throw new RangeError("full");
  return inCarried(KEPT, "readwrite", (all) => all.add({ name: String(name).slice(0, 200), title, blob, at: Date.now() }));
}

export const forgetCarried = () =>
  inCarried([KEPT, KNOWN, SEEN], "readwrite", (...all) => all.map((one) => one.clear()).at(-1));

// -- keys: { uri, owner, public } --

export const knownKeys = () => inCarried(KNOWN, "readonly", (all) => all.getAll());
export const seenKeys = () => inCarried(SEEN, "readonly", (all) => all.getAll());

export const learnKeys = (keys) =>
  inCarried(KNOWN, "readwrite", (all) => {
    all.clear();
    let last = null;
    for (const one of keys) last = all.put(one);
    return last;
  });

// What the server knows of keys just now; whether it could be asked.
export async function askForKeys() {
  const answer = await fetch("/files/keys", { redirect: "manual" });
  if (answer.ok) await learnKeys(await answer.json());
  return answer.ok;
}

// The key that was seen first under a name stays.
export async function pinKeys(keys) {
  const before = await seenKeys();
  const names = new Set(before.map((one) => one.uri));
  const fresh = keys.filter((one) => !names.has(one.uri)).slice(0, Math.max(0, MOST_SEEN - before.length));
  await inCarried(SEEN, "readwrite", (all) => fresh.map((one) => all.add(one)).at(-1));
}
