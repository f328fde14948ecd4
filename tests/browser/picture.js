// The picture of the report in the README, from the fixtures: ./run picture [FILE]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = process.argv[2] ?? join(root, "docs/report.png");
const folder = mkdtempSync(join(tmpdir(), "dehusk-picture-"));
const report = join(folder, "report.html");
execFileSync(process.env.DEHUSK, ["report", "fixtures/scraped", "--isolated", "--quiet", "--out", report], { cwd: root });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const page = await (await browser.newContext({ viewport: { width: 1240, height: 760 }, colorScheme: "light", reducedMotion: "reduce" })).newPage();
await page.goto(`file://${report}#review`);
for (const key of ["y", "n", "y", "j", "y", "s", "y", "k", "k", "k", "k"]) await page.keyboard.press(key);
await page.locator("#groups").evaluate((box) => box.blur());
await page.waitForTimeout(400);
await page.screenshot({ path: target });
await browser.close();
rmSync(folder, { recursive: true });
console.log(`${target}: ${statSync(target).size} bytes`);
