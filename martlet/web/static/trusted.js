// The one place where HTML of this server becomes part of a page (Trusted Types policy "martlet", web/guarding.py).
// Every module that puts HTML into a page gets it from `parse`; htmx is given the same policy.
const asIs = { createHTML: (html) => html };
const policy = globalThis.trustedTypes?.createPolicy("martlet", asIs) ?? asIs;

globalThis.htmx?.registerExtension("martlet", { init: (inside) => inside.initSecurity(policy) });

export const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");
