// A root key in the browser: 32 bytes, as words, as the text of a QR code, and as what signs. No byte of it is sent anywhere.
const LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ED25519 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]; // PKCS#8 before the 32 bytes
const PUBLIC = [0xed, 1];
const PRIVATE = [0x80, 0x26];
const SIZE = 32;
export const ROUNDS = 600_000;

const joined = (...parts) => new Uint8Array(parts.flatMap((one) => [...one]));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const utf8 = (text) => new TextEncoder().encode(text);
export const base64 = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

export function base58(bytes) {
  let number = 0n;
  for (const one of bytes) number = number * 256n + BigInt(one);
  let text = "";
  for (; number; number /= 58n) text = LETTERS[Number(number % 58n)] + text;
  for (const one of bytes) {
    if (one) break;
    text = "1" + text;
  }
  return "z" + text;
}

function fromBase58(text) {
  let number = 0n;
  for (const letter of text.slice(1)) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return null;
    number = number * 58n + BigInt(value);
  }
  const bytes = [];
  for (; number; number /= 256n) bytes.unshift(Number(number % 256n));
  return bytes;
}

// What is signed: no white space, names in order. All names here are ASCII and all numbers whole.
export const canonical = (value) =>
  JSON.stringify(value, (_, one) =>
    one && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

export const multibase = (raw) => base58(joined(PUBLIC, raw));
export const textOf = (seed) => base58(joined(PRIVATE, seed));

export async function keyOf(seed) {
  const key = await crypto.subtle.importKey("pkcs8", joined(ED25519, seed), "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  const did = `did:key:${multibase(fromBase64(x))}`;
  return { key, did };
}

export async function signed(statement, { key, did }) {
  const proof = {
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-jcs-2022",
    created: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    verificationMethod: did,
    proofPurpose: "assertionMethod",
  };
  const parts = await Promise.all([proof, statement].map((one) => sha256(utf8(canonical(one)))));
  const value = await crypto.subtle.sign("Ed25519", key, joined(...parts));
  return { ...statement, proof: { ...proof, proofValue: base58(new Uint8Array(value)) } };
}

// Whether it is as this root key has signed it.
export async function isSignedBy(statement, did) {
  const { proof, ...said } = statement, { proofValue, ...options } = proof;
  const raw = new Uint8Array(fromBase58(did.slice("did:key:".length)).slice(PUBLIC.length));
  const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  const parts = await Promise.all([options, said].map((one) => sha256(utf8(canonical(one)))));
  return crypto.subtle.verify("Ed25519", key, new Uint8Array(fromBase58(proofValue)), joined(...parts));
}

// -- words (BIP-39, English: 256 bits and eight that check them) --------------
export async function wordsOf(seed, list) {
  const bits = [...seed, (await sha256(seed))[0]].map((one) => one.toString(2).padStart(8, "0")).join("");
  return bits.match(/.{11}/g).map((one) => list[parseInt(one, 2)]);
}

// The 32 bytes that words mean, or the text of the QR code; null for anything else.
export async function seedOf(typed, list) {
  const text = typed.trim();
  if (/^z\S+$/.test(text)) {
    const bytes = fromBase58(text);
    const isKey = bytes?.length === SIZE + 2 && bytes[0] === PRIVATE[0] && bytes[1] === PRIVATE[1];
    return isKey ? new Uint8Array(bytes.slice(2)) : null;
  }
  const places = text.toLowerCase().split(/[^a-z]+/).filter(Boolean).map((one) => list.indexOf(one));
  if (places.length !== 24 || places.includes(-1)) return null;
  const bits = places.map((one) => one.toString(2).padStart(11, "0")).join("");
  const bytes = bits.match(/.{8}/g).map((one) => parseInt(one, 2));
  const seed = new Uint8Array(bytes.slice(0, SIZE));
  return (await sha256(seed))[0] === bytes[SIZE] ? seed : null;
}

// -- the copy that a passphrase opens -----------------------------------------
async function keyFrom(passphrase, salt, iterations) {
  const typed = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function sealed(seed, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyFrom(passphrase, salt, ROUNDS), seed);
  return { kdf: "PBKDF2-SHA-256", iterations: ROUNDS, salt: base64(salt), nonce: base64(iv), box: base64(box) };
}

export async function opened(copy, passphrase) {
  const key = await keyFrom(passphrase, fromBase64(copy.salt), copy.iterations);
  try {
    const iv = fromBase64(copy.nonce);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, fromBase64(copy.box)));
  } catch {
    return null;
  }
}

// -- the key of a backup (signing/root_boxes.py) --------------------------------
const X25519 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

// What opens the file with this head, as text; null where the root key is another.
export async function unlocked(head, seed) {
  const scalar = new Uint8Array(await crypto.subtle.digest("SHA-512", seed)).slice(0, SIZE);
  const salt = fromBase64(head.ephemeral);
  const own = await crypto.subtle.importKey("pkcs8", joined(X25519, scalar), "X25519", false, ["deriveBits"]);
  const other = await crypto.subtle.importKey("raw", salt, "X25519", false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: other }, own, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8("martlet backup 1") };
  const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  try {
    const iv = new Uint8Array(12);
    return base64(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, fromBase64(head.key)));
  } catch {
    return null;
  }
}
