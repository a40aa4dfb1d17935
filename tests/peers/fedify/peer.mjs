// Another server, made with Fedify: a complete implementation that shares no line with Martlet.
//
//     node peer.mjs            prints {"port": …, "control": …} once it listens
//
// What the tests want of it they say at the control port, each command a POST of JSON:
// `send` has somebody here do something, `keep` has something lie at its address, `received` tells
// what came and which of its signatures hold, `look_up` reads something elsewhere.

import { createServer } from "node:http";
import {
  createFederation,
  detachSignature,
  generateCryptoKeyPair,
  MemoryKvStore,
  parseNodeInfo,
  verifyJsonLd,
  verifyObject,
  verifyRequest,
} from "@fedify/fedify";
import * as vocab from "@fedify/vocab";
import { getDocumentLoader } from "@fedify/vocab-runtime";
import { Temporal } from "@js-temporal/polyfill";

const CAVAGE = "draft-cavage-http-signatures-12";
const SCHEMES = ["rfc9421", CAVAGE];

const keys = new Map(); // name → its two pairs
const more = new Map(); // name → what its actor document says besides
const kept = new Map(); // path → object
const gone = new Set(); // paths
const featured = new Map(); // name → objects
const received = [];
let onlyScheme = null;

// -- the server ------------------------------------------------------------

const settings = {
  kv: new MemoryKvStore(),
  allowPrivateAddress: true,
};
const federations = Object.fromEntries(SCHEMES.map((scheme) => [scheme, federation(scheme)]));

function federation(firstKnock) {
  const made = createFederation({ ...settings, firstKnock });
  made
    .setActorDispatcher("/users/{identifier}", async (context, name) => {
      const pairs = await context.getActorKeyPairs(name);
      return new vocab.Person({
        id: context.getActorUri(name),
        preferredUsername: name,
        name,
        inbox: context.getInboxUri(name),
        outbox: context.getOutboxUri(name),
        endpoints: new vocab.Endpoints({ sharedInbox: context.getInboxUri() }),
        followers: context.getFollowersUri(name),
        featured: context.getFeaturedUri(name),
        url: context.getActorUri(name),
        publicKey: pairs[0].cryptographicKey,
        assertionMethods: pairs.map((pair) => pair.multikey),
        ...more.get(name),
      });
    })
    .setKeyPairsDispatcher(async (_context, name) => {
      if (!keys.has(name)) {
        keys.set(name, Promise.all([rsaPair(), generateCryptoKeyPair("Ed25519")]));
      }
      return await keys.get(name);
    });
  made.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-peer", version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: { total: keys.size }, localPosts: kept.size, localComments: 0 },
  }));
  made.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  made.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [] }));
  made.setFeaturedDispatcher("/users/{identifier}/featured", (_context, name) => ({
    items: featured.get(name) ?? [],
  }));
  for (const [kind, path] of [
    [vocab.Note, "/notes/{id}"],
    [vocab.Question, "/questions/{id}"],
    [vocab.QuoteAuthorization, "/consents/{id}"],
  ]) {
    made.setObjectDispatcher(kind, path, (_context, { id }) => kept.get(path.replace("{id}", id)) ?? null);
  }
  made
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(vocab.Activity, async (context, activity) => {
      received.push({
        type: activity.constructor.name,
        read: await activity.toJsonLd({ format: "compact", contextLoader: context.contextLoader }),
        ...context.data,
      });
    });
  return made;
}

async function rsaPair() {
  const kind = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  return await crypto.subtle.generateKey(kind, true, ["sign", "verify"]);
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (gone.has(pathname)) return new Response(null, { status: 410 });
  const isRfc = request.headers.has("signature-input");
  if (request.method === "POST" && onlyScheme !== null && (onlyScheme === "rfc9421") !== isRfc) {
    return new Response("Signed in the wrong way", { status: 401 });
  }
  const contextData = request.method === "POST" ? await judged(request.clone()) : {};
  return await federations.rfc9421.fetch(request, { contextData });
}

// Each signature by itself: the inbox is content with the first that holds.
async function judged(request) {
  const loaders = { contextLoader: LOADER, documentLoader: LOADER };
  const sent = await request.clone().json();
  const scheme = request.headers.has("signature-input") ? "rfc9421" : CAVAGE;
  const [signer, ld, proven] = await Promise.all([
    verifyRequest(request.clone(), loaders),
    "signature" in sent ? verifyJsonLd(sent, loaders) : null,
    "proof" in sent ? verifyObject(vocab.Activity, detachSignature(sent), loaders) : null,
  ]);
  return {
    sent,
    scheme,
    path: new URL(request.url).pathname,
    signer: signer?.ownerId?.href ?? null,
    linked_data: ld,
    proof: "proof" in sent ? proven !== null : null,
  };
}
const LOADER = getDocumentLoader({ allowPrivateAddress: true });

// -- things, out of what the tests write -----------------------------------

// {"$": "Note", …} is made of its attributes, by Fedify's names for them.
function make(value) {
  if (Array.isArray(value)) return value.map(make);
  if (value === null || typeof value !== "object") return value;
  if ("$url" in value) return new URL(value.$url);
  if ("$time" in value) return Temporal.Instant.from(value.$time);
  if ("$lang" in value) return new vocab.LanguageString(value.text, value.$lang);
  const { $: kind, ...rest } = value;
  const made = Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, make(one)]));
  return kind === undefined ? made : new vocab[kind](made);
}

async function told(object) {
  return await object.toJsonLd({ format: "compact", contextLoader: LOADER });
}

// -- what the tests may ask for --------------------------------------------

const commands = {
  async send({ by, to, activity, scheme = "rfc9421", shared = false }) {
    const context = federations[scheme].createContext(new URL(origin), {});
    const recipients = [];
    for (const one of to) {
      const actor = await context.lookupObject(one);
      if (!vocab.isActor(actor)) throw new Error(`${one} is no actor`);
      recipients.push(actor);
    }
    await context.sendActivity({ identifier: by }, recipients, make(activity), { preferSharedInbox: shared });
    return {};
  },
  async keep({ objects }) {
    for (const one of objects.map(make)) kept.set(one.id.pathname, one);
    return {};
  },
  async forget({ uri }) {
    kept.delete(new URL(uri).pathname);
    gone.add(new URL(uri).pathname);
    return {};
  },
  async describe({ name, attributes }) {
    more.set(name, make(attributes));
    return {};
  },
  async feature({ name, objects }) {
    featured.set(name, objects.map(make));
    return {};
  },
  async refuse_all_but({ scheme }) {
    onlyScheme = scheme;
    return {};
  },
  async received({ after }) {
    return received.slice(after);
  },
  async look_up({ what, by }) {
    const context = federations.rfc9421.createContext(new URL(origin), {});
    const documentLoader = by ? await context.getDocumentLoader({ identifier: by }) : LOADER;
    const found = await context.lookupObject(what, { documentLoader });
    return found === null ? null : { type: found.constructor.name, read: await told(found) };
  },
  async verify({ document }) {
    const loaders = { contextLoader: LOADER, documentLoader: LOADER };
    return (await verifyObject(vocab.Object, document, loaders)) !== null;
  },
  async collection({ uri }) {
    const context = federations.rfc9421.createContext(new URL(origin), {});
    const items = [];
    for await (const one of context.traverseCollection(await context.lookupObject(uri))) {
      items.push({ type: one.constructor.name, id: one.id?.href ?? null });
    }
    return items;
  },
  async web_finger({ what }) {
    return await federations.rfc9421.createContext(new URL(origin), {}).lookupWebFinger(new URL(what));
  },
  async node_info({ document }) {
    return parseNodeInfo(document);
  },
};

// -- listening -------------------------------------------------------------

async function read(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts);
}

async function serve(incoming, outgoing) {
  const body = incoming.method === "POST" ? await read(incoming) : undefined;
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
  }
  const given = await answer(new Request(`${origin}${incoming.url}`, { method: incoming.method, headers, body }));
  outgoing.writeHead(given.status, Object.fromEntries(given.headers));
  outgoing.end(Buffer.from(await given.arrayBuffer()));
}

async function control(incoming, outgoing) {
  const command = commands[incoming.url.slice(1)];
  const found = await command(JSON.parse((await read(incoming)).toString()));
  outgoing.writeHead(200, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(found ?? null));
}

function listening(handle) {
  const server = createServer((incoming, outgoing) =>
    handle(incoming, outgoing).catch((error) => {
      outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end(String(error?.stack ?? error));
    }),
  );
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
}

const port = await listening(serve);
const origin = `http://localhost:${port}`;
console.log(JSON.stringify({ port, control: await listening(control) }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0)); // whoever started it is gone
