// Passkeys: forms with data-passkey are shown where the browser knows how, and sent once the device has answered.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};
const named = (known) => (known ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const asked = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
      },
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: named(options.allowCredentials),
      },
    }),
};

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function said(credential) {
  const response = {};
  for (const part of PARTS) if (credential.response[part]) response[part] = text(credential.response[part]);
  const id = text(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response, clientExtensionResults: {} });
}

async function answer(event) {
  const form = event.target;
  if (form.elements.credential.value) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const fault = form.querySelector("[role=alert]");
  button.disabled = true;
  fault.hidden = true;
  try {
    form.elements.credential.value = said(await asked[form.dataset.passkey](JSON.parse(form.dataset.options)));
    form.submit();
  } catch {
    button.disabled = false;
    fault.hidden = false;
    button.focus();
  }
}

if (globalThis.PublicKeyCredential && navigator.credentials) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", answer);
  }
  for (const one of document.querySelectorAll("[data-passkey-none]")) one.hidden = true;
}
