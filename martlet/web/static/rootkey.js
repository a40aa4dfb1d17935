// The root key: made here, shown once, and used to sign what the server proposes. It never leaves the browser.
import { medium } from "./dates.js";
import { isSignedBy, keyOf, multibase, opened, seedOf, sealed, signed, textOf, unlocked, wordsOf } from "./secrets.js";
import { isInOrder, linesOf } from "./stating.js";
import { svg } from "./qr.js";

const root = document.querySelector("[data-root-key]");
const here = root.dataset;
const find = (selector) => root.querySelector(selector);
const all = (selector) => root.querySelectorAll(selector);

async function list() {
  const answer = await fetch(here.words);
  if (!answer.ok) throw new Error();
  return (await answer.text()).trim().split(/\s+/);
}

// -- what is to be signed ---------------------------------------------------
const last = here.last ? JSON.parse(here.last) : null;
let shown = null;

// Fetched once, and shown in the form: this and nothing else is signed.
async function propose(form, did) {
  const answer = await fetch(`${here.proposal}?root=${encodeURIComponent(did)}`);
  if (answer.status === 409) return tell(form, "reading");
  const statement = answer.ok ? await answer.json() : null;
  if (!statement || !isInOrder(statement, did, here.actor, last)) return tell(form, "odd");
  const lines = linesOf(statement, here.actor, last, await ownKey());
  form.querySelector("[data-said]").replaceChildren(...lines.map(lineOf));
  form.querySelector("[data-what]").hidden = false;
  shown = statement;
}

function lineOf({ kind, about, key, at, isNew, isOwn }) {
  const line = find("template[data-line]").content.firstElementChild.cloneNode(true);
  const name = key && [...all("[data-public]")].find((one) => one.dataset.public === key)?.dataset.name;
  const sentence = find(`[data-says=${kind}]`).textContent.replace("{when}", at ? medium.format(at) : "");
  line.querySelector("[data-words]").textContent = sentence;
  line.querySelector("[data-about]").textContent = about ?? (name ? `${name} · ${key}` : key);
  line.querySelector("[data-own]").hidden = !isOwn;
  line.querySelector("[data-new]").hidden = !isNew;
  if (!isNew) line.querySelector("input").remove();
  return line;
}

const isAgreed = (form) => [...form.querySelectorAll("[data-said] input")].every((one) => one.checked);

function tell(form, fault) {
  for (const one of form.querySelectorAll("[data-fault]")) one.hidden = one.dataset.fault !== fault;
  form.querySelector(`[data-fault=${fault}]`)?.focus();
}

// What is typed into a form: words, the text of the QR code, or the passphrase of the copy. Fields of these have no name.
async function typed(form) {
  const passphrase = form.querySelector("[data-passphrase]");
  const text = form.querySelector("[data-secret]").value;
  if (passphrase?.value && !text.trim()) return opened(JSON.parse(here.copy), passphrase.value);
  return seedOf(text, await list());
}

const emptied = (form) => {
  for (const one of form.querySelectorAll("[data-secret], [data-passphrase]")) one.value = "";
};

async function send(form, seed) {
  const key = await keyOf(seed);
  if (here.root && key.did !== here.root) return tell(form, "other");
  if (!shown || (last && !(await isSignedBy(last, key.did)))) return tell(form, "odd");
  if (!isAgreed(form)) return tell(form, "unagreed");
  form.elements.statement.value = JSON.stringify(await signed(shown, key));
  emptied(form);
  form.submit();
}

const busy = (handler) => async (event) => {
  event.preventDefault();
  const form = event.target.closest("form") ?? event.target;
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  try {
    await handler(form);
  } catch {
    tell(form, "server");
  } finally {
    if (button) button.disabled = false;
  }
};

// -- making one -----------------------------------------------------------
async function make() {
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const words = await wordsOf(seed, await list());
  const { did } = await keyOf(seed);
  find("[data-shown]").replaceChildren(
    ...words.map((word) => Object.assign(document.createElement("li"), { textContent: word })),
  );
  find("[data-qr]").replaceChildren(svg(textOf(seed)));
  find("[data-did]").textContent = did;
  find("[data-stage=before]").hidden = true;
  find("[data-stage=shown]").hidden = false;
  find("[data-stage=shown] h2").focus();
  const places = new Set();
  while (places.size < 3) places.add(crypto.getRandomValues(new Uint8Array(1))[0] % 24);
  const asked = [...places].sort((a, b) => a - b);
  const form = find("form[data-sign=new]");
  await propose(form, did);
  form.querySelector("[data-places]").textContent = asked.map((one) => one + 1).join(", ");
  form.addEventListener(
    "submit",
    busy(async () => {
      const said = form.querySelector("[data-check]").value.toLowerCase().split(/[^a-z]+/).filter(Boolean);
      if (said.join(" ") !== asked.map((one) => words[one]).join(" ")) return tell(form, "words");
      await send(form, seed);
    }),
  );
}

// -- keys of this browser ---------------------------------------------------
function within(mode, act) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("martlet-keys", 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore("device"));
    asked.addEventListener("error", reject);
    asked.addEventListener("success", () => {
      const run = asked.result.transaction("device", mode);
      const found = act(run.objectStore("device"));
      run.addEventListener("complete", () => resolve(found.result));
      run.addEventListener("error", reject);
    });
  });
}

const publicOf = async (pair) => multibase(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));

async function ownKey() {
  const pair = await within("readonly", (keys) => keys.get(here.actor));
  return pair ? publicOf(pair) : "";
}

async function addDevice(form) {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  await within("readwrite", (keys) => keys.put(pair, here.actor));
  form.elements.public.value = await publicOf(pair);
  form.submit();
}

async function keepCopy(form) {
  const [first, again] = form.querySelectorAll("[data-new-passphrase]");
  if (first.value !== again.value) return tell(form, "differ");
  const seed = await seedOf(form.querySelector("[data-secret]").value, await list());
  if (!seed) return tell(form, "words");
  if ((await keyOf(seed)).did !== here.root) return tell(form, "other");
  form.elements.copy.value = JSON.stringify(await sealed(seed, first.value));
  emptied(form);
  form.submit();
}

// A backup opens in the browser: what goes to the server is the file's own key, not the root key.
async function adopt(form) {
  const words = form.querySelector("[data-secret]");
  if (words.value.trim()) {
    const seed = await seedOf(words.value, await list());
    if (!seed) return tell(form, "words");
    const head = (await form.elements.file.files[0].slice(0, 4096).text()).split("\n")[0];
    const unlocking = await unlocked(JSON.parse(head), seed);
    if (!unlocking) return tell(form, "other");
    form.elements.unlock.value = unlocking;
    emptied(form);
  }
  form.submit();
}

async function sign(form) {
  const seed = await typed(form);
  if (!seed) return tell(form, "words");
  await send(form, seed);
}

async function begin() {
  await keyOf(new Uint8Array(32).fill(1)); // throws where the browser knows no Ed25519
  for (const one of all("[data-script]")) one.hidden = false;
  for (const one of all("[data-plain]")) one.open = false;
  find("form[data-make]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    make().catch(() => (find("[data-fails]").hidden = false));
  });
  find("form[data-print]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    print();
  });
  const forms = { again: sign, device: addDevice, copy: keepCopy, adopt };
  for (const [name, handler] of Object.entries(forms)) find(`form[data-sign=${name}]`)?.addEventListener("submit", busy(handler));
  const again = find("form[data-sign=again]");
  if (again) await propose(again, here.root).catch(() => tell(again, "server"));
}

begin().catch(() => {
  for (const one of all("[data-none]")) one.hidden = false;
});
