// The report in a real browser: what a reviewer does, what a hostile document tries, and how fast it is.
// Run by ./run, which says where dehusk and the browser are.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dehusk-report-"));
const inside = (...parts) => join(folder, ...parts);
const dehusk = (...args) => execFileSync(process.env.DEHUSK, args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] }).toString();
const write = (name, text) => {
  mkdirSync(inside(name, ".."), { recursive: true });
  writeFileSync(inside(name), text);
};

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/// Opens a report and fails the test for whatever it should not do.
async function open(name, { hash = "", metered = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.wrong = [];
  if (metered) {
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    page.metrics = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map((one) => [one.name, one.value]));
  }
  page.on("pageerror", (error) => page.wrong.push(`error: ${error.message}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.wrong.push(message.text()));
  page.on("dialog", (dialog) => { page.wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => /^(file|blob):/.test(request.url()) || page.wrong.push(`request: ${request.url().slice(0, 200)}`));
  await page.goto(`file://${inside(name)}${hash}`);
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  return page;
}
const close = async (page) => {
  assert.deepEqual(page.wrong, []);
  await page.context().close();
};
// The list follows the keys in the next frame.
const becomes = async (page, wanted) => {
  for (let tries = 0; tries < 100 && (await number(page)) !== wanted; tries++) await page.waitForTimeout(20);
  assert.equal(await number(page), wanted);
};
const shown = async (page) => (await page.locator("#count span").textContent()).replaceAll("\u202f", "");
const number = async (page) => Number((await shown(page)).match(/^\d+/)[0]);
const chosen = (page) => page.locator("#groups .row[aria-selected=true] .words").textContent();

// Pages of a blog: each with a headline that names it and the same residue around it.
const PAGES = 12;
before(() => {
  for (let n = 0; n < PAGES; n++) {
    write(`blog/example.org/page-${n}.txt`, `The mill in winter, part ${"abcdefghijkl"[n]}

The water of the mill stood still for eleven days, and the miller mended sacks. On the twelfth day the ice broke with a noise
that was heard in the next village, and the wheel began to turn again.

Click to share on X (Opens in new window)
Leave a Reply Cancel reply
Your email address will not be published. Required fields are marked *
`);
  }
  write("blog/example.net/goat.txt", `A goat on the roof

Nobody knows how the goat came onto the roof of the town hall, but it stayed there for two nights and ate the geraniums.

Click to print (Opens in new window)
Click to email a link to a friend (Opens in new window)
`);
  dehusk("report", "blog", "--out", "blog.html");
});

test("filters and search narrow the list", async () => {
  const page = await open("blog.html", { hash: "#review" });
  const all = await number(page);
  assert.ok(all >= 5, `${all} groups`);
  await page.keyboard.press("/");
  await page.keyboard.type('"click to print"');
  await becomes(page, 1);
  assert.match(await chosen(page), /Click to print/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await becomes(page, all);
  await page.locator(".pick[data-at='family comments']").click();
  const comments = await number(page);
  assert.ok(comments > 0 && comments < all);
  for (const rule of await page.locator("#groups .rule").allTextContents()) assert.match(rule, /^comments\//);
  await page.locator(".pick[data-at='family comments']").click();
  await page.locator("select[data-at=site]").selectOption({ index: 2 });
  assert.ok((await number(page)) < all);
  await page.locator("#query").fill("nothing has these words");
  await becomes(page, 0);
  assert.ok(await page.getByText("No group passes the filters.").isVisible());
  await close(page);
});

test("keys review, undo goes back to the start, decisions stay", async () => {
  const page = await open("blog.html", { hash: "#review" });
  const states = () => page.evaluate(() => [...document.querySelectorAll("#tally b")].map((b) => Number(b.textContent)));
  const start = await states();
  const first = await chosen(page);
  for (const key of ["y", "n", "s", "j", "k", "y"]) await page.keyboard.press(key);
  const [remove, keep, later, open_] = await states();
  assert.deepEqual([remove, keep, later], [2, 1, 1]);
  assert.equal(open_, start[3] - 4);
  await page.keyboard.press("N");
  assert.ok((await states())[1] >= 2);
  for (let n = 0; n < 5; n++) await page.keyboard.press("u");
  assert.deepEqual(await states(), start);
  assert.equal(await chosen(page), first);
  assert.ok(await page.locator("#undo").isDisabled());
  // Kept by the browser, without a file.
  await page.keyboard.press("n");
  await page.waitForTimeout(400);
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  assert.deepEqual((await states()).slice(0, 3), [0, 1, 0]);
  // One place, then a text, then everything that is certain, after a question.
  await page.locator(".row", { hasText: "Leave a Reply" }).first().click();
  await page.keyboard.press("p");
  await page.keyboard.press("n");
  const stored = async () => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
    return readFileSync(await file.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  };
  assert.deepEqual((await stored()).map((one) => one.scope).sort(), ["place", "text"]);
  for (const one of await stored()) assert.deepEqual(Object.keys(one), ["key", "scope", "rule", "decision", "text", "seen", "at", "confidence", "level", "place"]);
  const before = await states();
  await page.keyboard.press("A");
  await page.getByRole("button", { name: "Remove them" }).click();
  assert.ok((await states())[0] > before[0]);
  assert.ok((await stored()).filter((one) => one.decision === "remove").every((one) => one.confidence === "high"));
  // The browser keeps them in few characters, and makes the same lines of them again.
  const saved = await stored();
  await page.waitForTimeout(400);
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  const order = (lines) => lines.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  assert.deepEqual(order(await stored()), order(saved));
  // Help by key, and away again.
  await page.keyboard.press("?");
  assert.ok(await page.locator("#help").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#help").isVisible()));
  await close(page);
});

test("what is decided is what clean does", async () => {
  const page = await open("blog.html", { hash: "#review" });
  const decide = async (words, key) => {
    await page.locator("#query").fill(words);
    await page.keyboard.press("Escape");
    assert.equal(await number(page), 1, words);
    await page.keyboard.press(key);
  };
  await decide('"Click to share on X"', "n");
  await decide('"Click to print"', "y");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  assert.equal(download.suggestedFilename(), "dehusk.decisions.jsonl");
  await download.saveAs(inside("decided.jsonl"));
  const records = readFileSync(inside("decided.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(records.map((one) => [one.scope, one.decision]).sort(), [["text", "keep"], ["text", "remove"]]);
  dehusk("clean", "blog", "--out", "plain", "--log", "plain.jsonl");
  dehusk("clean", "blog", "--decisions", "decided.jsonl", "--out", "clean", "--log", "clean.jsonl");
  const removed = (log) => readFileSync(inside(log), "utf8").split("\n").filter((line) => line.includes('"removal"'))
    .map((line) => JSON.parse(line).data).map((one) => `${one.doc} ${one.rule} ${one.text.trim()}`).sort();
  const kept = (line) => line.includes("Click to share on X");
  assert.deepEqual(removed("clean.jsonl"), removed("plain.jsonl").filter((line) => !kept(line)));
  assert.equal(removed("plain.jsonl").filter(kept).length, PAGES);
  for (let n = 0; n < PAGES; n++) assert.match(readFileSync(inside(`clean/example.org/page-${n}.txt`), "utf8"), /again\.\n\nClick to share on X\n$/);
  // And with nothing else removed: exactly what was accepted.
  dehusk("clean", "blog", "--decisions", "decided.jsonl", "--only-decided", "--out", "only", "--log", "only.jsonl");
  assert.deepEqual(removed("only.jsonl").map((line) => line.split(" ").slice(2).join(" ")), ["Click to print"]);
  await close(page);
  // A page that is made with the decisions begins with them; and they can be loaded by hand.
  dehusk("report", "blog", "--decisions", "decided.jsonl", "--out", "again.html");
  const again = await open("again.html");
  assert.deepEqual(await again.evaluate(() => [...document.querySelectorAll("#tally b")].slice(0, 2).map((b) => b.textContent)), ["1", "1"]);
  await close(again);
  const by = await open("blog.html");
  await by.locator("#load").setInputFiles(inside("decided.jsonl"));
  await by.waitForFunction(() => document.querySelector("#saved").textContent.includes("2 decisions"));
  await close(by);
});

test("a hostile document stays inert", async () => {
  const evil = [
    "<script>window.struck = 1; alert(1)</script>", "</script><script>window.struck = 2</script>", "<img src=x onerror=\"window.struck = 3\">",
    "<svg/onload=alert(4)>", "<!-- <script>", "]]>", "{{script}}{{data}}", "javascript:alert(5)", "<base href=http://evil.example/>", "\u2028window.struck = 6\u2029",
    "<style>*{display:none}</style>", "\u202Eesrever\u202C \u2066\u2067\u200f\u{e0041}\u0007\u001b[31m", "<iframe srcdoc='<script>parent.struck=7</script>'></iframe>", "__proto__", "${alert(8)}",
  ];
  write("pack.toml", `[pack]
name = "evil"

[[rule]]
id = "evil/line"
scope = "line"
confidence = "medium"
summary = "</script><script>window.struck = 9</script> \u202E"
risk = "<img src=x onerror=alert(10)>"
phrases = ["zebra crossing of the moon"]
at = "anywhere"
cover = 0.0000001
removes = ['''
Grain stays.
[-zebra crossing of the moon-]
''']
keeps = ["A zebra."]
`);
  const lines = evil.map((one) => `A line of grain stays here, as the miller said in autumn.\n${one} zebra crossing of the moon ${one}\n${one}\n`);
  write(`hostile/<img src=x onerror=alert(11)>&"'.txt`, lines.join("\n"));
  write("hostile/constructor/__proto__.txt", lines.slice(0, 3).join("\n"));
  write("hostile/rtl.txt", `كان الطحان يجلس قرب الطاحونة كل صباح وينتظر الماء.\nشارك هذا zebra crossing of the moon شارك\nثم عاد إلى البيت قبل الغروب.\n`);
  write("hostile/long.txt", `${"wool ".repeat(2_000_000)} zebra crossing of the moon ${"<b>wool</b> ".repeat(10_000)}\nA short line of grain.\n`);
  dehusk("report", "hostile", "--pack", "pack.toml", "--from", "text", "--out", "hostile.html");
  const size = readFileSync(inside("hostile.html")).length;
  assert.ok(size < 1 << 20, `the report has ${size} bytes`);
  const page = await open("hostile.html");
  for (const view of ["overview", "review", "rules", "documents"]) {
    await page.goto(`file://${inside("hostile.html")}#${view}`);
    if (view === "review") {
      const groups = await number(page);
      assert.ok(groups >= evil.length, `${groups} groups`);
      for (let n = 0; n < groups; n++) {
        await page.keyboard.press("]");
        await page.keyboard.press("j");
      }
    }
    const found = await page.evaluate(() => ({
      struck: window.struck,
      elements: document.querySelectorAll("img, iframe, base, object, embed, form, link, video, audio").length,
      scripts: document.scripts.length,
      styles: document.querySelectorAll("style").length,
      handlers: [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith("on") || name === "src" || name === "srcdoc"),
      links: [...document.querySelectorAll("a[href]")].map((one) => one.getAttribute("href")).filter((one) => !/^#[a-z]+$/.test(one)),
      hidden: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}]/u.exec(document.body.innerText)?.[0],
    }));
    assert.deepEqual(found, { struck: undefined, elements: 0, scripts: 2, styles: 1, handlers: [], links: [], hidden: undefined }, view);
  }
  // Hidden characters are shown for what they are, right-to-left text runs from the right.
  await page.goto(`file://${inside("hostile.html")}#review`);
  await page.locator("#query").fill("rtl.txt");
  assert.equal(await page.evaluate(() => {
    const line = [...document.querySelectorAll(".said")].find((one) => one.textContent.startsWith("كان"));
    const range = document.createRange();
    range.selectNodeContents(line);
    return Math.round(line.getBoundingClientRect().right - parseFloat(getComputedStyle(line).paddingRight) - range.getBoundingClientRect().right) < 3;
  }), true);
  await page.locator("#query").fill("U+202E");
  assert.ok((await page.locator(".detail .hidden").count()) > 0);
  // Even a script of the page itself may make no markup from strings.
  assert.equal(await page.evaluate(() => { try { document.body.insertAdjacentHTML("beforeend", "<b>x</b>"); return "made"; } catch { return "refused"; } }), "refused");
  page.wrong = page.wrong.filter((words) => !/insertAdjacentHTML|TrustedHTML/.test(words));
  await close(page);
});

test("a store without room loses nothing in silence", async () => {
  const page = await open("blog.html", { hash: "#review" });
  await page.evaluate(() => {
    for (let size = 1 << 22; size >= 1; size >>= 1) {
      try { for (let n = 0; ; n++) localStorage.setItem(`other ${size} ${n}`, "x".repeat(size)); } catch { /* full */ }
    }
  });
  await page.keyboard.press("y");
  const told = page.getByText("This browser has no room left: save before you close");
  await told.waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok(await told.isVisible(), "on a phone as well");
  // The page does not go without a question.
  const asked = new Promise((done) => page.once("dialog", (dialog) => done(dialog.type())));
  page.evaluate(() => location.reload()).catch(() => {});
  assert.equal(await asked, "beforeunload");
  page.wrong = page.wrong.filter((words) => !words.startsWith("dialog: "));
  await page.setViewportSize({ width: 1280, height: 800 });
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  assert.match(readFileSync(await file.path(), "utf8"), /"decision":"remove"/);
  assert.ok(!(await told.isVisible()));
  await close(page);
});

test("records are named by their number, and a line of 10 MB is one", async () => {
  const long = `<img src=x onerror=alert(1)> ${"mill ".repeat(2 << 20)}\u202e\n`;
  const text = "The mill stood still for eleven days, and the miller mended sacks.\n\nLeave a Reply Cancel reply\n";
  write("data/news.jsonl", [{ text: "Only grain.\n" }, { text, url: "https://example.org/a" }, { text: long + text }].map((one) => JSON.stringify(one) + "\n").join(""));
  dehusk("report", "data", "--out", "records.html");
  const page = await open("records.html", { hash: "#review" });
  assert.match(await page.locator(".detail .path").textContent(), /data\/news\.jsonl:2:\d+$/);
  await page.locator("#query").fill("news.jsonl:3");
  assert.match(await page.locator(".detail .path").textContent(), /data\/news\.jsonl:3:\d+$/);
  assert.equal(await page.evaluate(() => document.images.length), 0);
  await page.evaluate(() => { location.hash = "documents"; });
  assert.match(await page.locator("#documents").textContent(), /news\.jsonl:3/);
  await close(page);
});

test("nothing to remove is a page too", async () => {
  write("grain/a.txt", "The water of the mill stood still for eleven days, and the miller mended sacks.\n");
  dehusk("report", "grain", "--out", "grain.html");
  const page = await open("grain.html");
  for (const view of ["review", "rules", "documents", "overview"]) await page.evaluate((view) => { location.hash = view; }, view);
  await page.keyboard.press("2");
  for (const key of ["y", "N", "j", "]", "p", "u", "A"]) await page.keyboard.press(key);
  assert.equal(await number(page), 0);
  await close(page);
});

test("100,000 groups open in two seconds and scroll", async () => {
  const words = ["amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "jetty"];
  const spell = (n) => String(n).padStart(5, "0").split("").map((digit) => words[digit]).join(" ");
  const lines = [JSON.stringify({ type: "begin", data: { schema: 1, run: "01", tool: "0.1.0", mode: "out", folder: "/crawl", packs: [] } })];
  for (let n = 0; n < 100_000; n++) {
    const text = `Related: ${spell(n)}`;
    const doc = `site-${n % 50}.example/${Math.floor(n / 10)}.txt`;
    const at = 100 + (n % 10) * 90;
    lines.push(JSON.stringify({ type: "removal", data: { doc, record: null, rule: `related/rule-${n % 40}`, lang: "en", rev: "00000000", confidence: n % 3 ? "high" : "medium", bytes: [at, at + text.length], chars: [at, at + text.length], line: n % 10, text, evidence: [] } }));
    if (n % 10 === 9) lines.push(JSON.stringify({ type: "doc", data: { doc, record: null, encoding: "utf-8", bom: false, before: { bytes: 2000, blake3: "" }, after: { bytes: 1000, blake3: "" } } }));
  }
  write("many.jsonl", lines.join("\n") + "\n");
  dehusk("report", "--log", "many.jsonl", "--max-size", "64M", "--out", "many.html");
  const start = performance.now();
  const page = await open("many.html", { hash: "#review", metered: true });
  const waited = performance.now() - start;
  // What the page itself costs, as if nothing else ran on the machine; the time that passed is told.
  const spent = 1000 * (await page.metrics()).TaskDuration;
  console.log(`100,000 groups: ${Math.round(waited)} ms on the clock, ${Math.round(spent)} ms of work`);
  assert.equal(await number(page), 100_000);
  assert.ok(spent < 2000, `${spent} ms`);
  const frames = await page.evaluate(async () => {
    const box = document.querySelector("#groups");
    const times = [];
    let last = performance.now();
    for (let n = 0; n <= 60; n++) {
      box.scrollTop = (box.scrollHeight * n) / 60;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const now = performance.now();
      times.push((now - last) / 2);
      last = now;
      if (document.querySelectorAll("#groups .row").length > 60) throw new Error("too many rows");
    }
    const bottom = box.getBoundingClientRect().bottom;
    const seen = [...box.querySelectorAll(".row")].some((row) => Math.abs(row.getBoundingClientRect().bottom - bottom) < 40);
    return { middle: times.sort((a, b) => a - b)[30], seen };
  });
  console.log(`a frame while scrolling: ${frames.middle.toFixed(1)} ms`);
  // Two frames of a screen, and room for a machine that does something else as well.
  assert.ok(frames.seen && frames.middle < 50, JSON.stringify(frames));
  const search = await page.evaluate(() => {
    const input = document.querySelector("#query");
    const start = performance.now();
    input.value = "fjord heath";
    input.dispatchEvent(new Event("input"));
    return performance.now() - start;
  });
  console.log(`first search: ${Math.round(search)} ms`);
  await page.keyboard.press("Escape");
  await page.locator("#query").fill("");
  await page.locator("#groups").focus();
  // What a key costs the page, to the frame that shows what it did; and the time that passed.
  const press = async () => {
    const before = (await page.metrics()).TaskDuration;
    const clock = await page.evaluate(async () => {
      const start = performance.now();
      for (let n = 0; n < 20; n++) {
        document.querySelector("#groups").dispatchEvent(new KeyboardEvent("keydown", { key: n % 2 ? "n" : "y", bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      }
      return (performance.now() - start) / 20;
    });
    return { clock, work: (1000 * ((await page.metrics()).TaskDuration - before)) / 20 };
  };
  const early = await press();
  // All of it is decided: 40 rules at once, then each certain group by itself.
  await page.keyboard.press("A");
  await page.getByRole("button", { name: "Remove them" }).click();
  const late = await press();
  const told = ({ work, clock }) => `${work.toFixed(1)} ms of work (${Math.round(clock)} ms on the clock)`;
  console.log(`a key: ${told(early)}; with 66,000 decisions ${told(late)}`);
  assert.ok(early.work < 100 && late.work < 100, JSON.stringify([early, late]));
  await page.getByText("Kept in this browser").waitFor();
  const before = await page.locator("#tally").textContent();
  const begun = performance.now();
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  console.log(`with its decisions it opens in ${Math.round(performance.now() - begun)} ms`);
  assert.equal(await page.locator("#tally").textContent(), before, "66,000 decisions are kept");
  await close(page);
  // Beyond the room it samples, and says so.
  dehusk("report", "--log", "many.jsonl", "--max-size", "2M", "--out", "some.html");
  const some = await open("some.html");
  assert.ok(readFileSync(inside("some.html")).length < 2.3 * (1 << 20));
  assert.match(await some.locator(".notice").textContent(), /of 100.000 groups are in this file/);
  await close(some);
});

test("axe finds nothing serious", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      const page = await open("blog.html", { colorScheme, viewport, bypassCSP: true });
      await page.evaluate(axe.source);
      for (const view of ["overview", "review", "rules", "documents"]) {
        await page.evaluate((view) => { location.hash = view; }, view);
        await page.waitForFunction((view) => !document.getElementById(view).hidden, view);
        const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
        const bad = violations.filter((one) => ["serious", "critical", "moderate"].includes(one.impact));
        assert.deepEqual(bad.map((one) => `${view} ${colorScheme}: ${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`), []);
      }
      await page.context().close();
    }
  }
});
