// Bundles: the container (archives/bundles.py has the same rules). A zip of one form only, so each header is made anew and
// compared: what is hidden, doubled or laid over one another does not fit.
const MIB = 2 ** 20;
export const LIMITS = { file: 100 * MIB, lines: 20_000, line: 256 * 1024, text: 100 * MIB, ratio: 200, media: 64, medium: 20 * MIB, manifest: 64 * 1024 };
export const ACTORS = "actors.jsonl", OBJECTS = "objects.jsonl", TOMBSTONES = "tombstones.jsonl", CHECKPOINTS = "checkpoints.jsonl";
const LINES = [ACTORS, OBJECTS, TOMBSTONES, CHECKPOINTS];
const MANIFEST = "datapackage.json", PROFILE = "martlet-bundle", KINDS = ["share", "return"];
const NAME = /^(?:(?:actors|objects|tombstones|checkpoints)\.jsonl|media\/[0-9a-f]{64})$/;
const LOCAL = 30, CENTRAL = 46, END = 22;
const FIELDS = ["profile", "version", "kind", "created", "resources", "title"], RESOURCE = ["path", "name", "bytes", "hash"];
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// `code`: damaged (it is no bundle, or was changed), large (more is in it than is read).
export class NoBundle extends Error {
  constructor(code = "damaged") {
    super(code);
    this.code = code;
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes) {
  let crc = -1;
  for (let at = 0; at < bytes.length; at += 1) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]) & 255];
  return ~crc >>> 0;
}

export const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

// JSON as RFC 8785 writes it. Raises RangeError for what is too deep.
export function canonical(value, room = 64) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (!room) throw new RangeError("deep");
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, room - 1)).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name], room - 1)}`).join(",")}}`;
}

export const text = (bytes) => utf8.decode(bytes);

function packed(size, fields, name) {
  const bytes = new Uint8Array(size + name.length), view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  for (let n = 0; n < name.length; n += 1) bytes[size + n] = name.charCodeAt(n);
  return bytes;
}

const common = (part) => [[2, 20], [2, 0], [2, part.method], [2, 0], [2, 0x21], [4, part.crc], [4, part.packed], [4, part.size], [2, part.name.length], [2, 0]];
const local = (part) => packed(LOCAL, [[4, 0x04034b50], ...common(part)], part.name);
const central = (part) =>
  packed(CENTRAL, [[4, 0x02014b50], [2, 0x0314], ...common(part), [2, 0], [2, 0], [2, 0], [4, 0o100644 * 65536], [4, part.offset]], part.name);
const end = (count, length, begin) => packed(END, [[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, length], [4, begin], [2, 0]], "");

function fits(bytes, at, wanted) {
  if (at < 0 || at + wanted.length > bytes.length) return false;
  return wanted.every((one, n) => bytes[at + n] === one);
}

function directory(bytes) {
  if (bytes.length > LIMITS.file) throw new NoBundle("large");
  if (bytes.length < END) throw new NoBundle();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), last = bytes.length - END;
  const count = view.getUint16(last + 10, true), length = view.getUint32(last + 12, true), begin = view.getUint32(last + 16, true);
  if (begin + length !== last || !fits(bytes, last, end(count, length, begin))) throw new NoBundle();
  if (count > LINES.length + LIMITS.media + 1) throw new NoBundle("large");
  const parts = new Map();
  let at = begin, behind = 0;
  for (let n = 0; n < count; n += 1) {
    if (last - at < CENTRAL) throw new NoBundle();
    const width = view.getUint16(at + 28, true);
    if (width > 80) throw new NoBundle();
    const name = String.fromCharCode(...bytes.subarray(at + CENTRAL, at + CENTRAL + width));
    if (parts.has(name) || (name !== MANIFEST && !NAME.test(name))) throw new NoBundle();
    const part = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: behind,
    };
    const isGood = part.method === 0 || (part.method === 8 && LINES.includes(name));
    const said = central(part);
    if (!isGood || !fits(bytes, at, said) || !fits(bytes, behind, local(part))) throw new NoBundle();
    part.begin = behind + LOCAL + name.length;
    parts.set(name, part);
    at += said.length;
    behind = part.begin + part.packed;
  }
  if (at !== last || behind !== begin) throw new NoBundle();
  checkSizes(parts, bytes.length);
  return parts;
}

function checkSizes(parts, weight) {
  const all = [...parts.values()], media = all.filter((one) => one.name.startsWith("media/"));
  const said = all.filter((one) => LINES.includes(one.name)).reduce((sum, one) => sum + one.size, 0);
  const isLarge = said > Math.min(LIMITS.text, weight * LIMITS.ratio) || media.length > LIMITS.media;
  if (isLarge || media.some((one) => one.size > LIMITS.medium)) throw new NoBundle("large");
  if ((parts.get(MANIFEST)?.size ?? Infinity) > LIMITS.manifest) throw new NoBundle();
}

// Never more than a part says of itself.
async function unpacked(bytes, part) {
  const raw = bytes.subarray(part.begin, part.begin + part.packed);
  let found = raw;
  if (part.method === 8) {
    found = new Uint8Array(part.size);
    let at = 0;
    const reader = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (;;) {
      const { done, value } = await reader.read().catch(() => Promise.reject(new NoBundle()));
      if (done) break;
      if (at + value.length > part.size) {
        reader.cancel().catch(() => {});
        throw new NoBundle();
      }
      found.set(value, at);
      at += value.length;
    }
    if (at !== part.size) throw new NoBundle();
  }
  if (found.length !== part.size || crc32(found) !== part.crc) throw new NoBundle();
  return found;
}

const hasOnly = (value, names) =>
  value !== null && typeof value === "object" && Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));

function manifestOf(said, parts) {
  let manifest;
  try {
    manifest = JSON.parse(said);
    if (canonical(manifest) + "\n" !== said) throw new NoBundle();
  } catch {
    throw new NoBundle();
  }
  if (!hasOnly(manifest, FIELDS) || manifest.profile !== PROFILE || manifest.version !== 1) throw new NoBundle();
  if (!KINDS.includes(manifest.kind) || !Array.isArray(manifest.resources) || typeof manifest.title !== "string") throw new NoBundle();
  const named = new Set();
  for (const one of manifest.resources) {
    const part = hasOnly(one, RESOURCE) && one.path !== MANIFEST && parts.get(one.path);
    const isMedium = part && one.path.startsWith("media/");
    const isWrong = isMedium && one.hash !== `sha256:${one.path.slice(6)}`;
    if (!part || part.size !== one.bytes || named.has(one.path) || isWrong) throw new NoBundle();
    named.add(one.path);
  }
  if (named.size !== parts.size - 1) throw new NoBundle();
  return manifest;
}

function* linesOf(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const stop = bytes.indexOf(10, at);
    if (stop < 0) throw new NoBundle();
    if (stop - at > LIMITS.line) throw new NoBundle("large");
    yield bytes.subarray(at, stop);
    at = stop + 1;
  }
}

// What is in a file: { kind, title, created, lines: [[part, bytes]], media: Map of hex to bytes }. Nothing of it is believed yet.
export async function openBundle(blob) {
  if (blob.size > LIMITS.file) throw new NoBundle("large");
  const bytes = new Uint8Array(await blob.arrayBuffer()), parts = directory(bytes);
  const { kind, title, created, resources } = manifestOf(text(await unpacked(bytes, parts.get(MANIFEST))), parts);
  const bodies = new Map();
  for (const one of resources) {
    const body = await unpacked(bytes, parts.get(one.path));
    if (`sha256:${hex(await sha256(body))}` !== one.hash) throw new NoBundle();
    bodies.set(one.path, body);
  }
  const lines = [], media = new Map();
  for (const part of LINES) {
    for (const line of linesOf(bodies.get(part) ?? new Uint8Array())) {
      lines.push([part, line]);
      if (lines.length > LIMITS.lines) throw new NoBundle("large");
    }
  }
  for (const [path, body] of bodies) if (path.startsWith("media/")) media.set(path.slice(6), body);
  return { kind, title, created, lines, media };
}
