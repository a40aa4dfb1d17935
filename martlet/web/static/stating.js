// What a root key is asked to sign, line by line in plain words. The page signs what was shown and agreed to, and nothing else:
// a key or an address that the last signed statement does not have has to be agreed to, unless this browser made it itself.
const FIELDS = new Set(["type", "subject", "alsoKnownAs", "sequence", "updated", "assertionMethod", "revoked", "gateways", "formerly"]);
const KEY = new Set(["id", "publicKeyMultibase", "created"]), GONE = new Set(["id", "publicKeyMultibase", "after"]);
const LEAP = 1000, DAY = 86_400_000;

const all = (value) => (Array.isArray(value) ? value : []);
const isText = (value) => typeof value === "string";
const hasOnly = (value, names) => value !== null && typeof value === "object" && Object.entries(value).every(([name, one]) => names.has(name) && isText(one));
const isDevice = (one, actor) => one.id.startsWith(`${actor}#device-`);
const alike = (one, other) => JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

// Whether it can be meant at all, whoever proposes it. `last`: what was signed before, null at first.
export function isInOrder(said, did, actor, last) {
  const { assertionMethod: keys, revoked = [], gateways = [], formerly = [], sequence, updated } = said;
  const before = last?.sequence ?? 0, isNewName = Boolean(last) && last.alsoKnownAs !== actor;
  const isHere = Object.keys(said).every((name) => FIELDS.has(name)) && said.subject === did && said.alsoKnownAs === actor;
  const isNext = sequence > before && sequence <= before + LEAP && Math.abs(Date.parse(updated) - Date.now()) < DAY;
  if (!isHere || !isNext || ![keys, revoked, gateways, formerly].every(Array.isArray)) return false;
  if (!keys.every((one) => hasOnly(one, KEY) && one.id?.startsWith(`${actor}#`)) || !revoked.every((one) => hasOnly(one, GONE))) return false;
  if (![...gateways, ...formerly].every(isText) || gateways[0] !== new URL(actor).origin) return false;
  const keeps = all(last?.revoked).every((one) => revoked.some((other) => alike(one, other)));
  const isKnown = formerly.every((one) => isNewName ? one === last.alsoKnownAs || all(last.formerly).includes(one) : all(last?.formerly).includes(one));
  return keeps && isKnown && keys.filter((one) => !isDevice(one, actor)).length === 1;
}

// `own`: the key of this browser. Each line: what kind it is, what it is about, and whether it has to be agreed to.
export function linesOf(said, actor, last, own) {
  const before = new Set([...all(last?.assertionMethod), ...all(last?.revoked)].map((one) => one.publicKeyMultibase));
  const places = new Set(all(last?.gateways));
  const keys = said.assertionMethod.map(({ id, publicKeyMultibase: key }) => {
    const kind = isDevice({ id }, actor) ? "device" : "server";
    return { kind, key, isNew: !before.has(key) && key !== own && Boolean(last || kind === "device"), isOwn: key === own };
  });
  const gone = all(said.revoked).map(({ publicKeyMultibase: key, after }) => {
    const isSaid = all(last?.revoked).some((one) => one.publicKeyMultibase === key);
    return { kind: "revoked", key, at: Date.parse(after), isNew: !isSaid };
  });
  const [home, ...mirrors] = said.gateways;
  return [
    { kind: "number", about: String(said.sequence) },
    { kind: "name", about: said.alsoKnownAs },
    ...all(said.formerly).map((about) => ({ kind: "formerly", about })),
    ...keys,
    { kind: "home", about: home },
    ...mirrors.map((about) => ({ kind: "mirror", about, isNew: !places.has(about) })),
    ...[...places].filter((one) => !said.gateways.includes(one)).map((about) => ({ kind: "left", about, isNew: true })),
    ...gone,
  ];
}
