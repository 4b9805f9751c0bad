// The way to the clinic and back: a queue that sends each message until it is stored, and a stream of what is new.
const FIRST_WAIT = 1000, LONGEST_WAIT = 30000, SILENCE = 45000, LATER = new Set([408, 425, 429]);

const sleep = (ms, wake) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  wake.add(() => { clearTimeout(timer); done(); });
});

export class Link {
  // `view` hears: line(message), accepted(clientId, seq), refused(clientId, words), waiting(clientId), urgent(clientId, words),
  // state(words), history(loading), ended().
  constructor(keep, view) {
    Object.assign(this, { keep, view, last: 0, sending: false, uploading: 0, listening: false, held: [], wake: new Set(), fresh: false });
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.view.state("offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  start() {
    if (this.keep.token) this.listen();
    if (this.keep.queue.length) this.flush();
  }

  hurry() {
    for (const go of this.wake) go();
    this.wake.clear();
    if (this.keep.queue.length) this.flush();
  }

  async ask(path, options = {}) {
    const headers = { ...options.headers };
    if (this.keep.token) headers.Authorization = `Bearer ${this.keep.token}`;
    if (options.body) headers["Content-Type"] = "application/json";
    return fetch(`/widget/${path}`, { ...options, headers, cache: "no-store", credentials: "omit" });
  }

  // In order, one after the other; the same client_id again changes nothing, so trying again is safe.
  async flush() {
    if (this.sending) return;
    this.sending = true;
    let wait = FIRST_WAIT;
    try {
      for (let next; (next = this.keep.queue.find((each) => !each.refused));) {
        const sent = await this.post(next);
        if (sent === "stored" || sent === "refused") { wait = FIRST_WAIT; continue; }
        if (sent !== "again") {
          this.view.waiting(next.client_id);
          this.view.state(navigator.onLine ? "trouble" : "offline");
          this.release();
          await sleep(Math.max(wait, sent.after || 0), this.wake);
          wait = Math.min(wait * 2, LONGEST_WAIT);
        }
      }
    } finally {
      this.sending = false;
      this.release();
    }
  }

  async post({ client_id, text }) {
    try {
      const fresh = !this.keep.token;
      if (fresh && !(await this.begin())) return {};
      const answer = await this.ask("messages", { method: "POST", body: JSON.stringify({ client_id, text }) });
      if (answer.status === 401) { this.lose(); return fresh ? {} : "again"; }
      if (answer.ok) {
        const { seq } = await answer.json();
        this.keep.drop(client_id);
        this.view.accepted(client_id, seq);
        this.view.state("");
        this.listen();
        return "stored";
      }
      if (answer.status >= 500 || LATER.has(answer.status)) {
        const say = await answer.json().then((body) => body.say, () => null);
        if (say) this.view.urgent(client_id, say); // a danger is answered even while nothing can be stored
        return { after: 1000 * (Number(answer.headers.get("Retry-After")) || 0) };
      }
      this.keep.queue.find((each) => each.client_id === client_id).refused = true;
      this.keep.save();
      this.view.refused(client_id, await words(answer));
      return "refused";
    } catch {
      return {};
    }
  }

  async begin() {
    const answer = await this.ask("session", { method: "POST" });
    if (!answer.ok) return false;
    this.keep.token = (await answer.json()).token;
    this.last = 0;
    this.fresh = true; // nothing was said before: all that comes now is new
    return true;
  }

  lose() {
    this.keep.token = null;
    this.view.ended();
  }

  stop() {
    this.stopped = true;
    this.cut?.abort();
  }

  async listen() {
    if (this.listening) return;
    this.listening = true;
    let wait = FIRST_WAIT;
    this.view.state("connecting");
    while (this.keep.token && !this.stopped) {
      const before = this.last;
      try {
        await this.catchUp();
        this.view.state("");
        wait = FIRST_WAIT;
        await this.stream();
      } catch (error) {
        if (error.status === 401) { this.lose(); break; }
        this.view.state(navigator.onLine ? "connecting" : "offline");
      }
      if (this.last > before) wait = FIRST_WAIT;
      await sleep(wait * (0.7 + Math.random() * 0.6), this.wake);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
    this.listening = false;
  }

  async catchUp() {
    const first = this.last === 0 && !this.fresh;
    if (first) this.view.history(true);
    try {
      for (let more = true; more;) {
        const answer = await this.ask(`messages?after=${this.last}`);
        if (!answer.ok) throw Object.assign(new Error("history"), { status: answer.status });
        const page = await answer.json();
        page.messages.forEach((line) => this.take(line));
        more = page.more === true && page.messages.length > 0;
      }
    } finally {
      if (first) this.view.history(false);
    }
  }

  async stream() {
    this.cut = new AbortController();
    let watchdog = setTimeout(() => this.cut.abort(), SILENCE);
    try {
      const headers = { Accept: "text/event-stream", "Last-Event-ID": String(this.last) };
      const answer = await this.ask("events", { headers, signal: this.cut.signal });
      if (!answer.ok) throw Object.assign(new Error("stream"), { status: answer.status });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = "", part; !(part = await reader.read()).done;) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => this.cut.abort(), SILENCE);
        const events = (rest + part.value).replaceAll("\r\n", "\n").split("\n\n");
        rest = events.pop();
        events.forEach((event) => this.hear(event));
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  hear(event) {
    const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim());
    if (!data.length) return;
    try { this.take(JSON.parse(data.join("\n"))); } catch { /* half an event: the next catch-up has it whole */ }
  }

  // Our own words come back on the stream, perhaps before the answer that says their number: hold them until then.
  take(line) {
    if (line.direction === "in" && (this.sending || this.uploading)) this.held.push(line);
    else this.view.line(line);
    this.last = Math.max(this.last, line.seq);
  }

  release() {
    const held = this.held;
    this.held = [];
    held.forEach((line) => this.view.line(line));
  }
}

const words = async (answer) => {
  try { return (await answer.json()).error.message; } catch { return "This message could not be sent."; }
};
