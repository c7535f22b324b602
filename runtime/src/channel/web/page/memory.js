// What the page remembers between visits: who the visitor is, and what was not acknowledged yet. Where the browser keeps
// nothing, it is remembered as long as the page is open.
const NOBODY = { token: null, read: 0, thread: "", pending: [] };

class Memory {
  constructor(name) {
    this.name = `botflow:${name}`;
    this.kept = { ...NOBODY, open: false, forgot: "" };
    this.keeps = true;
  }

  // Other tabs write there, too.
  load() {
    if (!this.keeps) return this.kept;
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      if (kept && typeof kept === "object") Object.assign(this.kept, kept);
    } catch { /* Nothing is kept, or nothing that can be read. */ }
    if (!Array.isArray(this.kept.pending)) this.kept.pending = [];
    return this.kept;
  }

  get(what) { return this.load()[what]; }

  set(values) {
    Object.assign(this.load(), values);
    try {
      localStorage.setItem(this.name, JSON.stringify(this.kept));
    } catch {
      // It is remembered as long as the page is open.
      this.keeps = false;
    }
  }

  // Nothing of whoever used this browser up to now, in no tab.
  forget() { this.set({ ...NOBODY, forgot: newId() }); }

  // Calls back when another tab forgets.
  whenForgotten(call) {
    const forgot = (text) => {
      try {
        return JSON.parse(text)?.forgot || "";
      } catch {
        return "";
      }
    };
    addEventListener("storage", (event) => {
      if (event.key === this.name && forgot(event.newValue) !== forgot(event.oldValue)) call();
    });
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
