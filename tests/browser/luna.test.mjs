// A whole conversation with Luna, as `botflow serve examples/luna_store` has it: options, cards, systems, colleagues; and
// the host is killed in the middle of it. Pictures are written to target/browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { DESKTOP, Desk, Host, PHONE, launch, pictures, said, visitor, write } from "./kit.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

const press = (page, name) => page.getByRole("button", { name }).last().click();

// Everything that stands in the log, line by line.
const lines = (page) => page.getByRole("log").locator(".line .bubble").allInnerTexts();

async function once(page, ...all) {
  const there = await lines(page);
  for (const words of all) {
    const times = there.filter((line) => line.includes(words)).length;
    assert.equal(times, 1, `${words} in\n${there.join("\n---\n")}`);
  }
}

async function talk(page, desk, name) {
  const picture = (what) => page.screenshot({ path: join(pictures, `luna-${name}-${what}.png`) });
  await said(page, "What would you like to know?").waitFor();
  await picture("1-welcome");
  await press(page, "What does shipping cost?");
  await said(page, "Which city should we ship to?").waitFor();
  await press(page, "Cluj");
  await said(page, "Shipping to Cluj is").waitFor();
  await said(page, "Anything else?").waitFor();
  await picture("2-options");
  await write(page, "I am looking for a gift");
  await said(page, "Who is the present for?").waitFor();
  await press(page, "For her");
  await said(page, "What is the occasion?").waitFor();
  await press(page, "Birthday");
  await said(page, "How much would you like to spend?").waitFor();
  await write(page, "60 EUR");
  const cards = page.getByRole("list", { name: "Cards" });
  await said(page, "Which one shall I put aside for you?").waitFor();
  assert.equal(await cards.getByRole("listitem").count(), 3);
  await picture("3-cards");
  await press(page, "Scarf");
  await said(page, "Scarf waits for you until").waitFor();
  await write(page, "Can I talk to a human?");
  await said(page, "One moment, I am calling a colleague.").waitFor();
  const { contact, event } = await desk.hears((event) => event.event === "hand_over");
  assert.equal(event.escalation, "support");
  await desk.does(contact, "joins");
  await desk.does(contact, "writes", { text: "Hello, this is Ana. How can I help?" });
  await said(page, "Hello, this is Ana. How can I help?").waitFor();
  await write(page, "Do you wrap it, too?");
  await desk.hears((event) => event.event === "message" && event.text === "Do you wrap it, too?");
  // The bot is silent meanwhile: what comes next is Ana's.
  await desk.does(contact, "writes", { text: "Of course, in blue paper." });
  await said(page, "Of course, in blue paper.").waitFor();
  await picture("4-colleague");
  await desk.does(contact, "resolves");
  await page.locator(".line.bot").filter({ hasText: /help|conversation|happy|satisfied/i }).last().waitFor();
  await picture("5-afterwards");
  await once(
    page, "Which city should we ship to?", "Shipping to Cluj is", "I am looking for a gift", "Who is the present for?",
    "Which one shall I put aside for you?", "Scarf waits for you until", "One moment, I am calling a colleague.",
    "Hello, this is Ana.", "Do you wrap it, too?", "Of course, in blue paper.",
  );
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= page.viewportSize().width, `${width}`);
  assert.deepEqual(page.problems, []);
}

for (const [name, options] of [
  ["desktop-light", { viewport: DESKTOP, colorScheme: "light" }],
  ["desktop-dark", { viewport: DESKTOP, colorScheme: "dark" }],
  ["phone-light", { viewport: PHONE, colorScheme: "light", hasTouch: true, isMobile: true }],
  ["phone-dark", { viewport: PHONE, colorScheme: "dark", hasTouch: true, isMobile: true }],
]) {
  test(`from the first question to a colleague: ${name}`, async (t) => {
    const desk = await Desk.open();
    t.after(() => desk.close());
    const host = await Host.start({ desk });
    t.after(() => host.abandon());
    const page = await visitor(browser, options);
    await page.goto(host.url);
    await talk(page, desk, name);
    await page.context().close();
    await host.stop();
  });
}

// The last scarf is put aside by whoever asks first, and a second time it is sold out: an action done twice would be seen.
test("a host that is killed again and again has the same conversation", async (t) => {
  const host = await Host.start();
  t.after(() => host.abandon());
  const page = await visitor(browser);
  await page.goto(host.url);
  await said(page, "What would you like to know?").waitFor();
  const again = async () => {
    await host.kill();
    await host.run();
  };
  // What is said is on its way when the host is killed; the page finds its way back by itself.
  await write(page, "I am looking for a gift");
  await again();
  await said(page, "Who is the present for?").waitFor();
  await press(page, "For her");
  await again();
  await said(page, "What is the occasion?").waitFor();
  await press(page, "Birthday");
  await said(page, "How much would you like to spend?").waitFor();
  // A lookup is under way.
  await write(page, "60 EUR");
  await again();
  await said(page, "Which one shall I put aside for you?").waitFor();
  // And an action.
  await press(page, "Scarf");
  await page.locator(".line.visitor").getByText("Scarf").waitFor();
  await again();
  await said(page, "Scarf waits for you until").waitFor();
  const words = [
    "I am looking for a gift", "Who is the present for?", "For her", "What is the occasion?", "Birthday",
    "How much would you like to spend?", "60 EUR", "Which one shall I put aside for you?", "Scarf waits for you until",
  ];
  await once(page, ...words);
  assert.equal(await said(page, "The last one has just been sold.").count(), 0);
  const before = await lines(page);
  await page.reload();
  await said(page, "Scarf waits for you until").waitFor();
  assert.deepEqual(await lines(page), before, "what is stored is what was shown");
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await host.stop();
});

test("script in the names of bots and colleagues and in what they write is text", async (t) => {
  const evil = "<img src=x onerror=document.title='broken'><script>document.title='broken'</script>";
  const desk = await Desk.open();
  t.after(() => desk.close());
  const host = await Host.start({ desk, name: evil });
  t.after(() => host.abandon());
  const page = await visitor(browser);
  await page.goto(host.url);
  await said(page, "What would you like to know?").waitFor();
  assert.equal(await page.title(), evil);
  assert.equal(await page.getByRole("heading").first().innerText(), evil);
  await write(page, "Can I talk to a human?");
  const { contact } = await desk.hears((event) => event.event === "hand_over");
  await desk.does(contact, "joins", { operator: evil });
  await desk.does(contact, "writes", { operator: evil, text: `Hello! ${evil}` });
  await said(page, `Hello! ${evil}`).waitFor();
  await write(page, evil);
  const heard = await desk.hears((event) => event.event === "message");
  assert.equal(heard.event.text, evil, "a colleague reads what was written");
  await page.reload();
  await said(page, `Hello! ${evil}`).waitFor();
  await page.locator(".line.visitor").getByText(evil).waitFor();
  assert.equal(await page.title(), evil, "no script has changed it");
  assert.equal(await page.locator("img[src=x], .panel script").count(), 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await host.stop();
});
