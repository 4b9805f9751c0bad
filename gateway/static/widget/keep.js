// What this browser keeps between two visits: the token and what is not sent yet. Never what was answered.
const KEY = "kith-chat";

const blank = () => ({ token: null, queue: [] });

export class Keep {
  constructor() {
    this.held = blank();
    this.reload();
  }

  // Another tab may have sent or added something meanwhile.
  reload() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) || "null");
      if (kept && Array.isArray(kept.queue)) this.held = kept;
    } catch { /* storage is blocked or not ours: the chat works until the page is closed */ }
    return this.held;
  }

  save() {
    try { localStorage.setItem(KEY, JSON.stringify(this.held)); } catch { /* as above */ }
  }

  get token() { return this.held.token; }
  set token(value) { this.held.token = value; this.save(); }
  get queue() { return this.held.queue; }

  add(text) {
    this.reload();
    const words = { client_id: newId(), text };
    this.held.queue.push(words);
    this.save();
    return words;
  }

  drop(clientId) {
    this.reload();
    this.held.queue = this.held.queue.filter((each) => each.client_id !== clientId);
    this.save();
  }

  forget() {
    this.held = blank();
    try { localStorage.removeItem(KEY); } catch { /* as above */ }
  }
}

// crypto.randomUUID is missing where a clinic tries this out over plain http.
export const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
