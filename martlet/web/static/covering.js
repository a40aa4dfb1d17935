// Which documents were signed before their key was revoked, though they only come now (services/covering.py has the same
// rules): those that a checkpoint counts which was here before the revocation, month by month, all together or none.
import { OBJECTS, TOMBSTONES, hex, sha256, text } from "./bundles.js";
import { Doubtful, messageOf, moment, proofOf, rawOf, read, verifies } from "./proofs.js";

const MOST_CHECKPOINTS = 16, LONGEST_MONTH = 7;
const TIMES = ["published", "updated", "deleted"];

// The documents of a bundle that a log could hold, by author: { month, saidAt, digest }. Nothing of them is believed yet.
export async function dated(lines) {
  const found = new Map();
  for (const [part, bytes] of lines) {
    if (part !== OBJECTS && part !== TOMBSTONES) continue;
    const said = saidBy(bytes);
    if (!said) continue;
    const month = String(said.deleted || said.published || "").slice(0, LONGEST_MONTH);
    const saidAt = Math.max(...TIMES.map((name) => moment(said[name])));
    const author = said.attributedTo || said.actor, all = found.get(author) ?? [];
    all.push({ month, saidAt, digest: hex(await sha256(bytes)) });
    found.set(author, all);
  }
  return found;
}

function saidBy(bytes) {
  try {
    const said = JSON.parse(text(bytes));
    const isText = ["attributedTo", "actor", ...TIMES].every((name) => said[name] === undefined || typeof said[name] === "string");
    return isText && typeof said.id === "string" ? said : null;
  } catch {
    return null;
  }
}

async function signedWith(keyName, raw, body) {
  try {
    const document = read(new TextEncoder().encode(body)), proof = proofOf(document);
    const isGood = proof.keyName === keyName && (await verifies(raw, proof.value, await messageOf(document)));
    return isGood ? document : null;
  } catch (error) {
    if (error instanceof Doubtful) return null;
    throw error;
  }
}

// The digests of those that are covered. `checkpoints`: { author, body, at }; `there`: what `dated` found of the author.
export async function covered(checkpoints, author, keyName, multibase, after, there) {
  const kept = checkpoints.filter((one) => one.author === author && one.at <= after);
  const found = new Set();
  for (const { body } of kept.sort((one, other) => other.at - one.at).slice(0, MOST_CHECKPOINTS)) {
    const said = await signedWith(keyName, rawOf(multibase), body);
    if (said?.attributedTo !== author || !Array.isArray(said.months)) continue;
    const until = moment(said.published), byMonth = new Map();
    for (const { month, digest } of there.filter((one) => one.saidAt <= until)) {
      byMonth.set(month, (byMonth.get(month) ?? new Set()).add(digest));
    }
    for (const [month, digests] of byMonth) {
      const counted = said.months.findLast((one) => one?.month === month);
      if (counted?.totalItems === digests.size && counted.digest === (await digestOf(digests))) digests.forEach((one) => found.add(one));
    }
  }
  return found;
}

function digestOf(digests) {
  const bytes = [...digests].sort().flatMap((one) => one.match(/../g).map((pair) => parseInt(pair, 16)));
  return sha256(Uint8Array.from(bytes)).then(hex);
}
