// The connection to the host: it is made again whenever it breaks. What was said is posted one after the other, and again
// under the same number until it is acknowledged.
class Wire {
  constructor(url, memory, hello, heard) {
    Object.assign(this, { url, memory, hello, heard });
    this.thread = "";
    this.last = 0;
    this.before = 0;
    this.tries = 0;
    this.ready = false;
    this.begun = false;
    // What was posted and is not answered; what was under way when the host did not understand.
    this.underway = null;
    this.blamed = null;
    this.connect();
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
    // A page that is kept for going back lives on without a connection.
    addEventListener("pageshow", (event) => { if (event.persisted) this.now(); });
  }

  // Pages that are opened at once are of one visitor: the others wait until the first one knows who that is.
  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    const attempt = this.attempt = {};
    if (this.memory.get("token") || !navigator.locks) return this.dial();
    navigator.locks.request(`${this.memory.name}:first`, { signal: AbortSignal.timeout(5000) }, () => {
      if (this.attempt !== attempt) return undefined;
      this.dial();
      return new Promise((resolve) => { this.release = resolve; });
    }).catch(() => { if (this.attempt === attempt && !this.socket && !this.timer) this.dial(); });
  }

  dial() {
    let socket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      this.heard.offline();
      return this.later();
    }
    this.socket = socket;
    socket.onopen = () => {
      this.token = this.memory.get("token");
      this.put({
        type: "hello", v: 1, token: this.token, thread: this.thread || null, since: this.last,
        read: this.memory.get("read"), ...this.hello(!this.begun),
      });
    };
    socket.onmessage = (event) => {
      let told;
      try {
        told = JSON.parse(event.data);
      } catch {
        return;
      }
      if (this.socket === socket) this.hear(told);
    };
    socket.onclose = (event) => { if (this.socket === socket) this.ended(event.code); };
  }

  ended(code) {
    const held = this.ready && Date.now() - this.welcomed > 10000;
    this.hangUp();
    if (held) this.tries = 0;
    // Who the browser says it is, the host does not know: it begins as somebody new.
    if (code === 4401) this.memory.set({ token: null, read: 0, thread: "" });
    if (code === 4403) this.heard.notVouched();
    if (code === 4429) this.pause ??= 5000;
    if (code === 1002 || code === 1007 || code === 1009) this.blame(this.lost);
    this.heard.offline();
    this.later((code === 4401 || code === 4403) && this.tries === 0 ? 0 : undefined);
  }

  hangUp() {
    this.socket = null;
    this.ready = false;
    this.lost = this.underway;
    this.underway = null;
    clearTimeout(this.resting);
    this.resting = null;
    this.release?.();
    this.release = null;
  }

  // What was under way twice when the host did not understand is given up: it would break every connection.
  blame(id) {
    const isAgain = id && this.blamed === id;
    this.blamed = id;
    const settled = isAgain && this.settle(id);
    if (settled) this.heard.refused({ id, code: "malformed" }, settled);
  }

  // Somebody else from here on.
  anew() {
    const socket = this.socket;
    this.hangUp();
    socket?.close();
    Object.assign(this, { thread: "", last: 0, before: 0, tries: 0, begun: false, blamed: null });
    this.connect();
  }

  // Sooner at first, and never all pages at the same moment.
  later(wait) {
    this.tries += 1;
    const most = Math.min(30000, 500 * 2 ** Math.min(this.tries - 1, 6));
    this.timer = setTimeout(() => this.connect(), wait ?? (this.pause ?? most / 2 + Math.random() * most / 2));
    this.pause = undefined;
  }

  now() {
    if (!this.socket && this.timer) this.connect();
  }

  put(message) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(written(message));
  }

  // What must arrive: kept until it is acknowledged. Null for what no host would read.
  send(message) {
    let waiting;
    try {
      const text = written({ ...message, id: message.id || newId(), since: Date.now() });
      if (new TextEncoder().encode(text).length > 60000) return null;
      waiting = JSON.parse(text);
    } catch {
      return null;
    }
    const pending = [...this.memory.get("pending").filter((one) => one.id !== waiting.id), waiting];
    // What pages report never pushes out what somebody wrote.
    const surplus = new Set(pending.filter((one) => one.type === "event").slice(0, -50));
    this.memory.set({ pending: pending.filter((one) => !surplus.has(one)).slice(-200) });
    this.pump();
    return waiting.id;
  }

  // One after the other: what comes later is never there first.
  pump() {
    if (!this.ready || this.underway || this.resting) return;
    const [next] = this.memory.get("pending");
    if (!next) return;
    this.underway = next.id;
    const { since, ...message } = next;
    if (message.type === "event") message.ago = Math.max(0, Date.now() - since);
    this.put(message);
  }

  settle(id) {
    const pending = this.memory.get("pending");
    const settled = pending.find((one) => one.id === id);
    if (settled) this.memory.set({ pending: pending.filter((one) => one.id !== id) });
    if (this.underway === id) this.underway = null;
    return settled;
  }

  earlier() {
    this.asks = true;
    this.put({ type: "earlier", before: this.before });
  }

  take(lines) {
    const fresh = lines.filter((line) => line.n > this.last);
    if (fresh.length) this.last = fresh[fresh.length - 1].n;
    return fresh;
  }

  hear(told) {
    switch (told.type) {
      case "welcome": {
        // Another one has logged in here: what waits is not theirs to say.
        const isAnother = Boolean(this.token) && told.token !== this.token;
        this.welcomed = Date.now();
        this.ready = true;
        this.asks = false;
        if (isAnother) this.memory.set({ pending: [] });
        if (isAnother || this.memory.get("thread") !== told.thread) this.memory.set({ read: 0 });
        this.token = told.token;
        this.memory.set({ token: told.token, thread: told.thread });
        this.release?.();
        if (told.fresh) Object.assign(this, { last: 0, before: told.before });
        this.thread = told.thread;
        this.heard.welcome(told, this.take(told.lines), isAnother);
        this.pump();
        break;
      }
      case "reset":
        Object.assign(this, { thread: told.thread, last: 0, before: told.before, asks: false });
        this.memory.set({ thread: told.thread, read: 0 });
        this.heard.reset(told, this.take(told.lines));
        break;
      case "lines":
        if (this.thread !== told.thread) this.memory.set({ thread: told.thread, read: 0 });
        this.thread = told.thread;
        this.begun = true;
        this.heard.lines(told, this.take(told.lines));
        break;
      case "earlier":
        this.before = told.before;
        // They are far before: those of other channels lie between.
        if (told.earlier && !told.lines.length) return this.earlier();
        this.asks = false;
        this.heard.earlier(told);
        break;
      case "seen":
        if (told.read > this.memory.get("read")) this.memory.set({ read: told.read });
        break;
      case "ack":
        this.tries = 0;
        this.begun = true;
        this.heard.ack(told, this.settle(told.id));
        this.pump();
        break;
      case "refused":
        this.refused(told);
        break;
    }
  }

  refused(told) {
    const wait = (told.retry_after || 0) * 1000;
    if (!told.id && this.underway && ["malformed", "too_long", "empty", "id"].includes(told.code)) {
      // So little of a message that not even its number could be read.
      this.refused({ ...told, id: this.underway });
    } else if (!told.id) {
      if (!this.ready) this.pause = wait || undefined;
      else if (wait) setTimeout(() => this.ready && this.heard.again(), wait);
    } else if (wait) {
      if (this.underway === told.id) this.underway = null;
      clearTimeout(this.resting);
      this.resting = setTimeout(() => {
        this.resting = null;
        this.pump();
      }, wait);
      this.heard.busy();
    } else {
      this.heard.refused(told, this.settle(told.id));
      this.pump();
    }
  }
}

// Half characters, which some keyboards and pages leave behind, are no text that a host reads.
function written(message) {
  return JSON.stringify(message, (_, value) => (typeof value === "string" ? value.toWellFormed?.() ?? value : value));
}
