// HTML of strangers, shown without ever being parsed as HTML: its text, and a few elements without any attribute but a link's
// address, made one by one. Whatever else is in it is left out, with its content where that is no text.
const KEPT = new Set(["P", "BR", "A", "EM", "STRONG", "B", "I", "U", "DEL", "CODE", "PRE", "BLOCKQUOTE", "UL", "OL", "LI", "SPAN"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "NOSCRIPT", "TITLE", "TEXTAREA", "SELECT", "SVG", "MATH", "HEAD", "AUDIO", "VIDEO"]);
const CALLED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
const LONGEST = 60_000, LONGEST_TAG = 2048, DEEPEST = 20;
const HREF = /\shref\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})')/i;

const plain = (said) =>
  said.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, number, digits, name) => {
    if (name) return CALLED[name.toLowerCase()] ?? whole;
    const code = number ? Number(number) : parseInt(digits, 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : "";
  });

function tagAt(html, at) {
  let quote = "";
  const most = Math.min(html.length, at + LONGEST_TAG);
  for (let n = at + 1; n < most; n += 1) {
    const letter = html[n];
    if (quote) quote = letter === quote ? "" : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === ">") return html.slice(at, n + 1);
  }
  return "";
}

function link(tag) {
  const [, one, other] = HREF.exec(tag) ?? [];
  const said = plain(one ?? other ?? "");
  if (!URL.canParse(said)) return "";
  const { protocol, href } = new URL(said);
  return /^https?:$/.test(protocol) ? href : "";
}

export function showForeign(said, into) {
  const html = said.slice(0, LONGEST), open = [into];
  let at = 0, dropping = "";
  const put = (words) => {
    if (words && !dropping) open.at(-1).append(plain(words));
  };
  while (at < html.length) {
    const begin = html.indexOf("<", at);
    put(html.slice(at, begin < 0 ? html.length : begin));
    if (begin < 0) break;
    if (html.startsWith("<!--", begin)) {
      const stop = html.indexOf("-->", begin);
      at = stop < 0 ? html.length : stop + 3;
      continue;
    }
    const tag = tagAt(html, begin);
    const [, slash, word] = /^<(\/?)([a-z][a-z0-9]{0,15})[\s/>]/i.exec(tag) ?? [];
    if (!word) {
      put("<");
      at = begin + 1;
      continue;
    }
    at = begin + tag.length;
    const name = word.toUpperCase();
    if (dropping) dropping = slash && name === dropping ? "" : dropping;
    else if (DROPPED.has(name)) dropping = slash || tag.endsWith("/>") ? "" : name;
    else if (KEPT.has(name)) element(name, slash, tag, open);
  }
}

function element(name, slash, tag, open) {
  if (slash) {
    const last = open.findLastIndex((one, n) => n > 0 && one.tagName === name);
    if (last > 0) open.length = last;
    return;
  }
  if (open.length > DEEPEST) return;
  const made = document.createElement(name);
  if (name === "A") {
    const address = link(tag);
    if (address) made.href = address;
    made.rel = "nofollow noopener noreferrer";
    made.target = "_blank";
  }
  open.at(-1).append(made);
  if (name !== "BR") open.push(made);
}

// The same as plain text.
export function plainly(said) {
  const box = document.createElement("div");
  showForeign(String(said), box);
  return box.textContent;
}
