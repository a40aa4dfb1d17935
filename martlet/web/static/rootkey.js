// The root key: made here, shown once, and used to sign what the server proposes. It never leaves the browser.
import { keyOf, multibase, opened, seedOf, sealed, signed, textOf, unlocked, wordsOf } from "./secrets.js";
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

async function proposed(did) {
  const answer = await fetch(`${here.proposal}?root=${encodeURIComponent(did)}`);
  if (!answer.ok) return null;
  const statement = await answer.json();
  const isOurs = statement.subject === did && statement.alsoKnownAs === here.actor;
  return isOurs ? statement : null;
}

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
  const statement = await proposed(key.did);
  if (!statement) return tell(form, "server");
  form.elements.statement.value = JSON.stringify(await signed(statement, key));
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
function store(key) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("martlet-keys", 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore("device"));
    asked.addEventListener("error", reject);
    asked.addEventListener("success", () => {
      const writing = asked.result.transaction("device", "readwrite");
      writing.objectStore("device").put(key, here.actor);
      writing.addEventListener("complete", resolve);
      writing.addEventListener("error", reject);
    });
  });
}

async function addDevice(form) {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  await store(pair);
  form.elements.public.value = multibase(raw);
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
}

begin().catch(() => {
  for (const one of all("[data-none]")) one.hidden = false;
});
