// What a person sees and hears of the chat. Everything that was written goes in as text, never as markup.
import { Attach } from "./attach.js";
import { draw } from "./card.js";
import { Keep, newId } from "./keep.js";
import { Link } from "./link.js";
import { MyPage } from "./mypage.js";

const at = (id) => document.getElementById(id);
const [log, scroll, form, text, count, status, writing] =
  ["log", "scroll", "form", "text", "count", "status", "writing"].map(at);
const READ_AT_ONCE = 1600, ANSWER_TAKES = 20000;
const STATES = {
  connecting: "Connecting…",
  offline: "You are offline. What you write is kept here and sent when you are back.",
  trouble: "The clinic does not answer just now. Your message is kept and tried again.",
};
const embedded = parent !== window;
const bubbles = new Map(); // by number, and by client id until there is a number
const urgent = new Set(); // client ids of messages answered for their danger before they had a number
let shown = !embedded, unread = 0, lastDay = "", writingUntil = 0;

const tell = (message) => embedded && parent.postMessage(message, "*"); // says nothing of what was written
const say = (words) => { if (status.textContent !== words) status.textContent = words; };

const element = (name, className, words) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words !== undefined) made.textContent = words;
  return made;
};

const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; };

const author = (line) => {
  if (line.direction === "in") return "You";
  return line.author === "clinician" ? `${line.author_name || "Your care team"}, care team` : "Kith";
};

const dayLine = (when) => {
  const name = when.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
  if (name !== lastDay) log.append(element("p", "day", name));
  lastDay = name;
};

const bubble = (line) => {
  const made = element("div", `msg ${line.direction} by-${line.author || "patient"}`);
  const when = new Date(line.at);
  const words = element("p", "words", line.text || (line.card?.media ? "Photo or PDF" : ""));
  words.dir = "auto";
  const meta = element("p", "meta");
  const time = element("time", "", when.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
  time.dateTime = line.at;
  meta.append(time, element("span", "state"));
  made.append(element("p", `who${line.author === "clinician" ? " named" : ""}`, `${author(line)}: `), words);
  const card = line.direction === "out" ? draw(line.card) : null;
  if (card) made.append(card);
  made.append(meta);
  return made;
};

// Numbers decide the order; what has none yet stands last.
const place = (made, seq) => {
  const later = seq && [...log.children].find((each) => each.dataset.seq ? Number(each.dataset.seq) > seq : each.dataset.id);
  if (later) log.insertBefore(made, later); else log.append(made);
};

const setState = (made, words, failed = false) => {
  made.classList.toggle("failed", failed);
  made.querySelector(".state").textContent = words ? ` · ${words}` : "";
};

const view = {
  line(line) {
    if (bubbles.has(line.seq)) return;
    if (line.direction === "out" && !log.hasAttribute("aria-busy")) mine.giveBack();
    const follow = nearEnd() || line.direction === "in";
    dayLine(new Date(line.at));
    const made = bubble(line);
    made.dataset.seq = line.seq;
    bubbles.set(line.seq, made);
    place(made, line.seq);
    if (line.direction === "out") {
      wait(0);
      if (!shown && !log.hasAttribute("aria-busy")) tell({ kith: "unread", unread: ++unread });
    }
    if (follow) toEnd();
  },
  accepted(id, seq) {
    const made = bubbles.get(id);
    bubbles.delete(id);
    if (!made) return;
    if (bubbles.has(seq)) return void made.remove(); // the stream was first
    delete made.dataset.id;
    made.dataset.seq = seq;
    bubbles.set(seq, made);
    setState(made, "sent");
    wait(ANSWER_TAKES);
  },
  urgent(id, words) {
    if (urgent.has(id)) return;
    urgent.add(id);
    mine.giveBack();
    log.append(bubble({ direction: "out", author: "kith", text: words, at: new Date().toISOString() }));
    toEnd();
  },
  waiting(id) {
    const made = bubbles.get(id);
    if (!made || made.querySelector("button")) return;
    setState(made, navigator.onLine ? "not sent yet" : "waiting to be sent", true);
    made.querySelector(".meta").append(button("Try again", () => link.hurry()));
  },
  refused(id, words) {
    const made = bubbles.get(id);
    if (!made) return;
    setState(made, `not sent. ${words}`, true);
    made.querySelectorAll("button").forEach((each) => each.remove());
    made.querySelector(".meta").append(button("Change it", () => takeBack(id, made)));
  },
  chosen(id, name) {
    mine.giveBack();
    pending({ client_id: id, text: name });
    toEnd();
  },
  progress(id, share) {
    const made = bubbles.get(id), done = Math.round(100 * (share ?? 1));
    at("sending").hidden = share === null;
    at("sending-share").value = done;
    if (made && share !== null) setState(made, done < 100 ? `sending, ${done}%` : "sending");
  },
  notTaken(id, words) {
    const made = bubbles.get(id);
    if (made) setState(made, `not sent. ${words}`, true);
    say(`Your file was not sent. ${words}`);
  },
  state(name) { say(STATES[name] || ""); },
  history(loading) {
    if (loading) log.setAttribute("aria-busy", "true"); // what was said before is not read out again
    else { log.removeAttribute("aria-busy"); toEnd(); }
  },
  ended() {
    for (const [key, made] of bubbles) if (typeof key === "number") { made.remove(); bubbles.delete(key); }
    lastDay = "";
    say("This chat had ended. Your next message starts a new one.");
  },
};

const keep = new Keep();
const link = new Link(keep, view);
new Attach(at("attach"), at("file"), link, view, newId);
const mine = new MyPage(at("mine"), at("mypage"), scroll, link);

const button = (words, act) => {
  const made = element("button", "plain", words);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
};

const takeBack = (id, made) => {
  text.value = [made.querySelector(".words").textContent, text.value].filter(Boolean).join("\n");
  keep.drop(id);
  bubbles.delete(id);
  made.remove();
  grow();
  text.focus();
};

const pending = ({ client_id, text: words, refused }) => {
  const line = { direction: "in", author: "patient", text: words, at: new Date().toISOString() };
  dayLine(new Date());
  const made = bubble(line);
  made.dataset.id = client_id;
  bubbles.set(client_id, made);
  log.append(made);
  setState(made, "sending");
  if (refused) view.refused(client_id, "");
};

const wait = (time) => {
  writingUntil = Date.now() + time;
  writing.hidden = !time;
  if (!time) return;
  if (nearEnd()) toEnd();
  setTimeout(() => { if (Date.now() >= writingUntil) writing.hidden = true; }, time + 50);
};

const send = () => {
  const words = text.value.trim();
  if (!words) return void text.focus();
  text.value = "";
  grow();
  mine.giveBack();
  pending(keep.add(words));
  toEnd();
  link.flush();
  text.focus();
};

const grow = () => {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
  const length = text.value.length;
  count.hidden = length < READ_AT_ONCE - 200;
  count.textContent = length <= READ_AT_ONCE
    ? `${length} of ${READ_AT_ONCE} characters`
    : `${length} characters. All of it is kept, but Kith reads the first ${READ_AT_ONCE} at once. Shorter parts work best.`;
};

form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!at("confirm").hidden) ask(false);
  else if (!at("mypage").hidden) mine.close();
  else tell({ kith: "close" });
});

const ask = (open) => {
  at("confirm").hidden = !open;
  (open ? at("confirm-no") : at("forget")).focus();
};
at("close").hidden = !embedded;
at("close").addEventListener("click", () => tell({ kith: "close" }));
at("forget").addEventListener("click", () => ask(at("confirm").hidden));
at("confirm-no").addEventListener("click", () => ask(false));
at("confirm-yes").addEventListener("click", () => { link.stop(); keep.forget(); location.reload(); });

addEventListener("message", (event) => {
  if (event.source !== parent || !event.data) return;
  const { kith } = event.data;
  if (kith === "hidden") shown = false;
  if (kith === "shown" || kith === "focus") { shown = true; unread = 0; tell({ kith: "unread", unread }); toEnd(); }
  if (kith === "focus") text.focus();
});

text.disabled = at("send").disabled = false; // until here, what was sent would have been lost with the page
keep.queue.forEach(pending);
link.start();
tell({ kith: "ready" });
