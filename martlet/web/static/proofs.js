// Proofs of signed documents (signing/proofs.py has the same rules): JSON Canonicalization, SHA-256 and Ed25519, all by the
// browser itself; and single values out of what strangers wrote.
import { canonical, hex, sha256, text } from "./bundles.js";

const OPTIONS = new Set(["@context", "type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created"]);
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const URI =
  /^https?:\/\/(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?[/?#][!#-;=?-[\]-_a-~]*$/;
const OWN_PORT = /^(?:http:\/\/[^/?#]*:80|https:\/\/[^/?#]*:443)[/?#]/;
const SKEW = 15 * 60_000, LONGEST_URI = 2048, MOST_KEYS = 16;
const LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const P = 2n ** 255n - 19n, ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL = new Set([0n, 1n, P - 1n, ORDER_8, P - ORDER_8]);
const BAD_TEXT = /\\u(?:d[89a-f]|0000)/i;

// `why`: as `model/carrying.Refusal` calls it.
export class Doubtful extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

// -- single values --

export const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
export const isThing = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const isUri = (value) => typeof value === "string" && value.length <= LONGEST_URI && URI.test(value) && !OWN_PORT.test(value);
export const originOf = (name) => /^https?:\/\/[^/?#]*/.exec(name)[0];

// A name, or that of the thing in its place.
export function nameOf(value) {
  const one = Array.isArray(value) ? value[0] : value, said = isThing(one) ? one.id : one;
  if (!isUri(said)) throw new Doubtful("malformed");
  return said;
}

// Milliseconds; 0 for what is no moment.
export function moment(value) {
  const at = typeof value === "string" && value.length < 64 ? Date.parse(value) : NaN;
  return at > 0 ? at : 0;
}

// As proofs and statements write it; NaN for anything else.
export const strictMoment = (value) => (typeof value === "string" && MOMENT.test(value) ? Date.parse(value) : NaN);

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

const bytesOf = (multibase) => {
  try {
    return fromBase58(multibase);
  } catch {
    return new Uint8Array();
  }
};

const rawKeys = new Map();

// The 32 bytes of a key, or null for what is none, or one that fits every text.
export function rawOf(multibase) {
  if (!rawKeys.has(multibase)) rawKeys.set(multibase, rawRead(multibase));
  return rawKeys.get(multibase);
}

function rawRead(multibase) {
  const bytes = bytesOf(multibase);
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) return null;
  const raw = bytes.slice(2), copy = raw.slice().reverse();
  copy[0] &= 0x7f;
  const y = BigInt(`0x${hex(copy)}`);
  return y >= P || SMALL.has(y) ? null : raw;
}

// Whether this is a key at all: Ed25519, or RSA, with which no document is signed.
export function isKey(multibase) {
  const [one, other] = bytesOf(multibase);
  return rawOf(multibase) !== null || (one === 0x85 && other === 0x24);
}

// The SHA-256 that `digestMultibase` names, in hexadecimal digits; empty for anything else.
export function fileNamed(said) {
  const bytes = bytesOf(said);
  return bytes.length === 34 && bytes[0] === 0x12 && bytes[1] === 0x20 ? hex(bytes.subarray(2)) : "";
}

const handles = new Map();

export async function verifies(raw, signature, message) {
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

// -- documents --

// Of a line that is exactly its own canonical form.
export function read(bytes) {
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

// What a proof says of itself: nothing is checked yet but its shape. `isStatement`: one of a root key, which has no `@context`.
export function proofOf(document, isStatement = false) {
  const { proof } = document;
  if (!Object.hasOwn(document, "proof")) throw new Doubtful("no_proof");
  const isOne = proof !== null && typeof proof === "object" && !Array.isArray(proof) && Object.keys(proof).every((name) => OPTIONS.has(name));
  const isOurs = isOne && proof.type === "DataIntegrityProof" && proof.cryptosuite === "eddsa-jcs-2022" && proof.proofPurpose === "assertionMethod";
  const isSaid = isOurs && (isStatement || Object.hasOwn(document, "@context"));
  const isAlike = isSaid && (!Object.hasOwn(proof, "@context") || canonical(proof["@context"]) === canonical(document["@context"]));
  if (!isAlike || typeof proof.verificationMethod !== "string" || !MOMENT.test(proof.created)) throw new Doubtful("bad_proof");
  const signedAt = Date.parse(proof.created), value = fromBase58(proof.proofValue);
  if (value.length !== 64 || !(signedAt <= Date.now() + SKEW)) throw new Doubtful("bad_proof");
  return { keyName: proof.verificationMethod, signedAt, value };
}

const encoder = new TextEncoder();
export const without = (value, name) => Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));

// What the proof of a document signs.
export async function messageOf(document) {
  const parts = [without(document.proof, "proofValue"), without(document, "proof")];
  const digests = await Promise.all(parts.map((one) => sha256(encoder.encode(canonical(one)))));
  return Uint8Array.from([...digests[0], ...digests[1]]);
}

// The keys that an actor document names as its own.
export function keysOf(actor) {
  const found = new Map();
  for (const one of list(actor.assertionMethod).slice(0, MOST_KEYS)) {
    if (one === null || typeof one !== "object" || typeof one.id !== "string" || found.has(one.id)) continue;
    const isNamed = one.id.startsWith(actor.id) && ["#", "/", "?"].includes(one.id[actor.id.length]);
    if (isNamed && one.controller === actor.id && one.type === "Multikey" && rawOf(one.publicKeyMultibase)) found.set(one.id, one.publicKeyMultibase);
  }
  return found;
}

