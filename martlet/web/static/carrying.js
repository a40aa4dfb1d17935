// Files with posts: dropped anywhere on the page, and sent with a bar that tells how far it is.
import { parse } from "./trusted.js";

const form = document.querySelector("form[data-carrying]");

if (form) {
  const input = form.elements.namedItem("file");
  const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => {
    if (brings(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!brings(event) || !event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

function send() {
  const request = new XMLHttpRequest(), bar = document.createElement("progress"), button = form.querySelector("button");
  bar.setAttribute("aria-label", button.textContent);
  button.disabled = true;
  button.after(bar);
  const failed = () => {
    bar.remove();
    button.disabled = false;
    const line = document.createElement("p");
    line.className = "err";
    line.setAttribute("role", "alert");
    line.textContent = form.dataset.failed;
    button.after(line);
  };
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("error", failed);
  request.addEventListener("load", () => {
    if (request.status < 400) location.assign(request.responseURL);
    else if (request.status < 500) document.querySelector("main").replaceWith(parse(request.responseText).querySelector("main"));
    else failed();
  });
  request.send(new FormData(form));
}
