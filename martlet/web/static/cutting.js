// A picture is cut before it is sent: by dragging over it, or by its four edges, which the keyboard moves as well.
const dialog = document.querySelector("#cut");
const canvas = dialog.querySelector("canvas");
const pen = canvas.getContext("2d");
const edges = Object.fromEntries([...dialog.querySelectorAll("input")].map((one) => [one.name, one]));
const WIDEST = 1200;
const LEAST = 2;
let picture = null;
let turns = 0;
let made = null;
let begun = null;

const size = () => (turns % 2 ? [picture.height, picture.width] : [picture.width, picture.height]);

function part() {
  const [left, right] = [Number(edges.left.value), Number(edges.right.value)].sort((a, b) => a - b);
  const [top, bottom] = [Number(edges.top.value), Number(edges.bottom.value)].sort((a, b) => a - b);
  return { left, top, width: Math.max(LEAST, right - left), height: Math.max(LEAST, bottom - top) };
}

function turned(context, wide, high) {
  context.translate(wide / 2, high / 2);
  context.rotate((turns * Math.PI) / 2);
  const [w, h] = turns % 2 ? [high, wide] : [wide, high];
  context.drawImage(picture, -w / 2, -h / 2, w, h);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

function draw() {
  const [wide, high] = size();
  const scale = Math.min(1, WIDEST / Math.max(wide, high));
  canvas.width = Math.round(wide * scale);
  canvas.height = Math.round(high * scale);
  turned(pen, canvas.width, canvas.height);
  const { left, top, width, height } = part();
  const [x, y] = [(left / 100) * canvas.width, (top / 100) * canvas.height];
  const [w, h] = [(width / 100) * canvas.width, (height / 100) * canvas.height];
  pen.fillStyle = "rgb(0 0 0 / .6)";
  pen.fillRect(0, 0, canvas.width, y);
  pen.fillRect(0, y + h, canvas.width, canvas.height - y - h);
  pen.fillRect(0, y, x, h);
  pen.fillRect(x + w, y, canvas.width - x - w, h);
  pen.strokeStyle = "#fff";
  pen.lineWidth = Math.max(2, canvas.width / 300);
  pen.strokeRect(x, y, w, h);
}

function whole() {
  edges.left.value = edges.top.value = 0;
  edges.right.value = edges.bottom.value = 100;
}

function at(event) {
  const box = canvas.getBoundingClientRect();
  const within = (value) => Math.round(Math.max(0, Math.min(100, value)));
  return [
    within(((event.clientX - box.left) / box.width) * 100),
    within(((event.clientY - box.top) / box.height) * 100),
  ];
}

canvas.addEventListener("pointerdown", (event) => {
  begun = at(event);
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (!begun) return;
  const [x, y] = at(event);
  edges.left.value = Math.min(begun[0], x);
  edges.right.value = Math.max(begun[0], x);
  edges.top.value = Math.min(begun[1], y);
  edges.bottom.value = Math.max(begun[1], y);
  draw();
});
canvas.addEventListener("pointerup", () => (begun = null));
for (const edge of Object.values(edges)) edge.addEventListener("input", draw);

dialog.querySelector("[data-rotate]").addEventListener("click", () => {
  turns = (turns + 1) % 4;
  whole();
  draw();
});
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-cut]").addEventListener("click", async () => {
  const [wide, high] = size();
  const all = document.createElement("canvas");
  [all.width, all.height] = [wide, high];
  turned(all.getContext("2d"), wide, high);
  const { left, top, width, height } = part();
  const kept = document.createElement("canvas");
  kept.width = Math.max(1, Math.round((width / 100) * wide));
  kept.height = Math.max(1, Math.round((height / 100) * high));
  kept.getContext("2d").drawImage(all, -Math.round((left / 100) * wide), -Math.round((top / 100) * high));
  const blob = await new Promise((done) => kept.toBlob(done, "image/webp", 0.92));
  made = blob && new File([blob], "cut", { type: blob.type });
  dialog.close();
});

// The picture as it was cut, or nothing.
export async function cut(address) {
  try {
    const answer = await fetch(address);
    picture = await createImageBitmap(await answer.blob());
  } catch {
    return null;
  }
  made = null;
  turns = 0;
  whole();
  dialog.showModal();
  draw();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  return made;
}
