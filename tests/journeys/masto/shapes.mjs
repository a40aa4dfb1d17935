// What masto's types promise of each entity, read out of its declarations, and answers held to it.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.join(path.dirname(fileURLToPath(import.meta.resolve("masto"))), "mastodon", "entities");
const declared = new Map();

for (const [place, prefix] of [["v1", ""], ["v1/admin", "admin."], ["v2", "v2."]]) {
  for (const file of readdirSync(path.join(folder, place)).filter((one) => one.endsWith(".d.ts"))) {
    const text = readFileSync(path.join(folder, place, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
    const theirs = [...text.matchAll(/import \{ ([^}]+) \} from "\.\.\/v2\//g)].flatMap(([, names]) => names.match(/\w+(?=,|$)/g));
    for (const [, name, parents, body] of text.matchAll(/interface ([\w$]+)(?:<[^>]*>)?(?: extends ([^{]+))? \{\n([\s\S]*?)\n\}/g)) {
      const fields = [...body.matchAll(/^ {4}(?:readonly )?(\w+)(\??): (.+);$/gm)];
      declared.set(prefix + name, {
        prefix,
        theirs: new Set(theirs),
        parents: (parents ?? "").split(",").map((one) => one.trim()).filter(Boolean),
        fields: fields.map(([, field, mark, type]) => ({ field, isOptional: mark === "?", type })),
      });
    }
  }
}

const basic = { string: "string", number: "number", boolean: "boolean" };

// What is wrong with a value that should be of a type; the rest is where the type's name was said.
export function faults(type, value, where = type, { prefix, theirs } = { prefix: "", theirs: new Set() }) {
  const here = { prefix, theirs };
  const kinds = type.split("|").map((one) => one.trim());
  if (kinds.length > 1) {
    const found = kinds.map((one) => faults(one, value, where, here));
    return found.some((one) => one.length === 0) ? [] : found.at(0);
  }
  if (type === "null" || type === "undefined") {
    return value === null || value === undefined ? [] : [`${where} is not ${type}`];
  }
  if (type.endsWith("[]")) {
    if (!Array.isArray(value)) return [`${where} is no list`];
    return value.flatMap((one) => faults(type.slice(0, -2), one, `${where}[]`, here));
  }
  if (type in basic) return typeof value === basic[type] ? [] : [`${where} is ${JSON.stringify(value)}, not a ${type}`];
  const name = [theirs.has(type) ? `v2.${type}` : "", prefix + type, type].find((one) => declared.has(one)) ?? type;
  const shape = declared.get(name);
  if (shape === undefined) return []; // an alias, such as a word among several
  if (typeof value !== "object" || value === null) return [`${where} is ${JSON.stringify(value)}, not a ${type}`];
  seen.add(name);
  return [
    ...shape.parents.flatMap((one) => faults(one, value, where, shape)),
    ...shape.fields.flatMap(({ field, isOptional, type: wanted }) => {
      if (value[field] === undefined || (isOptional && value[field] === null)) {
        return isOptional ? [] : [`${name}.${field} is missing`];
      }
      return faults(wanted, value[field], `${name}.${field}`, shape);
    }),
  ];
}

export const seen = new Set();
