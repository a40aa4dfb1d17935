// Proofs by the thousand, without a network: one JSON object at standard input, one answer at standard output.
//
//     {"actors": {uri: actor document}, "verify": [document, …]}    → [true, false, …]
//     the same with "linked": true: by their linked-data signatures
//     {"key": JWK, "key_id": …, "sign": [activity, …]}              → the same as Fedify would send them

import { createFederation, importJwk, MemoryKvStore, verifyJsonLd, verifyObject } from "@fedify/fedify";
import { Activity, Object as Thing } from "@fedify/vocab";
import { preloadedContexts } from "@fedify/vocab-runtime";

// Contexts are those that Fedify carries: nothing may be fetched.
const contextLoader = async (url) => {
  if (!(url in preloadedContexts)) throw new Error(`A context that is not there: ${url}`);
  return { contextUrl: null, documentUrl: url, document: preloadedContexts[url] };
};

async function verify({ actors, verify: documents, linked = false }) {
  const documentLoader = async (url) => ({
    contextUrl: null,
    documentUrl: url,
    document: actors[url.split("#")[0]],
  });
  const known = new Map();
  const keyCache = {
    get: async (id) => known.get(id.href),
    set: async (id, key) => void known.set(id.href, key),
  };
  const found = [];
  for (const document of documents) {
    const loaders = { contextLoader, documentLoader, keyCache };
    const verified = linked ? verifyJsonLd(document, loaders) : verifyObject(Thing, document, loaders);
    found.push(await verified.then((result) => Boolean(result)).catch(() => false));
  }
  return found;
}

// All the way that an activity goes but for the last step: what would be sent is taken from the queue.
async function sign({ sign: documents, key, key_id }) {
  const sent = [];
  const federation = createFederation({
    kv: new MemoryKvStore(),
    contextLoaderFactory: () => contextLoader,
    queue: { enqueue: async (message) => void sent.push(message.activity), listen: async () => {} },
    manuallyStartQueue: true,
  });
  const pair = { keyId: new URL(key_id), privateKey: await importJwk(key, "private") };
  const context = federation.createContext(new URL(new URL(key_id).origin), {});
  const inbox = { id: new URL("https://reader.example/"), inboxId: new URL("https://reader.example/inbox") };
  for (const document of documents) {
    const activity = await Activity.fromJsonLd(document, { contextLoader });
    await context.sendActivity(pair, inbox, activity);
  }
  return sent;
}

const parts = [];
for await (const part of process.stdin) parts.push(part);
const asked = JSON.parse(Buffer.concat(parts).toString());
process.stdout.write(JSON.stringify(await ("sign" in asked ? sign(asked) : verify(asked))));
