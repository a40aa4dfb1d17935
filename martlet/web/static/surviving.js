// A second copy of drafts (IndexedDB): browsers write localStorage to disk only seconds later, and lose it when they are killed.
const DATABASE = "martlet.drafts", DRAFTS = "drafts";

function within(act) {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore(DRAFTS, { keyPath: "name" }));
    asked.addEventListener("error", () => failed(asked.error));
    asked.addEventListener("success", () => {
      const run = asked.result.transaction(DRAFTS, "readwrite", { durability: "strict" });
      const found = act(run.objectStore(DRAFTS));
      run.addEventListener("complete", () => done(found.result));
      run.addEventListener("abort", () => failed(run.error));
      asked.result.close();
    });
  });
}

// Once it is on disk. These never fail: where the browser has no such place, the first copy is all there is.
export const copy = (name, text) => within((all) => all.put({ name, text })).catch(() => {});
export const forgetCopy = (name) => within((all) => all.delete(name)).catch(() => {});
export const copies = () => within((all) => all.getAll()).catch(() => []);
