// Files with posts that are kept on this device (IndexedDB); what the server last told of people one follows: keys, root keys,
// checkpoints; and what was first seen of others in files. The service worker has the same text before its own
// (web/device.py), so it brings in nothing itself.
const CARRIED = "martlet.carried", KEPT = "files", KNOWN = "known", SEEN = "seen";
const ROOTS = "roots", STATEMENTS = "statements", CHECKPOINTS = "checkpoints";
const MOST_KEPT = 20, MOST_WEIGHT = 200 * 2 ** 20, MOST_SEEN = 2000;
const NAMED = [[KNOWN, "uri"], [SEEN, "uri"], [ROOTS, "actor"], [STATEMENTS, "digest"], [CHECKPOINTS, "digest"]];
const ALL = [KEPT, ...NAMED.map(([name]) => name)];

function openedCarried() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(CARRIED, 2);
    asked.addEventListener("upgradeneeded", () => {
      const there = asked.result.objectStoreNames;
      if (!there.contains(KEPT)) asked.result.createObjectStore(KEPT, { keyPath: "id", autoIncrement: true });
      for (const [name, keyPath] of NAMED) if (!there.contains(name)) asked.result.createObjectStore(name, { keyPath });
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

export const forgetCarried = () => inCarried(ALL, "readwrite", (...all) => all.map((one) => one.clear()).at(-1));

// -- who signs with what --

const allOf = (name) => inCarried(name, "readonly", (all) => all.getAll());

// keys and seen: { uri, owner, public }; roots: { actor, root, trust, told }; statements: { digest, body };
// checkpoints: { author, body, at }, with the moment at which each came here or to the server.
export async function whatIsKnown() {
  const [keys, seen, roots, statements, checkpoints] = await Promise.all([KNOWN, SEEN, ROOTS, STATEMENTS, CHECKPOINTS].map(allOf));
  return { keys, seen, roots, statements, checkpoints };
}

// In the place of all that the server told before: { keys, roots, statements, checkpoints }.
export async function learnTold({ keys, roots, statements, checkpoints }) {
  const before = await allOf(ROOTS);
  await inCarried([KNOWN, ROOTS, STATEMENTS, CHECKPOINTS], "readwrite", (known, pins, said, counted) => {
    known.clear();
    for (const one of keys) known.put(one);
    for (const one of before) if (one.told) pins.delete(one.actor);
    for (const one of roots) pins.put({ ...one, told: true });
    for (const one of statements) said.put(one);
    for (const one of checkpoints) counted.put(one);
    return pins.count();
  });
}

// What the server knows just now; whether it could be asked.
export async function askForKeys() {
  const answer = await fetch("/files/keys", { redirect: "manual" });
  if (answer.ok) await learnTold(await answer.json());
  return answer.ok;
}

// What was seen first stays: keys and root keys under their names, a checkpoint with the moment at which it came.
export async function pin({ keys, roots, statements, checkpoints }) {
  for (const [name, found, place] of [[SEEN, keys, "uri"], [ROOTS, roots, "actor"], [STATEMENTS, statements, "digest"], [CHECKPOINTS, checkpoints, "digest"]]) {
    const before = new Set((await allOf(name)).map((one) => one[place]));
    const fresh = [...new Map(found.map((one) => [one[place], one])).values()].filter((one) => !before.has(one[place]));
    const room = fresh.slice(0, Math.max(0, MOST_SEEN - before.size));
    if (room.length) await inCarried(name, "readwrite", (all) => room.map((one) => all.add({ at: Date.now(), ...one })).at(-1));
  }
}
