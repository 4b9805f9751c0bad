// Keeps the open page true without taking it out of a person's hands: fetches a fragment, says quietly that
// it did, and keeps the focus and the place. Everything works without it.
"use strict";

(() => {
  const minutes = (since) => Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 60000));

  const waited = (since) => {
    const count = minutes(since);
    if (count < 1) return "just now";
    if (count < 60) return `${count} min`;
    if (count >= 48 * 60) return `${Math.floor(count / 1440)} days`;
    const hours = Math.floor(count / 60);
    return count % 60 && hours < 10 ? `${hours} h ${count % 60} min` : `${hours} h`;
  };

  const tick = () => {
    for (const each of document.querySelectorAll("time[data-wait]")) {
      each.textContent = waited(each.dateTime);
    }
  };

  const LOST = "The connection is lost. What you see may be old.";

  const sayFresh = (words) => {
    const place = document.querySelector("[data-fresh]");
    if (place && place.textContent !== words) place.textContent = words;
  };

  const sayRead = (what) => {
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    sayFresh(`${what} at ${time}. ${document.querySelector("[data-fresh]")?.dataset.fresh ?? ""}`);
  };

  const isLost = () => document.querySelector("[data-fresh]")?.textContent === LOST;

  // A new flag, a page, the conversation handed back: said, but never put in under somebody's hands.
  const sayChanged = (box, answer) => {
    const place = document.querySelector("[data-changed]"), around = answer.headers.get("Kith-Around");
    if (!place || !around || around === box.dataset.around || place.firstChild) return;
    place.append(document.getElementById("changed-words").content.cloneNode(true));
  };

  const keyOf = (element) => element && (element.getAttribute("href") || element.id);

  const replace = (box, html) => {
    const focused = box.contains(document.activeElement) ? keyOf(document.activeElement) : null;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    const open = [...box.querySelectorAll("details[open]")].map((each) => each.closest("[id]")?.id);
    const fresh = new DOMParser().parseFromString(html, "text/html");
    box.replaceChildren(...fresh.body.childNodes);
    for (const id of open) if (id) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    if (focused) [...box.querySelectorAll("a, [id]")].find((each) => keyOf(each) === focused)?.focus();
    if (atEnd && box.hasAttribute("data-end")) box.scrollTop = box.scrollHeight;
    tick();
  };

  const refresh = async (box) => {
    if (document.hidden) return;
    try {
      const answer = await fetch(box.dataset.refresh, {
        headers: { "If-None-Match": box.dataset.tag || "" },
        credentials: "same-origin",
        cache: "no-store",
      });
      if (answer.status === 401) return void location.reload(); // signed out: the next page says so
      if (answer.ok) {
        const html = await answer.text();
        box.dataset.tag = answer.headers.get("ETag") || "";
        replace(box, html);
        sayRead("Changed");
      } else if (answer.status !== 304) {
        return void sayFresh(LOST);
      } else if (isLost()) sayRead("Read");
      sayChanged(box, answer);
    } catch {
      sayFresh(LOST);
    }
  };

  for (const box of document.querySelectorAll("[data-refresh]")) {
    if (box.hasAttribute("data-end") && !location.hash.startsWith("#m-")) box.scrollTop = box.scrollHeight;
    setInterval(() => refresh(box), Number(box.dataset.every) * 1000);
    document.addEventListener("visibilitychange", () => refresh(box));
  }
  setInterval(tick, 30000);
  tick();

  // What is being written to a patient outlives a refusal, a reload and a sign-in, in this tab and for its
  // writer alone, until it is sent or they sign out.
  const DRAFT = "kith-draft:";
  const drafts = {
    keep(key, words) {
      try { if (words) sessionStorage.setItem(key, words); else sessionStorage.removeItem(key); } catch { /* full, or not allowed */ }
    },
    kept(key) {
      try { return sessionStorage.getItem(key) || ""; } catch { return ""; }
    },
    all() {
      try { return Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT)); } catch { return []; }
    },
  };
  const conversation = document.querySelector("[data-draft]");
  const draft = document.getElementById("text");
  const key = conversation && DRAFT + conversation.dataset.draft;
  if (conversation && conversation.hasAttribute("data-sent")) {
    drafts.keep(key, "");
    history.replaceState(null, "", location.pathname + location.hash); // once: the next draft survives a reload
  }
  if (draft) {
    if (!draft.value) draft.value = drafts.kept(key);
    draft.addEventListener("input", () => drafts.keep(key, draft.value));
  }
  const leave = document.querySelector('form[action$="/sign-out"]');
  if (leave) leave.addEventListener("submit", () => drafts.all().forEach((each) => drafts.keep(each, "")));
  const kept = document.querySelector("[data-kept]");
  if (kept) kept.hidden = !drafts.all().length;

  // Ctrl+Enter sends; a plain Enter is a new line in a message to a patient.
  if (draft) draft.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && draft.value.trim()) draft.form.requestSubmit();
  });
})();
