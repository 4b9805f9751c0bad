// A photo or a PDF: chosen with one button, sent as it is with its progress told, refused in plain words.
const MOST = 10_000_000, TRIES = 4, LATER = new Set([0, 408, 425, 429]);
const KINDS = "Photos (JPEG, PNG, GIF or WebP) and PDF files can be read here.";

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const wrong = (file) => {
  if (!file.size) return "This file is empty. Please choose another one.";
  if (file.size > MOST) return "This file is larger than 10 MB. A smaller photo works best.";
  return file.type && !/^(image\/(jpeg|png|gif|webp)|application\/pdf)$/.test(file.type) ? KINDS : "";
};

// fetch cannot tell how much has gone up; this can.
const post = (address, token, file, progress) => new Promise((done) => {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.timeout = 120000;
  request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
  request.onloadend = () => done({ status: request.status, body: request.response });
  request.send(file);
});

export class Attach {
  // `view` hears: chosen(id, name), progress(id, share or null), accepted(id, seq), notTaken(id, words).
  constructor(button, input, link, view, newId) {
    Object.assign(this, { link, view, newId });
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      for (const file of input.files) this.send(file);
      input.value = ""; // the same file may be chosen again
      button.focus();
    });
  }

  async send(file) {
    const id = this.newId();
    this.view.chosen(id, file.name);
    const why = wrong(file);
    if (why) return void this.view.notTaken(id, why);
    this.link.uploading += 1;
    try {
      await this.deliver(id, file);
    } finally {
      this.link.uploading -= 1;
      this.view.progress(id, null);
      this.link.release();
    }
  }

  async deliver(id, file) {
    for (let tried = 0; tried < TRIES; tried += 1) {
      if (tried) await sleep(1000 * 2 ** tried);
      const { status, body } = await this.once(id, file);
      if (status === 202) {
        this.view.accepted(id, body.seq);
        this.link.listen();
        return;
      }
      if (status === 401) this.link.lose(); // the chat had ended: a new one begins
      else if (status < 500 && !LATER.has(status)) return void this.view.notTaken(id, body?.error?.message || KINDS);
    }
    this.view.notTaken(id, "It could not be sent just now. Please try again in a minute.");
  }

  async once(id, file) {
    try {
      if (!this.link.keep.token && !(await this.link.begin())) return { status: 0 };
    } catch {
      return { status: 0 };
    }
    const address = `/widget/files?client_id=${id}`;
    return post(address, this.link.keep.token, file, (share) => this.view.progress(id, share));
  }
}
