// Opens, checks and reads a file with posts on this device, with no server in reach; keeps it for later, if asked to.
import { NoBundle, openBundle } from "./bundles.js";
import { medium } from "./dates.js";
import { askForKeys, dropFile, keepFile, keptFile, keptFiles, pin, whatIsKnown } from "./carried.js";
import { plainly, showForeign } from "./foreign.js";
import { canProve, fileNamed, fingerprint } from "./proofs.js";
import { CONFIRMED, CONSISTENT, Checker, TooMuch, UNCONFIRMED } from "./proving.js";
import { ticketNow } from "./outbox.js";
import { fill } from "./saying.js";

const box = document.querySelector("[data-reader]");
const part = (name) => box.querySelector(`[data-${name}]`);
const texts = box.dataset;
const SHOWN = 50, BREATH = 40, MOST_FILES = 16;
const SIGNS = { [CONFIRMED]: "sure", [CONSISTENT]: "same", [UNCONFIRMED]: "unsure" };
const list = (value) => (Array.isArray(value) ? value : value ? [value] : []);
let now = { blob: null, name: "", id: null, title: "", run: 0, learnt: null, addresses: [] };

let showMore = () => {};
part("more").addEventListener("click", () => showMore());

const copyOf = (name) => part(name).content.firstElementChild.cloneNode(true);

function say(words, isBad = false) {
  const line = part("said");
  line.hidden = !words;
  line.classList.toggle("bad", isBad);
  line.querySelector("p").textContent = words;
}

// -- opening --

async function open(blob, name, id = null) {
  for (const address of now.addresses) URL.revokeObjectURL(address);
  now = { blob, name, id, title: "", run: now.run + 1, learnt: null, addresses: [] };
  const { run } = now;
  for (const one of ["what", "authors", "posts", "refused"]) part(one).replaceChildren();
  part("acts").hidden = part("more").hidden = true;
  say("");
  const bar = part("progress");
  bar.hidden = false;
  bar.removeAttribute("value");
  try {
    if (!(await canProve())) throw new NoBundle("old");
    const bundle = await openBundle(blob);
    const checker = new Checker(await whatIsKnown(), bundle);
    await checker.begin();
    bar.max = bundle.lines.length || 1;
    for (const [n, [place, line]] of bundle.lines.entries()) {
      await checker.take(place, line);
      if (n % BREATH === 0) {
        bar.value = n;
        await new Promise((done) => setTimeout(done));
        if (run !== now.run) return;
      }
    }
    now.title = bundle.title.slice(0, 200);
    now.learnt = checker.learnt();
    await show(bundle, checker);
    await offer();
  } catch (error) {
    const code = error instanceof TooMuch || error instanceof RangeError ? "large" : (error.code ?? "damaged");
    say(texts[code] ?? texts.damaged, true);
  } finally {
    if (run === now.run) bar.hidden = true;
  }
}

async function show(bundle, checker) {
  const posts = checker.posts();
  const heading = document.createElement("h2");
  heading.tabIndex = -1;
  heading.textContent = now.name || now.title;
  const line = document.createElement("p");
  line.className = "small soft";
  const said = [texts.posts, checker.acts && texts.acts, checker.deleted() && texts.deleted, checker.refused.length && texts.refusedCount];
  const counts = { posts: posts.length, acts: checker.acts, deleted: checker.deleted(), refused: checker.refused.length };
  line.textContent = said.filter(Boolean).map((one) => fill(one, counts)).join(" · ");
  part("what").replaceChildren(heading, line);
  for (const author of checker.authors.values()) part("authors").append(await authorCard(author));
  for (const one of checker.refused.slice(0, SHOWN)) part("refused").append(refusal(one));
  part("why").hidden = !checker.refused.length;
  const names = new Map(posts.map((one, n) => [one.id, n]));
  let shown = 0;
  const more = () => {
    for (const one of posts.slice(shown, shown + SHOWN)) {
      part("posts").append(cardOf(one, checker, bundle.media, names));
    }
    shown += SHOWN;
    part("more").hidden = shown >= posts.length;
  };
  showMore = more;
  more();
  heading.focus({ preventScroll: false });
}

function sign(card, trust) {
  const line = card.querySelector("[data-trust]");
  line.querySelector("b").textContent = texts[SIGNS[trust]];
  for (const drawing of line.querySelectorAll("[data-sign]")) drawing.hidden = drawing.dataset.sign !== SIGNS[trust];
}

async function authorCard(author) {
  const card = copyOf("author");
  const name = author.name || author.uri;
  card.querySelector("bdi").textContent = author.trust === UNCONFIRMED || !author.shown ? name : `${author.shown} (${name})`;
  sign(card, author.trust);
  const isPart = author.total !== null && author.total > author.posts;
  card.querySelector("[data-count]").textContent = fill(isPart ? texts.ofTotal : texts.posts, { posts: author.posts, total: author.total });
  const key = card.querySelector("[data-key]");
  key.hidden = author.trust === CONFIRMED;
  key.querySelector("span").textContent = await fingerprint(author.multibase);
  for (const [name, isSo] of Object.entries(saidOfRoot(author))) card.querySelector(`[data-root=${name}]`).hidden = !isSo;
  card.querySelector("[data-root=elsewhere] bdi").textContent = author.word?.standing?.actor ?? "";
  return card;
}

// What is to be known of an author's root key. Of two statements of one number nothing is chosen.
function saidOfRoot({ uri, word }) {
  const standing = word?.standing;
  return { conflict: word?.conflict.length, other: word?.isOther, elsewhere: standing && standing.actor !== uri, held: standing && standing.actor === uri };
}

function refusal({ name, why }) {
  const line = copyOf("refusal");
  line.querySelector("bdi").textContent = name;
  line.querySelector("small").textContent = box.querySelector(`[data-reason="${why}"]`)?.textContent ?? texts.damaged;
  return line;
}

const nameIn = (authors, uri) => authors.get(uri)?.name || uri;

// A boost names a post and does not say what is in it: it is shown where the file has it.
function cardOf(one, { authors, best }, media, names) {
  if (one.kind !== "boost") return postCard(one, one, authors, media, names);
  const found = best.get(targetOf(one));
  return postCard(one, found?.kind === "post" ? found : null, authors, media, names);
}

const targetOf = ({ document }) => (typeof document.object === "string" ? document.object : document.object.id);

function showBoost(card, one, shown, authors) {
  const line = card.querySelector("[data-boost]");
  line.querySelector("bdi").textContent = shown ? nameIn(authors, shown.author) : targetOf(one);
  if (shown) sign(line, shown.trust);
  else line.querySelector("[data-trust]").remove();
  card.querySelector("[data-absent]").hidden = Boolean(shown);
}

function postCard(one, shown, authors, media, names) {
  const card = copyOf("post"), said = shown?.document ?? {}, isBoost = one.kind === "boost";
  card.id = `post-${names.get(one.id)}`;
  card.classList.toggle("unsure", one.trust === UNCONFIRMED || shown?.trust === UNCONFIRMED);
  card.querySelector("[data-by]").textContent = nameIn(authors, one.author);
  const at = Date.parse(one.document.published);
  if (at) {
    const time = card.querySelector("time");
    time.dateTime = new Date(at).toISOString();
    time.textContent = medium.format(at);
  }
  sign(card, one.trust);
  card.querySelector("[data-rival]").hidden = !one.hasRival;
  if (isBoost) showBoost(card, one, shown, authors);
  else card.querySelector("[data-boost]").remove();
  const parent = card.querySelector("[data-parent]");
  const above = typeof said.inReplyTo === "string" ? names.get(said.inReplyTo) : undefined;
  parent.hidden = above === undefined;
  parent.querySelector("a").href = `#post-${above}`;
  const warned = card.querySelector("details"), words = card.querySelector("[data-words]");
  if (said.summary && typeof said.summary === "string") {
    warned.querySelector("summary").textContent = plainly(said.summary).slice(0, 500);
    warned.append(words);
    warned.hidden = false;
  }
  showForeign(typeof said.content === "string" ? said.content : "", words.querySelector("[data-html]"));
  for (const option of [...list(said.oneOf), ...list(said.anyOf)].slice(0, 50)) {
    const line = document.createElement("li");
    line.textContent = String(option?.name ?? "").slice(0, 500);
    words.querySelector("[data-choices]").append(line);
  }
  if (shown) showFiles(shown, media, words.querySelector("[data-files]"));
  return card;
}

// -- pictures, films and sounds: only those whose digest the post has signed, by what their bytes are --

const KINDS = [
  ["image/png", "IMG", [0, 0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", "IMG", [0, 0xff, 0xd8, 0xff]],
  ["image/gif", "IMG", [0, 0x47, 0x49, 0x46, 0x38]],
  ["image/webp", "IMG", [8, 0x57, 0x45, 0x42, 0x50]],
  ["image/avif", "IMG", [4, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]],
  ["video/mp4", "VIDEO", [4, 0x66, 0x74, 0x79, 0x70]],
  ["video/webm", "VIDEO", [0, 0x1a, 0x45, 0xdf, 0xa3]],
  ["audio/ogg", "AUDIO", [0, 0x4f, 0x67, 0x67, 0x53]],
  ["audio/flac", "AUDIO", [0, 0x66, 0x4c, 0x61, 0x43]],
  ["audio/mpeg", "AUDIO", [0, 0x49, 0x44, 0x33]],
  ["audio/mpeg", "AUDIO", [0, 0xff, 0xfb]],
];

const kindOf = (bytes) => KINDS.find(([, , [at, ...magic]]) => magic.every((one, n) => bytes[at + n] === one));

function showFiles(one, media, into) {
  for (const file of list(one.document.attachment).slice(0, MOST_FILES)) {
    const bytes = media.get(fileNamed(file?.digestMultibase));
    const [type, element] = (bytes && kindOf(bytes)) ?? [];
    if (!type) continue;
    const made = document.createElement(element);
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    now.addresses.push(address);
    const words = typeof file.name === "string" ? file.name.slice(0, 1500) : "";
    if (element === "IMG") {
      made.alt = words;
      made.loading = "lazy";
    } else {
      made.controls = true;
      made.preload = "metadata";
      if (words) made.setAttribute("aria-label", words);
    }
    made.src = address;
    into.append(made);
  }
}

// -- keeping, bringing in --

async function offer() {
  part("acts").hidden = false;
  part("keep").hidden = now.id !== null;
  part("drop").hidden = now.id === null;
  const ticket = await ticketNow();
  part("bring").hidden = !ticket;
}

part("keep").addEventListener("click", async () => {
  try {
    now.id = await keepFile(now.name, now.blob, now.title);
    await pin(now.learnt);
    navigator.storage?.persist?.();
    say(texts.kept);
  } catch {
    say(texts.full, true);
  }
  await offer();
  await showKept();
});

part("drop").addEventListener("click", async () => {
  await dropFile(now.id);
  now.id = null;
  say(texts.dropped);
  await offer();
  await showKept();
});

part("bring").addEventListener("click", async () => {
  const ticket = await ticketNow();
  if (!ticket) return say(texts.noLine, true);
  const body = new FormData(), bar = part("progress");
  body.set("csrf", ticket.csrf);
  body.set("file", now.blob, "posts.martlet.zip");
  const request = new XMLHttpRequest();
  bar.hidden = false;
  bar.max = 1;
  bar.value = 0;
  request.open("POST", texts.open);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) location.assign(request.responseURL);
    else say(texts.notTaken, true);
    bar.hidden = true;
  });
  request.addEventListener("error", () => {
    bar.hidden = true;
    say(texts.noLine, true);
  });
  request.send(body);
});

async function showKept() {
  const all = await keptFiles(), place = part("kept-files");
  place.replaceChildren(
    ...all.reverse().map((one) => {
      const line = document.createElement("li"), button = document.createElement("button");
      button.className = "btn";
      button.type = "button";
      button.textContent = `${one.name || one.title} · ${medium.format(one.at)}`;
      button.addEventListener("click", () => open(one.blob, one.name, one.id));
      line.append(button);
      return line;
    }),
  );
  part("kept-box").hidden = !all.length;
}

// -- how files come --

const input = part("file");
input.addEventListener("change", () => {
  const [file] = input.files;
  if (file) open(file, file.name);
});
const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
addEventListener("dragover", (event) => {
  if (brings(event)) event.preventDefault();
});
addEventListener("drop", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) open(file, file.name);
});
globalThis.launchQueue?.setConsumer(async ({ files }) => {
  const file = await files?.[0]?.getFile();
  if (file) await open(file, file.name);
});

async function begin() {
  box.querySelector("[data-scripted]").hidden = false;
  if (navigator.onLine) askForKeys().catch(() => {});
  await showKept();
  const [, id] = /^#file-(\d+)$/.exec(location.hash) ?? [];
  const kept = id && (await keptFile(Number(id)));
  if (kept) await open(kept.blob, kept.name, kept.id);
  else if (location.hash === "#full") say(texts.full, true);
}

begin().catch(() => say(texts.nowhere, true));
