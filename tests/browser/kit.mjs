// Hosts and browsers for these tests.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const pictures = join(root, "target/browser");
mkdirSync(pictures, { recursive: true });

const artifact = process.env.BOTFLOW_ARTIFACT ?? join(pictures, "luna_store.bot");
const program = process.env.BOTFLOW_HOST ?? join(root, "target/debug/examples/web_chat_host");

// A host with a database of its own, which can be killed and started again at the same address.
export class Host {
  static async start() {
    const host = new Host();
    host.folder = mkdtempSync(join(tmpdir(), "botflow-browser-"));
    host.port = 0;
    await host.run();
    return host;
  }

  async run() {
    this.process = spawn(program, [artifact, join(this.folder, "bot.db"), String(this.port)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    const lines = createInterface({ input: this.process.stdout });
    const first = await Promise.race([
      new Promise((resolve) => lines.once("line", resolve)),
      this.ended.then((code) => { throw new Error(`the host ended with ${code}`); }),
    ]);
    this.url = first;
    this.port = Number(new URL(first).port);
  }

  // As a crash would.
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    this.process.stdin.end();
    const code = await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
    if (code !== 0 && this.process.signalCode !== "SIGKILL") throw new Error(`the host ended with ${code}`);
  }
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

export const DESKTOP = { width: 1100, height: 800 };
export const PHONE = { width: 390, height: 844 };

// A visitor: a page with a memory of its own. Pictures of messages come from here, since nothing else is reachable.
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({
    viewport: DESKTOP, locale: "en-GB", timezoneId: "Europe/Bucharest", reducedMotion: "reduce", ...options,
  });
  await context.route(/^https:\/\/(?!127\.0\.0\.1)/, (route) => {
    if (!/\.(svg|png|jpg|jpeg|webp)$/.test(new URL(route.request().url()).pathname)) return route.abort();
    return route.fulfill({ contentType: "image/svg+xml", body: PICTURE });
  });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    const isOfNetwork = /net::ERR|WebSocket connection/.test(message.text());
    if (message.type() === "error" && !isOfNetwork) page.problems.push(message.text());
  });
  return page;
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 640 360">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#f0abfc"/><stop offset="1" stop-color="#818cf8"/></linearGradient></defs>
<rect width="640" height="360" fill="url(#g)"/><circle cx="320" cy="180" r="90" fill="#fff" fill-opacity=".6"/></svg>`;

// The last thing that somebody said, and waiting for it.
export const said = (page, words) => page.getByRole("log").getByText(words);

export async function write(page, words) {
  await page.getByLabel("Write a message").fill(words);
  await page.keyboard.press("Enter");
}
