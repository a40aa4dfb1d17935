// Whether signed documents are by whom they name (services/checking_bundles.py has the same rules). Nobody is asked.
import { ACTORS, OBJECTS, TOMBSTONES, CHECKPOINTS, hex, sha256, text } from "./bundles.js";
import { CONFIRMED, CONSISTENT, Roots, UNCONFIRMED, byRoot, statementOf } from "./continuity.js";
import { covered, dated } from "./covering.js";
import { Doubtful, isThing, isUri, keysOf, list, messageOf, moment, nameOf, originOf, proofOf, rawOf, read, verifies } from "./proofs.js";

export { CONFIRMED, CONSISTENT, UNCONFIRMED };
const PUBLIC = new Set(["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"]);
const POSTS = new Set(["Note", "Question", "Article"]), PEOPLE = new Set(["Person", "Service", "Group", "Organization", "Application"]);
const CIRCLES = new Set(["Circle", "Mutual"]);
const RETURNED_WITHIN = 90 * 86_400_000, MOST_AUTHORS = 200, MOST_REFUSED = 500, MOST_OPTIONS = 500;

export class TooMuch extends Error {}

// -- what a document claims --

const isOpen = (document) => [...list(document.to), ...list(document.cc)].some((one) => PUBLIC.has(one));

function needed(value) {
  const at = moment(value);
  if (!at) throw new Doubtful("malformed");
  return at;
}

function claimedPost(document) {
  const author = nameOf(document.attributedTo ?? document.actor);
  if (document.type === "Note" && document.name && !document.content && document.inReplyTo) throw new Doubtful("wrong_kind");
  if (!isOpen(document) || CIRCLES.has(document.limitedScope)) throw new Doubtful("private");
  return { kind: "post", author, saidAt: Math.max(moment(document.updated), moment(document.published)) };
}

function claimedAct(document, isReturn) {
  const author = nameOf(document.actor), { type } = document;
  const isBoost = type === "Announce" && !(isThing(document.object) && "object" in document.object);
  if (isBoost || (isReturn && (type === "Like" || type === "Follow"))) nameOf(document.object);
  if (isBoost && !isOpen(document)) throw new Doubtful("private");
  if (isBoost) return { kind: "boost", author, saidAt: moment(document.published) };
  if (isReturn && (type === "Like" || type === "Follow")) return { kind: "act", author, saidAt: 0 };
  throw new Doubtful("wrong_kind");
}

function claimed(part, document, isReturn) {
  const { type } = document;
  if (part === OBJECTS && POSTS.has(type)) return claimedPost(document);
  if (part === ACTORS && PEOPLE.has(type)) return { kind: "actor", author: nameOf(document.id), saidAt: 0 };
  if (part === TOMBSTONES && type === "Tombstone") return { kind: "tombstone", author: nameOf(document.attributedTo), saidAt: needed(document.deleted) };
  if (part === CHECKPOINTS && type === "LogCheckpoint") return { kind: "checkpoint", author: nameOf(document.attributedTo), saidAt: needed(document.published) };
  if (part === OBJECTS && (type === "Announce" || isReturn)) return claimedAct(document, isReturn);
  throw new Doubtful("wrong_kind");
}

// Of a poll, which is another one with more of them.
function votesIn(document) {
  const options = list(document.anyOf?.length ? document.anyOf : document.oneOf).slice(0, MOST_OPTIONS);
  return options.reduce((sum, one) => sum + (Number.isSafeInteger(one?.replies?.totalItems) ? Math.max(0, one.replies.totalItems) : 0), 0);
}

const rank = (one) => [one.trust === CONFIRMED, one.kind === "tombstone", one.saidAt, one.signedAt, one.votes, one.digest];

// Which of two versions stands: above 0 for the first. `of`: how many parts of their ranks are compared.
function compared(one, other, of = 6) {
  const [mine, theirs] = [rank(one), rank(other)];
  for (let n = 0; n < of; n += 1) if (mine[n] !== theirs[n]) return mine[n] > theirs[n] ? 1 : -1;
  return 0;
}

// -- one bundle --

// `known`: what carried.js keeps: keys, seen, roots, statements, checkpoints. Each document is looked at in its turn, actors first.
export class Checker {
  constructor(known, { kind = "share", lines = [] } = {}) {
    this.known = new Map(known.keys.map((one) => [one.uri, one]));
    this.seen = new Map(known.seen.map((one) => [one.uri, one]));
    this.pinned = new Set(known.seen.map((one) => one.owner));
    this.roots = new Roots(known.roots);
    this.bodies = known.statements.map((one) => one.body);
    this.checkpoints = known.checkpoints;
    this.isReturn = kind === "return";
    this.lines = lines;
    this.offered = new Map();
    this.statements = new Map();
    this.keys = new Map();
    this.cover = new Map();
    this.refused = [];
    this.best = new Map();
    this.authors = new Map();
    this.fresh = new Map();
    this.counted = [];
    this.acts = 0;
  }

  // What is known of root keys is looked at once, before anything else.
  begin() {
    return this.roots.learn(this.bodies);
  }

  // What became of a document: how far it is certain (a number), or why it is refused.
  async take(part, bytes) {
    let name = "";
    try {
      const document = read(bytes);
      name = typeof document.id === "string" ? document.id.slice(0, 300) : "";
      const one = await this.#proven(part, document, hex(await sha256(bytes)));
      one.bytes = bytes;
      this.#put(one);
      return one.trust;
    } catch (error) {
      if (!(error instanceof Doubtful)) throw error;
      this.refused.push({ name, why: error.why });
      if (this.refused.length > MOST_REFUSED) throw new TooMuch();
      return error.why;
    }
  }

  async #proven(part, document, digest) {
    const { kind, author, saidAt } = claimed(part, document, this.isReturn);
    if (originOf(nameOf(document.id)) !== originOf(author)) throw new Doubtful("wrong_origin");
    const { keyName, signedAt, value } = proofOf(document);
    if (kind === "actor") await this.#offer(author, document);
    const key = this.#key(keyName, author), raw = rawOf(key.multibase);
    if (!raw) throw new Doubtful("unknown_key");
    if (!(await verifies(raw, value, await messageOf(document)))) {
      if (kind === "actor") this.#forget(keyName, author);
      throw new Doubtful("bad_proof");
    }
    if (kind === "act" && Date.now() - signedAt > RETURNED_WITHIN) throw new Doubtful("too_old");
    const trust = await this.#trusted(key, keyName, author, Math.max(saidAt, signedAt), digest);
    if (key.trust === UNCONFIRMED) this.fresh.set(keyName, { uri: keyName, owner: author, public: key.multibase });
    return { id: document.id, kind, author, saidAt, signedAt, votes: votesIn(document), trust, multibase: key.multibase, document, digest };
  }

  async #offer(author, document) {
    this.offered.set(author, keysOf(document));
    const statement = await statementOf(document);
    if (statement) this.statements.set(author, statement);
  }

  // What an actor document that is not its own says of keys is worth nothing.
  #forget(keyName, author) {
    this.offered.delete(author);
    this.statements.delete(author);
    this.keys.delete(`${keyName} ${author}`);
  }

  // How far what a key has signed is certain. Whoever has stolen one can date what they sign as they like.
  async #trusted(key, keyName, author, claimedAt, digest) {
    if (key.revokedAfter === undefined) return key.trust;
    if (claimedAt > key.revokedAfter) throw new Doubtful("revoked");
    const name = `${keyName} ${author}`;
    if (!this.cover.has(name)) {
      this.there ??= await dated(this.lines);
      const there = this.there.get(author) ?? [];
      this.cover.set(name, await covered(this.checkpoints, author, keyName, key.multibase, key.revokedAfter, there));
    }
    return this.cover.get(name).has(digest) ? key.trust : UNCONFIRMED;
  }

  // Looked up once: what comes later in the file changes nothing of it.
  #key(name, author) {
    const place = `${name} ${author}`;
    if (!this.keys.has(place)) this.keys.set(place, this.#found(name, author));
    const found = this.keys.get(place);
    if (found instanceof Doubtful) throw found;
    return found;
  }

  #found(name, author) {
    try {
      return this.#lookUp(name, author);
    } catch (error) {
      if (error instanceof Doubtful) return error;
      throw error;
    }
  }

  #lookUp(name, author) {
    const isOwn = isUri(name) && originOf(name) === originOf(author);
    const said = byRoot(this.roots.of(author, this.statements.get(author)), name, author, isOwn);
    if (said) return said;
    const named = this.known.get(name);
    if (named && named.owner !== author) throw new Doubtful("other_key");
    if (named) return { multibase: named.public, trust: CONFIRMED };
    if (!isOwn) throw new Doubtful("other_key");
    const before = this.seen.get(name);
    if (before?.owner === author) return { multibase: before.public, trust: CONSISTENT };
    if (this.pinned.has(author)) throw new Doubtful("other_key");
    const offered = this.offered.get(author)?.get(name);
    if (!offered) throw new Doubtful("unknown_key");
    return { multibase: offered, trust: UNCONFIRMED };
  }

  #put(one) {
    const author = this.authors.get(one.author) ?? { uri: one.author, trust: CONFIRMED, name: "", multibase: one.multibase, posts: 0, total: null };
    author.word = this.roots.of(one.author, this.statements.get(one.author));
    author.trust = Math.min(author.trust, one.trust);
    this.authors.set(one.author, author);
    if (this.authors.size > MOST_AUTHORS) throw new TooMuch();
    const { document, kind } = one;
    if (kind === "actor") {
      const said = typeof document.preferredUsername === "string" ? document.preferredUsername.slice(0, 100) : "";
      author.name = said && `@${said}@${new URL(one.author).host}`;
      author.shown = typeof document.name === "string" ? document.name.slice(0, 200) : "";
    } else if (kind === "checkpoint") {
      this.counted.push(one);
      if (Number.isSafeInteger(document.totalItems)) author.total = Math.max(author.total ?? 0, document.totalItems);
    } else if (kind === "act") {
      this.acts += 1;
    } else {
      this.#putVersion(one);
    }
  }

  #putVersion(one) {
    const before = this.best.get(one.id);
    if (before && before.author !== one.author) throw new Doubtful("wrong_origin");
    const isRival = Boolean(before) && before.digest !== one.digest && compared(one, before, 5) === 0;
    if (!before || compared(one, before) > 0) {
      const wasRival = Boolean(before?.hasRival) && before.saidAt === one.saidAt;
      this.best.set(one.id, { ...one, hasRival: isRival || wasRival });
    } else if (isRival) {
      before.hasRival = true;
    }
  }

  // Posts and boosts, the newest first; what was deleted is left out.
  posts() {
    const there = [...this.best.values()].filter((one) => one.kind !== "tombstone");
    for (const one of there) this.authors.get(one.author).posts += 1;
    const writtenAt = (one) => moment(one.document.published) || one.saidAt;
    return there.sort((one, other) => writtenAt(other) - writtenAt(one));
  }

  deleted() {
    return [...this.best.values()].filter((one) => one.kind === "tombstone").length;
  }

  // What a device that keeps the file can know from it later: keys that were first seen in it, root keys, and checkpoints.
  learnt() {
    const statements = [...this.statements].filter(([uri]) => this.authors.has(uri)).map(([, one]) => one);
    return {
      keys: [...this.fresh.values()],
      roots: statements.map(({ actor, root }) => ({ actor, root, trust: this.authors.get(actor).trust })),
      statements: statements.map(({ digest, body }) => ({ digest, body })),
      checkpoints: this.counted.map(({ digest, author, bytes }) => ({ digest, author, body: text(bytes) })),
    };
  }
}
