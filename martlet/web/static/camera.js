// The device's camera, front or back, in a window of its own. What is taken is a file like any other.
const dialog = document.querySelector("#camera");
const video = dialog.querySelector("video");
const trouble = dialog.querySelector("[data-trouble]");
const taken = [];
let stream = null;
let isFront = false;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.srcObject = null;
}

async function start() {
  stop();
  trouble.textContent = "";
  try {
    const facingMode = { ideal: isFront ? "user" : "environment" };
    const wanted = { facingMode, width: { ideal: 2560 }, height: { ideal: 1440 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    if (!dialog.open) {
      stop();
      return;
    }
    video.srcObject = stream;
    video.classList.toggle("mirror", isFront);
    await video.play();
  } catch {
    trouble.textContent = trouble.dataset.trouble;
  }
}

async function take() {
  if (!video.videoWidth) return;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  if (blob) taken.push(new File([blob], "camera.jpg", { type: blob.type }));
  dialog.close();
}

dialog.querySelector("[data-shoot]").addEventListener("click", take);
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-turn]").addEventListener("click", () => {
  isFront = !isFront;
  start();
});

export async function shoot() {
  taken.length = 0;
  dialog.showModal();
  start();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  stop();
  return [...taken];
}
