// The connection to the host: it is made again whenever it breaks, and what was not acknowledged is sent again under the
// same number.
class Wire {
  constructor(url, memory, hello, heard) {
    Object.assign(this, { url, memory, hello, heard });
    this.thread = "";
    this.last = 0;
    this.tries = 0;
    this.ready = false;
    this.begun = false;
    this.connect();
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
    // A page that is kept for going back lives on without a connection.
    addEventListener("pageshow", (event) => { if (event.persisted) this.now(); });
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    let socket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      return this.later();
    }
    this.socket = socket;
    socket.onopen = () => {
      this.put({
        type: "hello", v: 1, token: this.memory.get("token"), thread: this.thread || null, since: this.last,
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
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.ready = false;
      // Who the browser says it is, the host does not know: it begins as somebody new.
      if (event.code === 4401) this.memory.set({ token: null, read: 0, thread: "" });
      this.heard.offline();
      this.later(event.code === 4401 && this.tries === 0 ? 0 : undefined);
    };
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
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // What must arrive: kept until it is acknowledged.
  send(message) {
    const waiting = { ...message, id: message.id || newId(), since: Date.now() };
    this.memory.set({ pending: [...this.memory.get("pending"), waiting].slice(-100) });
    this.post(waiting);
    return waiting.id;
  }

  post(waiting) {
    if (!this.ready) return;
    const { since, ...message } = waiting;
    if (message.type === "event") message.ago = Math.max(0, Date.now() - since);
    this.put(message);
  }

  settle(id) {
    const pending = this.memory.get("pending");
    const settled = pending.find((one) => one.id === id);
    if (settled) this.memory.set({ pending: pending.filter((one) => one.id !== id) });
    return settled;
  }

  take(lines) {
    const fresh = lines.filter((line) => line.n > this.last);
    if (fresh.length) this.last = fresh[fresh.length - 1].n;
    return fresh;
  }

  hear(told) {
    switch (told.type) {
      case "welcome":
        this.tries = 0;
        this.ready = true;
        this.begun = true;
        if (this.memory.get("thread") !== told.thread) this.memory.set({ read: 0 });
        this.memory.set({ token: told.token, thread: told.thread });
        if (told.fresh) this.last = 0;
        this.thread = told.thread;
        this.heard.welcome(told, this.take(told.lines));
        for (const waiting of this.memory.get("pending")) this.post(waiting);
        break;
      case "reset":
        this.thread = told.thread;
        this.last = 0;
        this.memory.set({ thread: told.thread, read: 0 });
        this.heard.reset(told, this.take(told.lines));
        break;
      case "lines":
        if (this.thread !== told.thread) this.memory.set({ thread: told.thread, read: 0 });
        this.thread = told.thread;
        this.heard.lines(this.take(told.lines));
        break;
      case "earlier":
        this.heard.earlier(told);
        break;
      case "ack":
        this.heard.ack(told, this.settle(told.id));
        break;
      case "refused":
        if (!told.id) {
          if (!this.ready) this.pause = (told.retry_after || 0) * 1000 || undefined;
          else if (told.retry_after) setTimeout(() => this.heard.again(), told.retry_after * 1000);
        } else if (told.retry_after) {
          const waiting = this.memory.get("pending").find((one) => one.id === told.id);
          if (waiting) setTimeout(() => this.post(waiting), told.retry_after * 1000);
          this.heard.busy();
        } else {
          this.heard.refused(told, this.settle(told.id));
        }
        break;
    }
  }
}
