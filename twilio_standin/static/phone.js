// A pretend phone: sends texts to the stand-in, shows what reaches it. Everything is put in as text.
"use strict";

(() => {
  const NUMBERS = [["+12025550111", "Phone 1"], ["+12025550112", "Phone 2"], ["+12025550113", "Phone 3"], ["+12025550114", "Phone 4"], ["+12025550115", "A phone nobody knows yet"]];
  const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const DOUBLE = new Set("^{}\\[~]|€\f");
  const TICKS = { sending: "sending", received: "✓ sent", delivered: "✓✓ delivered", failed: "not sent" };
  const at = (id) => document.getElementById(id);
  const [choice, own, other, log, scroll, form, text, line, hint, picture] =
    ["number", "own", "other", "log", "scroll", "form", "text", "line", "segments", "picture"].map(at);
  const HINT = hint.textContent;
  let clinic = "", events = null, seen = new Map(), lastDay = "";

  const element = (name, className, words) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (words !== undefined) made.textContent = words;
    return made;
  };

  const segments = (body) => {
    const chars = [...body];
    if (chars.every((each) => GSM.has(each) || DOUBLE.has(each))) {
      const length = chars.reduce((sum, each) => sum + (DOUBLE.has(each) ? 2 : 1), 0);
      return { count: length <= 160 ? 1 : Math.ceil(length / 153), kind: "plain letters" };
    }
    return { count: body.length <= 70 ? 1 : Math.ceil(body.length / 67), kind: "special characters, so fewer fit" };
  };

  const counted = (body) => {
    const { count } = segments(body);
    return `${count} ${count === 1 ? "segment" : "segments"}`;
  };

  const phone = () => (choice.value === "own" ? other.value.replace(/[\s().-]/g, "") : choice.value);
  const valid = (number) => /^\+[1-9]\d{6,14}$/.test(number);

  const status = (made, words, failed) => {
    made.querySelector(".status").textContent = words;
    made.classList.toggle("failed", Boolean(failed));
  };

  const show = (message) => {
    if (seen.has(message.sid)) return;
    const when = new Date(message.at);
    const day = when.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
    if (day !== lastDay) log.append(element("p", "day", day));
    lastDay = day;
    const made = element("div", `sms ${message.direction}`);
    made.append(element("span", "who", message.direction === "sent" ? "You: " : "Clinic: "), element("p", "body", message.body));
    if (message.media) made.append(element("p", "media", `${message.media} ${message.media === 1 ? "picture or file" : "pictures or files"}`));
    const meta = element("p", "meta");
    const time = element("time", "", when.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
    time.dateTime = message.at;
    meta.append(time, ` · ${counted(message.body)}`, " · ", element("span", "status", TICKS[message.status] || message.status));
    made.append(meta);
    log.append(made);
    seen.set(message.sid, made);
    scroll.scrollTop = scroll.scrollHeight;
    return made;
  };

  const connect = () => {
    events?.close();
    log.replaceChildren();
    seen = new Map();
    lastDay = "";
    const number = phone();
    if (!valid(number)) return void (line.textContent = "Give this phone a number first.");
    line.textContent = "Connecting…";
    events = new EventSource(`/phone/events?number=${encodeURIComponent(number)}`);
    events.onopen = () => { line.textContent = `${number} to ${clinic}`; };
    events.onerror = () => { line.textContent = "No signal. Trying again."; };
    events.onmessage = (event) => show(JSON.parse(event.data));
  };

  const send = async () => {
    const body = text.value.trim(), number = phone();
    if (!body && !picture.files.length) return void text.focus();
    if (!valid(number)) return void other.focus();
    text.value = "";
    grow();
    try {
      const media = await handIn();
      const answer = await fetch("/phone/messages", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ from: number, body, media }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      picture.value = "";
      show(await answer.json());
    } catch {
      text.value = body;
      grow();
      line.textContent = "That text could not be sent. It is still here: try again.";
    }
    text.focus();
  };

  const handIn = async () => {
    if (!picture.files.length) return [];
    const answer = await fetch("/phone/media", { method: "POST", body: picture.files[0] });
    if (!answer.ok) throw new Error(String(answer.status));
    return [(await answer.json()).sid];
  };

  const grow = () => {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 2, 150)}px`;
    const { kind } = segments(text.value);
    hint.textContent = text.value ? `${counted(text.value)}, ${kind}` : HINT;
  };

  const tick = () => {
    at("clock").textContent = new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  choice.addEventListener("change", () => { own.hidden = choice.value !== "own"; connect(); });
  other.addEventListener("change", connect);
  at("who").addEventListener("submit", (event) => event.preventDefault());
  for (const each of document.querySelectorAll("#tries button")) {
    each.addEventListener("click", () => { text.value = each.textContent; grow(); text.focus(); });
  }

  const start = async () => {
    let config = {};
    try { config = await (await fetch("/phone/config")).json(); } catch { /* the line says so below */ }
    clinic = config.number || "the clinic";
    at("title").textContent = `Clinic ${clinic}`;
    const phones = Array.isArray(config.phones) && config.phones.length
      ? config.phones.map((each) => (typeof each === "string" ? [each, ""] : [each.number, each.name]))
      : NUMBERS;
    for (const [number, name] of phones) choice.append(new Option(name ? `${name}, ${number}` : number, number));
    choice.append(new Option("Another number…", "own"));
    const asked = new URLSearchParams(location.hash.slice(1)).get("number");
    if (asked && valid(asked)) {
      if (![...choice.options].some((each) => each.value === asked)) choice.prepend(new Option(asked, asked));
      choice.value = asked;
    }
    tick();
    setInterval(tick, 10000);
    connect();
  };
  start();
})();
