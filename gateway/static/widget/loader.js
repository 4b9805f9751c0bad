// One tag on any page puts Kith in its corner: <script src="https://clinic.example/widget/loader.js" async></script>
// It makes a button and a frame on our origin. The page it stands on sees nothing of what is said.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || document.getElementById("kith-widget")) return;
  const origin = new URL(script.src).origin;
  const label = script.dataset.label || "Message us";
  const OPEN = "kith-open";

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    .launch { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; display: flex; align-items: center; gap: 9px;
      min-height: 54px; padding: 0 22px 0 18px; border: 0; border-radius: 27px; background: #0d6560; color: #fff; cursor: pointer;
      font: 600 17px/1 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif;
      box-shadow: 0 6px 22px rgb(0 0 0 / 24%); }
    .launch:hover { background: #0a504c; }
    .launch:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #0d6560; }
    .launch svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2.4; stroke-linecap: round; stroke-linejoin: round; }
    .count { min-width: 24px; padding: 5px 7px; border-radius: 12px; background: #fff; color: #0d6560; font-size: 14px; text-align: center; }
    .panel { position: fixed; right: 20px; bottom: 88px; z-index: 2147483001; width: min(400px, calc(100vw - 40px));
      height: min(640px, calc(100vh - 108px)); border-radius: 18px; overflow: hidden; background: #fffefb;
      border: 1px solid #d8d2c4; box-shadow: 0 18px 60px rgb(0 0 0 / 28%); }
    .panel[hidden], .count[hidden] { display: none; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    @media (max-width: 520px), (max-height: 480px) {
      .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
    }
    @media (prefers-reduced-motion: no-preference) {
      .panel { animation: rise .16s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
    }
    @media (forced-colors: active) { .launch, .panel { border: 2px solid ButtonText; } }
    @media print { .launch, .panel { display: none; } }`;

  const remember = (open) => {
    try { sessionStorage.setItem(OPEN, open ? "1" : ""); } catch { /* storage may be blocked: nothing is lost */ }
  };
  const wasOpen = () => {
    try { return sessionStorage.getItem(OPEN) === "1"; } catch { return false; }
  };

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const drawing = () => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 32 32");
    svg.setAttribute("aria-hidden", "true");
    for (const d of ["M4 15a9 9 0 0 1 18 0c0 5-4 8-9 8l-5 4v-5.2C5.6 20.3 4 18 4 15z", "M25 13.2a6 6 0 0 1 0 9.3V27l-4.2-3.2"]) {
      const path = document.createElementNS(space, "path");
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  };

  const build = () => {
    const host = make("div", { id: "kith-widget" });
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet]; // needs no exception in the page's own policy

    const count = make("span", { class: "count", hidden: "", "aria-hidden": "true" });
    const button = make("button", { class: "launch", type: "button", "aria-expanded": "false" }, drawing(), label, count);
    const panel = make("div", { class: "panel", role: "dialog", "aria-label": "Chat with Kith", hidden: "" });
    root.append(button, panel);
    let frame = null;
    let wantsFocus = false;

    const tell = (what) => frame.contentWindow.postMessage({ kith: what }, origin);

    const open = (focus) => {
      panel.hidden = false;
      button.setAttribute("aria-expanded", "true");
      wantsFocus = focus;
      if (!frame) {
        frame = make("iframe", { title: "Chat with Kith", src: `${origin}/widget/frame`, referrerpolicy: "no-referrer" });
        panel.append(frame);
      } else tell(focus ? "focus" : "shown");
      remember(true);
    };

    const close = () => {
      panel.hidden = true;
      button.setAttribute("aria-expanded", "false");
      if (frame) tell("hidden");
      remember(false);
      button.focus();
    };

    const unread = (number) => {
      count.hidden = !number;
      count.textContent = number || "";
      if (number) button.setAttribute("aria-label", `${label}, ${number} new ${number === 1 ? "message" : "messages"}`);
      else button.removeAttribute("aria-label");
    };

    button.addEventListener("click", () => (panel.hidden ? open(true) : close()));
    root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
    window.addEventListener("message", (event) => {
      if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
      const { kith, unread: number } = event.data || {};
      if (kith === "ready") tell(wantsFocus ? "focus" : "shown");
      if (kith === "close" && !panel.hidden) close();
      if (kith === "unread") unread(Number(number) || 0);
    });

    document.body.append(host);
    if (wasOpen()) open(false); // a reload takes nobody's place in the page
  };

  if (document.body) build();
  else document.addEventListener("DOMContentLoaded", build);
})();
