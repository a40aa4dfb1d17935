// The one place where HTML of this server becomes part of a page (Trusted Types policy "martlet", web/guarding.py).
// Every module that puts HTML into a page gets it from `parse`; htmx is given the same policy.
const WORKER = "/service-worker.js";
const asIs = {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url !== WORKER) throw new TypeError(url);
    return url;
  },
};
const policy = globalThis.trustedTypes?.createPolicy("martlet", asIs) ?? asIs;

globalThis.htmx?.registerExtension("martlet", { init: (inside) => inside.initSecurity(policy) });

// The one address that may become a worker.
export const worker = policy.createScriptURL(WORKER);

export const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");
