// Statements of root keys (signing/continuity.py, model/continuity.py and services/continuing.py have the same rules): which
// keys are an account's, said by a key that no server has.
import { canonical, hex, sha256 } from "./bundles.js";
import { Doubtful, fromBase58, isKey, isThing, isUri, list, messageOf, proofOf, rawOf, strictMoment, verifies, without } from "./proofs.js";

export const CONFIRMED = 3, CONSISTENT = 2, UNCONFIRMED = 1;
const TYPE = "VerifiableIdentityStatement", DID = "did:key:";
const LIMIT = 16 * 1024, MOST_KEYS = 16, MOST_REVOKED = 64, MOST_GATEWAYS = 16, MOST_NAMES = 16, MOST_ATTACHED = 8;
const BETWEEN = ["#", "/", "?"];
const encoder = new TextEncoder();

const wrong = () => {
  throw new Doubtful("malformed");
};

function listed(document, name, most) {
  const found = Object.hasOwn(document, name) ? document[name] : [];
  return Array.isArray(found) && found.length <= most ? found : wrong();
}

function things(document, name, most) {
  const found = listed(document, name, most);
  return found.every(isThing) ? found : wrong();
}

function when(value) {
  const at = strictMoment(value);
  return Number.isNaN(at) ? wrong() : at;
}

const publicOf = (one) => (isKey(one.publicKeyMultibase) ? one.publicKeyMultibase : wrong());

function stated(one, actor) {
  const isNamed = isUri(one.id) && one.id.startsWith(actor) && BETWEEN.includes(one.id[actor.length]);
  if (one.created !== undefined && one.created !== null) when(one.created);
  return isNamed ? { uri: one.id, public: publicOf(one) } : wrong();
}

function revoked(one) {
  const uri = one.id ?? "";
  return uri === "" || isUri(uri) ? { uri, public: publicOf(one), after: when(one.after) } : wrong();
}

function addresses(document, name, most, end = "") {
  const found = listed(document, name, most);
  const isOne = (one) => typeof one === "string" && isUri(one + end) && (!end || one.split("/").length === 3);
  return found.every(isOne) ? found : wrong();
}

async function parsed(document) {
  const { subject: root, alsoKnownAs: actor, sequence } = document;
  if (!isUri(actor) || !Number.isSafeInteger(sequence) || sequence <= 0) wrong();
  return {
    root,
    actor,
    sequence,
    updated: when(document.updated),
    keys: things(document, "assertionMethod", MOST_KEYS).map((one) => stated(one, actor)),
    revoked: things(document, "revoked", MOST_REVOKED).map(revoked),
    gateways: addresses(document, "gateways", MOST_GATEWAYS, "/"),
    formerly: addresses(document, "formerly", MOST_NAMES),
    digest: hex(await sha256(encoder.encode(canonical(without(document, "proof"))))),
    body: canonical(document),
  };
}

// One whose proof is good. Raises Doubtful.
export async function readStatement(document) {
  const { type, subject } = document;
  if (type !== TYPE || typeof subject !== "string" || !subject.startsWith(DID) || "@context" in document || "signature" in document) wrong();
  const multibase = subject.slice(DID.length), raw = rawOf(multibase), { keyName, value } = proofOf(document, true);
  if (!raw || (keyName !== subject && keyName !== `${subject}#${multibase}`)) wrong();
  if (encoder.encode(canonical(document)).length > LIMIT) wrong();
  if (!(await verifies(raw, value, await messageOf(document)))) throw new Doubtful("bad_proof");
  return parsed(document);
}

// The one about its own account that an actor document carries; null where there is no good one.
export async function statementOf(actor) {
  const found = list(actor.attachment).filter((one) => isThing(one) && one.type === TYPE && "sequence" in one);
  for (const one of found.slice(0, MOST_ATTACHED)) {
    const statement = await readStatement(one).catch(doubted);
    if (statement?.actor === actor.id) return statement;
  }
  return null;
}

function doubted(error) {
  if (error instanceof Doubtful || error instanceof RangeError) return null;
  throw error;
}

// Which of one root key's statements stands: the highest number. Where two that differ have it, what was before goes on, and
// nothing is chosen.
export function history(statements) {
  const bySequence = new Map();
  for (const one of statements) {
    if (!bySequence.has(one.sequence)) bySequence.set(one.sequence, new Map());
    bySequence.get(one.sequence).set(one.digest, one);
  }
  let conflict = [];
  for (const sequence of [...bySequence.keys()].sort((one, other) => other - one)) {
    const rivals = [...bySequence.get(sequence).values()];
    if (rivals.length === 1) return { standing: rivals[0], conflict };
    conflict = conflict.length ? conflict : rivals;
  }
  return { standing: null, conflict };
}

export const revocationOf = (statement, { uri, multibase }) =>
  statement.revoked.find((one) => (multibase && one.public === multibase) || (uri && one.uri === uri));

// What is known of root keys. `pins`: { actor, root, trust }; `bodies`: statements as they were signed.
export class Roots {
  constructor(pins) {
    this.pins = new Map(pins.map((one) => [one.actor, one]));
    this.byRoot = new Map();
  }

  async learn(bodies) {
    for (const body of bodies) {
      const statement = await Promise.resolve()
        .then(() => readStatement(JSON.parse(body)))
        .catch((error) => (error instanceof SyntaxError ? null : doubted(error)));
      if (statement) this.byRoot.set(statement.root, [...(this.byRoot.get(statement.root) ?? []), statement]);
    }
  }

  // The root key of an account and what stands of it, counting a statement that is only just offered; null where no root key
  // is known to be the account's.
  of(actor, offered = null) {
    const pin = this.pins.get(actor);
    let root = pin?.root, trust = pin?.trust;
    if (!pin) {
      const others = [...this.pins.values()].filter((one) => one.root === offered?.root);
      if (offered?.actor !== actor || !others.length) return null;
      root = offered.root;
      trust = Math.max(...others.map((one) => one.trust));
    }
    const found = [...(this.byRoot.get(root) ?? [])];
    if (offered?.root === root) found.push(offered);
    const isOther = Boolean(offered) && offered.root !== root && offered.actor === actor;
    return { root, trust: Math.max(trust, CONSISTENT), isOther, ...history(found) };
  }
}

// The key as the author's root key speaks of it; null where the root key says nothing that stands.
export function byRoot(word, name, author, origins) {
  const said = word?.standing;
  if (!said) return null;
  const key = said.actor === author && said.keys.find((one) => one.uri === name);
  if (key) {
    if (revocationOf(said, { multibase: key.public })) throw new Doubtful("revoked");
    return { multibase: key.public, trust: word.trust };
  }
  const gone = revocationOf(said, { uri: name });
  if (!gone || !origins) throw new Doubtful("other_key");
  return { multibase: gone.public, trust: word.trust, revokedAfter: gone.after };
}
