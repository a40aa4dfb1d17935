// Pictures go to an album some at a time, through the same forms as without script, and it is said how far it is.
import { fill } from "./saying.js";
import { parse } from "./trusted.js";

const AT_ONCE = 5;
const REFUSED = 422;
const TOO_OFTEN = 429;

const part = document.querySelector("[data-batches]");
const form = part.closest("form");
const input = part.querySelector("input");
const going = form.querySelector("[data-going-up]");
const [bar, line] = going.children;
let edit = form.getAttribute("action") ?? "";

function tell(sentence, n, total) {
  bar.max = total;
  bar.value = n;
  line.textContent = fill(sentence, { n, total });
}

async function ask(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok && ![REFUSED, TOO_OFTEN].includes(answer.status)) throw new Error(`${answer.status}`);
  return { answer, page: parse(await answer.text()) };
}

const formIn = (page) => page.querySelector("[data-arrange]");

// The first form is the one of this page, with all that was typed; the others are the album's own, as it is then.
async function bring(files) {
  let faults = null;
  for (let n = 0; n < files.length; n += AT_ONCE) {
    tell(part.dataset.far, n, files.length);
    const body = new FormData(n ? formIn((await ask(edit)).page) : form);
    body.delete("files[]");
    for (const file of files.slice(n, n + AT_ONCE)) body.append("files[]", file, file.name);
    const { answer, page } = await ask(edit || location.href, { method: "POST", body });
    if (answer.ok) {
      edit = `${new URL(answer.url).pathname}/edit`;
      continue;
    }
    const said = page.querySelector(".say.bad");
    if (faults) addTo(faults, said);
    else faults = said;
    edit = formIn(page).getAttribute("action") ?? "";
    if (!edit || answer.status === TOO_OFTEN) break;
  }
  if (faults) await show(faults);
  else location.assign(`${edit.replace(/\/edit$/, "")}?done=saved`);
}

// Each fault once; how many there are is said no more.
function addTo(faults, said) {
  const known = [...faults.querySelectorAll("li")].map((one) => one.textContent);
  const others = [...said.querySelectorAll("li")].filter((one) => !known.includes(one.textContent));
  faults.querySelector("ul").append(...others);
  if (others.length) faults.querySelector("h2")?.remove();
}

// The album as it is, and what of the pictures was no good; or the same form, where the album itself was not.
async function show(faults) {
  const before = edit ? (await ask(edit)).page.querySelector("main") : document.querySelector("main");
  before.querySelector(".say.bad")?.remove();
  formIn(before).before(faults);
  if (!edit) {
    form.querySelector("button.go").disabled = false;
    going.hidden = true;
  } else document.querySelector("main").replaceWith(before);
  faults.tabIndex = -1;
  faults.focus();
}

part.querySelector(".help").textContent = part.dataset.help;

input.addEventListener("change", () => {
  const isTooMany = input.files.length > Number(part.dataset.most);
  input.setCustomValidity(isTooMany ? fill(part.dataset.full, { n: Number(part.dataset.most) }) : "");
  input.reportValidity();
});

form.addEventListener("submit", async (event) => {
  const files = [...input.files];
  if (files.length <= AT_ONCE) return;
  event.preventDefault();
  const button = form.querySelector("button.go");
  button.disabled = true;
  going.hidden = false;
  try {
    await bring(files);
  } catch {
    tell(part.dataset.failed, bar.value, files.length);
    if (edit) {
      form.action = edit;
      input.value = "";
      button.textContent = part.dataset.save;
    }
    button.disabled = false;
  }
});
