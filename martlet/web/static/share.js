// A link goes to the device's own share sheet, or is copied where there is none; a file goes there where the sheet takes files.
const canShare = Boolean(navigator.share), canCopy = Boolean(navigator.clipboard);

const told = document.createElement("p");
told.className = "vh";
told.setAttribute("role", "status");
document.body.append(told);

function say(link, words) {
  link.querySelector("[data-word]").textContent = words;
  told.textContent = words;
}

// Parts of a page may be put there anew.
export function enliven() {
  for (const link of document.querySelectorAll("[data-share]")) {
    if (canShare || canCopy) link.querySelector("[data-word]").textContent = canShare ? link.dataset.sheet : link.dataset.copy;
    else (link.closest("li") ?? link).hidden = true;
  }
  for (const button of document.querySelectorAll("[data-share-file][hidden]")) offer(button);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-share]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !(canShare || canCopy)) return;
  event.preventDefault();
  send(link).catch((error) => {
    if (error.name !== "AbortError") location.assign(link.href); // they did not want to after all
  });
});

async function send(link) {
  const what = { title: link.dataset.share, url: link.href };
  if (canShare && (navigator.canShare?.(what) ?? true)) await navigator.share(what);
  else {
    await navigator.clipboard.writeText(link.href);
    say(link, link.dataset.copied);
  }
}

function offer(button) {
  const { type, name } = button.dataset;
  if (!navigator.canShare?.({ files: [new File([], name, { type })] })) return;
  button.hidden = false;
  let file;
  button.addEventListener("click", async () => {
    try {
      file ??= await fetched(button.dataset.shareFile, name, type);
      await navigator.share({ files: [file] });
    } catch (error) {
      if (error.name === "NotAllowedError") say(button, button.dataset.ready); // it took longer than a press lasts
      else if (error.name !== "AbortError") say(button, button.dataset.failed);
    }
  });
}

async function fetched(address, name, type) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new File([await answer.blob()], name, { type });
}

document.addEventListener("htmx:after:settle", enliven);
enliven();
