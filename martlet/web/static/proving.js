// Whether signed documents are by whom they name (services/checking_bundles.py has the same rules): JSON Canonicalization,
// SHA-256 and Ed25519, all by the browser itself. Nobody is asked.
import { ACTORS, OBJECTS, TOMBSTONES, CHECKPOINTS, canonical, hex, sha256, text } from "./bundles.js";

export const CONFIRMED = 3, CONSISTENT = 2, UNCONFIRMED = 1;
const PUBLIC = new Set(["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"]);
const POSTS = new Set(["Note", "Question", "Article"]), PEOPLE = new Set(["Person", "Service", "Group", "Organization", "Application"]);
const OPTIONS = new Set(["@context", "type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created"]);
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const SKEW = 15 * 60_000, MOST_AUTHORS = 200, MOST_REFUSED = 500;
const LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const P = 2n ** 255n - 19n, ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL = new Set([0n, 1n, P - 1n, ORDER_8, P - ORDER_8]);
const BAD_TEXT = /\\u(?:d[89a-f]|0000)/i;

export class Doubtful extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export class TooMuch extends Error {}

// -- spelling --

export function fromBase58(said) {
  if (typeof said !== "string" || said.length > 2048 || said[0] !== "z") throw new Doubtful("bad_proof");
  let number = 0n, zeros = 0;
  for (const letter of said.slice(1)) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new Doubtful("bad_proof");
    number = number * 58n + BigInt(value);
  }
  while (said[1 + zeros] === "1") zeros += 1;
  const digits = number ? number.toString(16) : "";
  const even = digits.length % 2 ? `0${digits}` : digits;
  return Uint8Array.from([...Array(zeros).fill(0), ...(even.match(/../g) ?? []).map((pair) => parseInt(pair, 16))]);
}

// The SHA-256 that `digestMultibase` names, in hexadecimal digits; empty for anything else.
export function fileNamed(said) {
  try {
    const bytes = fromBase58(said);
    return bytes.length === 34 && bytes[0] === 0x12 && bytes[1] === 0x20 ? hex(bytes.subarray(2)) : "";
  } catch {
    return "";
  }
}

const rawKeys = new Map();

// The 32 bytes of a key, or null for what is none, or one that fits every text.
function rawOf(multibase) {
  if (!rawKeys.has(multibase)) rawKeys.set(multibase, rawRead(multibase));
  return rawKeys.get(multibase);
}

function rawRead(multibase) {
  try {
    const bytes = fromBase58(multibase);
    if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) return null;
    const raw = bytes.slice(2), copy = raw.slice().reverse();
    copy[0] &= 0x7f;
    const y = BigInt(`0x${hex(copy)}`);
    return y >= P || SMALL.has(y) ? null : raw;
  } catch {
    return null;
  }
}

const handles = new Map();

async function verifies(raw, signature, message) {
  const name = hex(raw);
  if (!handles.has(name)) handles.set(name, await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]));
  return crypto.subtle.verify({ name: "Ed25519" }, handles.get(name), signature, message);
}

// Whether this browser can check signatures at all.
export async function canProve() {
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return typeof DecompressionStream === "function";
  } catch {
    return false;
  }
}

// A key as two people can read it out to one another.
export async function fingerprint(multibase) {
  const raw = rawOf(multibase);
  return raw ? hex(await sha256(raw)).slice(0, 48).match(/.{4}/g).join(" ") : "";
}

// -- what a document claims --

function address(value) {
  if (typeof value !== "string" || value.length > 2048 || !URL.canParse(value)) throw new Doubtful("malformed");
  const url = new URL(value);
  if (!/^https?:$/.test(url.protocol)) throw new Doubtful("malformed");
  return url;
}

function nameOf(value) {
  const said = value !== null && typeof value === "object" ? value.id : value;
  address(said);
  return said;
}

const originOf = (name) => address(name).origin;
const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);

function moment(value) {
  const at = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? 0 : at;
}

function needed(value) {
  const at = moment(value);
  if (!at) throw new Doubtful("malformed");
  return at;
}

function claimed(part, document) {
  const { type } = document;
  if (part === OBJECTS && POSTS.has(type)) {
    const isOpen = [...list(document.to), ...list(document.cc)].some((one) => PUBLIC.has(one));
    if (!isOpen || document.limitedScope !== undefined) throw new Doubtful("private");
    if (document.name !== undefined && document.content === undefined) throw new Doubtful("wrong_kind");
    const author = nameOf(list(document.attributedTo)[0]);
    return { kind: "post", author, saidAt: Math.max(moment(document.updated), moment(document.published)) };
  }
  if (part === OBJECTS && type === "Announce") return { kind: "boost", author: nameOf(document.actor), saidAt: moment(document.published) };
  if (part === OBJECTS && (type === "Like" || type === "Follow")) return { kind: "act", author: nameOf(document.actor), saidAt: 0 };
  if (part === ACTORS && PEOPLE.has(type)) return { kind: "actor", author: nameOf(document.id), saidAt: 0 };
  if (part === TOMBSTONES && type === "Tombstone") return { kind: "tombstone", author: nameOf(document.attributedTo), saidAt: needed(document.deleted) };
  if (part === CHECKPOINTS && type === "LogCheckpoint") return { kind: "checkpoint", author: nameOf(document.attributedTo), saidAt: needed(document.published) };
  throw new Doubtful("wrong_kind");
}

function read(bytes) {
  let said, document;
  try {
    said = text(bytes);
    document = JSON.parse(said);
  } catch {
    throw new Doubtful("malformed");
  }
  if (document === null || typeof document !== "object" || Array.isArray(document)) throw new Doubtful("malformed");
  let written;
  try {
    written = canonical(document);
  } catch {
    throw new Doubtful("malformed");
  }
  if (written !== said || BAD_TEXT.test(said) || "signature" in document) throw new Doubtful("not_canonical");
  return document;
}

function proofOf(document) {
  const { proof } = document;
  if (!Object.hasOwn(document, "proof")) throw new Doubtful("no_proof");
  const isOne = proof !== null && typeof proof === "object" && !Array.isArray(proof) && Object.keys(proof).every((name) => OPTIONS.has(name));
  const isOurs = isOne && proof.type === "DataIntegrityProof" && proof.cryptosuite === "eddsa-jcs-2022" && proof.proofPurpose === "assertionMethod";
  const isSaid = isOurs && Object.hasOwn(document, "@context");
  const isAlike = isSaid && (!Object.hasOwn(proof, "@context") || canonical(proof["@context"]) === canonical(document["@context"]));
  if (!isAlike || typeof proof.verificationMethod !== "string" || !MOMENT.test(proof.created)) throw new Doubtful("bad_proof");
  const signedAt = Date.parse(proof.created), value = fromBase58(proof.proofValue);
  if (value.length !== 64 || !(signedAt <= Date.now() + SKEW)) throw new Doubtful("bad_proof");
  return { keyName: proof.verificationMethod, signedAt, value };
}

const encoder = new TextEncoder();
const without = (value, name) => Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));

async function messageOf(document) {
  const parts = [without(document.proof, "proofValue"), without(document, "proof")];
  const digests = await Promise.all(parts.map((one) => sha256(encoder.encode(canonical(one)))));
  return Uint8Array.from([...digests[0], ...digests[1]]);
}

function keysOf(actor) {
  const found = new Map();
  for (const one of list(actor.assertionMethod).slice(0, 16)) {
    if (one === null || typeof one !== "object" || typeof one.id !== "string" || found.has(one.id)) continue;
    const isNamed = one.id.startsWith(actor.id) && ["#", "/", "?"].includes(one.id[actor.id.length]);
    if (isNamed && one.controller === actor.id && one.type === "Multikey" && rawOf(one.publicKeyMultibase)) found.set(one.id, one.publicKeyMultibase);
  }
  return found;
}

// -- one bundle --

const isGreater = (one, other) => {
  const key = (it) => [it.trust === CONFIRMED, it.kind === "tombstone", it.saidAt, it.signedAt, it.digest];
  const [mine, theirs] = [key(one), key(other)];
  for (let n = 0; n < mine.length; n += 1) if (mine[n] !== theirs[n]) return mine[n] > theirs[n];
  return false;
};

// `known`, `seen`: keys as carried.js keeps them. Each document is looked at in its turn, actors first.
export class Checker {
  constructor(known, seen) {
    this.known = new Map(known.map((one) => [one.uri, one]));
    this.seen = new Map(seen.map((one) => [one.uri, one]));
    this.pinned = new Set(seen.map((one) => one.owner));
    this.offered = new Map();
    this.refused = [];
    this.best = new Map();
    this.authors = new Map();
    this.fresh = new Map();
  }

  async take(part, bytes) {
    let name = "";
    try {
      const document = read(bytes);
      name = typeof document.id === "string" ? document.id.slice(0, 300) : "";
      const one = await this.#proven(part, document);
      one.digest = hex(await sha256(bytes));
      this.#put(one);
    } catch (error) {
      if (!(error instanceof Doubtful)) throw error;
      this.refused.push({ name, why: error.why });
      if (this.refused.length > MOST_REFUSED) throw new TooMuch();
    }
  }

  async #proven(part, document) {
    const { kind, author, saidAt } = claimed(part, document);
    if (originOf(document.id) !== originOf(author)) throw new Doubtful("wrong_origin");
    const { keyName, signedAt, value } = proofOf(document);
    const offers = kind === "actor" ? keysOf(document) : this.offered.get(author);
    const { multibase, trust } = this.#key(keyName, author, offers);
    const raw = rawOf(multibase);
    if (!raw) throw new Doubtful("unknown_key");
    if (!(await verifies(raw, value, await messageOf(document)))) throw new Doubtful("bad_proof");
    if (kind === "actor") this.offered.set(author, offers);
    if (trust === UNCONFIRMED) this.fresh.set(keyName, { uri: keyName, owner: author, public: multibase });
    return { id: document.id, kind, author, saidAt, signedAt, trust, multibase, document };
  }

  #key(name, author, offers) {
    const named = this.known.get(name);
    if (named) {
      if (named.owner !== author) throw new Doubtful("other_key");
      return { multibase: named.public, trust: CONFIRMED };
    }
    if (originOf(name) !== originOf(author)) throw new Doubtful("other_key");
    const before = this.seen.get(name);
    if (before) {
      if (before.owner !== author) throw new Doubtful("other_key");
      return { multibase: before.public, trust: CONSISTENT };
    }
    const offered = offers?.get(name);
    if (this.pinned.has(author)) throw new Doubtful("other_key");
    if (!offered) throw new Doubtful("unknown_key");
    return { multibase: offered, trust: UNCONFIRMED };
  }

  #put(one) {
    const author = this.authors.get(one.author) ?? { uri: one.author, trust: CONFIRMED, name: "", multibase: one.multibase, posts: 0, total: null };
    author.trust = Math.min(author.trust, one.trust);
    this.authors.set(one.author, author);
    if (this.authors.size > MOST_AUTHORS) throw new TooMuch();
    const { document, kind } = one;
    if (kind === "actor") {
      const said = typeof document.preferredUsername === "string" ? document.preferredUsername.slice(0, 100) : "";
      author.name = said && `@${said}@${new URL(one.author).host}`;
      author.shown = typeof document.name === "string" ? document.name.slice(0, 200) : "";
    } else if (kind === "checkpoint") {
      if (Number.isSafeInteger(document.totalItems)) author.total = Math.max(author.total ?? 0, document.totalItems);
    } else if (kind === "post" || kind === "tombstone") {
      const before = this.best.get(one.id);
      if (before && before.author !== one.author) throw new Doubtful("wrong_origin");
      if (!before || isGreater(one, before)) this.best.set(one.id, one);
    }
  }

  // Newest first; what was deleted is left out.
  posts() {
    const there = [...this.best.values()].filter((one) => one.kind === "post");
    for (const one of there) this.authors.get(one.author).posts += 1;
    const writtenAt = (one) => moment(one.document.published) || one.saidAt;
    return there.sort((one, other) => writtenAt(other) - writtenAt(one));
  }

  deleted() {
    return [...this.best.values()].filter((one) => one.kind === "tombstone").length;
  }
}
