// Files go up as soon as they are chosen, pasted, dropped or taken, one after the other; each gets its place in the form.
import { parse } from "./trusted.js";
import { fill, say } from "./saying.js";

const LOOKS = 60;
const PAUSE = 3000;

function send(address, file, csrf, tell) {
  return new Promise((done, failed) => {
    const body = new FormData();
    body.set("csrf", csrf);
    body.set("file", file, file.name || "picture");
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) tell(event.loaded / event.total);
    });
    request.addEventListener("load", () => done(request));
    request.addEventListener("error", failed);
    request.addEventListener("timeout", failed);
    request.send(body);
  });
}

export function takeFiles(form) {
  const kept = form.querySelector("[data-kept]");
  const input = form.querySelector("#f-files");
  const csrf = form.elements.namedItem("csrf").value;
  const texts = kept.dataset;
  const queue = [];
  let working = null;

  const later = new Map();

  const files = {
    add,
    later,
    place,
    hasLater: () => kept.querySelector("[data-later]") !== null,
    isBusy: () => working !== null,
    settled: () => working ?? Promise.resolve(),
    bringBack,
  };

  function changed() {
    const all = [...kept.querySelectorAll("[data-file]")];
    for (const [n, one] of all.entries()) {
      for (const number of one.querySelectorAll("[data-n]")) number.textContent = ` (${n + 1})`;
      one.querySelector("button[value^=up-]").disabled = n === 0;
      one.querySelector("button[value^=down-]").disabled = n === all.length - 1;
      const cut = one.querySelector("[data-cut-this]");
      if (cut) cut.hidden = !one.dataset.original;
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function placeFor(file) {
    const line = document.createElement("li");
    line.className = "kept going";
    const name = document.createElement("span");
    name.textContent = fill(texts.uploading, { name: file.name });
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", name.textContent);
    line.append(name, bar);
    kept.append(line);
    return { line, bar };
  }

  function add(chosen, inPlaceOf = null) {
    const details = form.querySelector("[data-more-files]");
    if (details) details.open = true;
    for (const file of chosen) {
      if (kept.children.length >= Number(texts.most) && !inPlaceOf) {
        say(form, texts.full);
        break;
      }
      queue.push({ file, inPlaceOf, ...placeFor(file) });
    }
    working ??= work();
    return working;
  }

  async function work() {
    while (queue.length) await upload(queue.shift());
    working = null;
  }

  async function upload({ file, inPlaceOf, line, bar }) {
    try {
      const answer = await send(form.dataset.files, file, csrf, (part) => (bar.value = part));
      if (answer.status === 200) {
        const made = document.importNode(parse(answer.responseText).querySelector("[data-file]"), true);
        if (inPlaceOf) {
          made.querySelector("textarea").value = inPlaceOf.querySelector("textarea").value;
          inPlaceOf.replaceWith(made);
          line.remove();
        } else line.replaceWith(made);
        say(form, texts.uploaded);
        changed();
        watch(made);
        return;
      }
      const isOurs = [422, 429].includes(answer.status);
      const sentence = isOurs ? parse(answer.responseText).body.textContent : texts.failed;
      say(form, `${file.name}: ${sentence}`);
    } catch {
      const isPlaced = !inPlaceOf && place(`n${Date.now()}${later.size}`, file, file.name);
      say(form, `${file.name}: ${isPlaced ? texts.later : texts.failed}`);
    }
    line.remove();
  }

  // Without a line a file waits here, and goes to the outbox with the post.
  function place(name, file, called) {
    const pattern = form.querySelector("template[data-later-file]");
    if (!pattern) return false;
    const line = pattern.content.firstElementChild.cloneNode(true);
    for (const one of [line, ...line.querySelectorAll("*")]) {
      for (const { name: which, value } of [...one.attributes]) {
        if (value.includes("FILE")) one.setAttribute(which, value.replace("FILE", name));
      }
    }
    line.querySelector("[data-name]").textContent = called;
    line.querySelector("[data-said]").name = `said-${name}`;
    later.set(name, file);
    kept.append(line);
    const details = form.querySelector("[data-more-files]");
    if (details) details.open = true;
    changed();
    return true;
  }

  // A film or a sound is made ready after it came.
  async function watch(line) {
    for (let n = 0; n < LOOKS && line.isConnected && "waiting" in line.dataset; n++) {
      await new Promise((done) => setTimeout(done, PAUSE));
      const found = await bring(line.dataset.file);
      if (!found || "waiting" in found.dataset) continue;
      delete line.dataset.waiting;
      line.querySelector(".shot").replaceWith(found.querySelector(".shot"));
      line.querySelector(".help").replaceWith(found.querySelector(".help"));
    }
  }

  async function bring(id) {
    try {
      const answer = await fetch(`${form.dataset.files}/${id}`);
      const found = answer.ok ? parse(await answer.text()).querySelector("[data-file]") : null;
      return found && document.importNode(found, true);
    } catch {
      return null;
    }
  }

  async function bringBack(ids) {
    for (const id of ids) {
      const found = kept.querySelector(`[data-file="${id}"]`) ? null : await bring(id);
      if (found) kept.append(found);
    }
    changed();
  }

  kept.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    const line = event.target.closest("[data-file]");
    if (!line) return;
    if (!button) {
      aim(line, event);
      return;
    }
    event.preventDefault();
    if (button.matches("[data-cut-this]")) {
      const { cut } = await import("./cutting.js");
      const made = await cut(line.dataset.original);
      if (made) add([made], line);
      return;
    }
    const act = button.value.split("-")[0];
    if (act === "off") {
      (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("textarea")?.focus();
      line.remove();
      say(form, texts.off);
    } else {
      if (act === "up") line.previousElementSibling?.before(line);
      else line.nextElementSibling?.after(line);
      say(form, fill(texts.moved, { n: [...kept.children].indexOf(line) + 1 }));
    }
    changed();
    if (line.isConnected) (button.disabled ? line.querySelector("textarea") : button).focus();
  });

  // Pressing on a picture says what has to stay in sight.
  function aim(line, event) {
    const picture = event.target.closest(".shot img");
    const select = line.querySelector("[data-focus]");
    if (!picture || !select) return;
    const box = picture.getBoundingClientRect();
    const [wide, high] = [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];
    const scale = Math.max(box.width / wide, box.height / high);
    const place = getComputedStyle(picture).objectPosition.split(" ").map((one) => parseFloat(one) / 100);
    const across = ((event.clientX - box.left) + (wide * scale - box.width) * place[0]) / (wide * scale);
    const down = ((event.clientY - box.top) + (high * scale - box.height) * place[1]) / (high * scale);
    const [x, y] = [across * 2 - 1, 1 - down * 2].map((one) => Math.max(-1, Math.min(1, one)));
    const option = select.querySelector("option");
    option.value = `${x.toFixed(2)},${y.toFixed(2)}`;
    select.value = option.value;
    show(line);
  }

  function show(line) {
    const picture = line.querySelector(".shot img");
    const [x, y] = line.querySelector("[data-focus]").value.split(",").map(Number);
    if (picture) picture.className = `fx${Math.round((x + 1) * 2)} fy${Math.round((1 - y) * 2)}`;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  kept.addEventListener("change", (event) => {
    if (event.target.matches("[data-focus]") && event.isTrusted) show(event.target.closest("[data-file]"));
  });

  input?.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  form.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (!pasted.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    add(pasted);
  });
  const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  form.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    form.classList.remove("over");
    add([...event.dataTransfer.files]);
  });

  const camera = form.querySelector("[data-camera]");
  if (camera && navigator.mediaDevices?.getUserMedia) {
    camera.hidden = false;
    camera.addEventListener("click", async (event) => {
      event.preventDefault();
      const { shoot } = await import("./camera.js");
      const taken = await shoot();
      if (taken.length) add(taken);
      camera.focus();
    });
  } else if (camera) form.querySelector("#f-camera").closest("[data-unscripted]").hidden = false;
  changed();
  for (const line of kept.querySelectorAll("[data-waiting]")) watch(line);
  return files;
}
