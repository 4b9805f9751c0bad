// The person's own page: what is written down about them, in plain words. Everything goes in as text, never as markup.
const EMPTY = "I have nothing written down for you yet.";
const TROUBLE = "I can't open your page just now. Please try again in a moment.";
const STATUS = { passed: "You passed.", "own-words": "" };

export class MyPage {
  constructor(button, section, chat, link) {
    Object.assign(this, { button, section, chat, link });
    button.addEventListener("click", () => (section.hidden ? this.open() : this.close()));
    section.querySelector("button").addEventListener("click", () => this.close());
  }

  async open() {
    this.show(true);
    this.fill(["One moment."], []);
    this.section.focus();
    const page = await this.read();
    this.fill(page.lines, page.answers);
  }

  close() {
    this.show(false);
    this.fill([], []);
    this.button.focus();
  }

  // The chat comes back by itself when there is something in it to see.
  giveBack() {
    if (this.section.hidden) return;
    const here = this.section.contains(document.activeElement);
    this.show(false);
    this.fill([], []);
    if (here) this.button.focus();
  }

  async read() {
    if (!this.link.keep.token) return { lines: [EMPTY], answers: [] };
    try {
      const answer = await this.link.ask("page");
      if (answer.status === 401) return { lines: [EMPTY], answers: [] };
      return answer.ok ? await answer.json() : { lines: [TROUBLE], answers: [] };
    } catch {
      return { lines: [TROUBLE], answers: [] };
    }
  }

  show(open) {
    this.section.hidden = !open;
    this.chat.hidden = open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  fill(lines, answers) {
    const items = (texts) => texts.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      item.dir = "auto";
      return item;
    });
    const [told, asked] = this.section.querySelectorAll("ul");
    told.replaceChildren(...items(lines));
    asked.replaceChildren(...items(answers.map((each) => `${each.question} ${STATUS[each.status] ?? ""} ${each.answer ?? ""}`.trim())));
    this.section.querySelector("#mypage-answers").hidden = !answers.length;
  }
}
