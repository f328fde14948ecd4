// The page around the views: what is decided so far, keys, theme, files. Begins everything.

function drawTally() {
  const [a, b, c] = document.querySelectorAll(".progress i");
  a.style.width = `${(100 * states.remove) / Math.max(1, groups.length)}%`;
  b.style.width = `${(100 * states.keep) / Math.max(1, groups.length)}%`;
  c.style.width = `${(100 * states.later) / Math.max(1, groups.length)}%`;
  fill($("tally"),
    h("span", { class: "remove" }, h("b", {}, count(states.remove)), " remove"), h("span", { class: "keep" }, h("b", {}, count(states.keep)), " keep"),
    h("span", { class: "later" }, h("b", {}, count(states.later)), " later"), h("span", {}, h("b", {}, count(states.open)), " undecided"));
  $("undo").disabled = !past.length;
  $("save").disabled = !decided.size;
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([asLines()], { type: "application/jsonl" }));
  link.download = data.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  unsaved = false;
  document.body.classList.remove("unkept");
  $("saved").textContent = `Saved as ${data.file}`;
}

async function load(input) {
  const [file] = input.files;
  if (!file) return;
  const records = readLines(await file.text());
  if (records.length) decide(records, shown[at]);
  input.value = "";
  list.clear();
  narrow();
  draw(current());
  $("saved").textContent = records.length ? `${counted(records.length, "decision", "decisions")} loaded` : `${file.name} holds no decisions`;
}

const KEYS = [
  ["Answer", [["y Enter", "remove"], ["n", "keep"], ["s Space", "later"], ["p", "for this place only"], ["t", "for this text everywhere"], ["Y N S", "for the whole rule"], ["A", "remove all that is certain"], ["u", "undo"]]],
  ["Move", [["j ↓", "next group"], ["k ↑", "previous group"], ["[ ]", "another example"], ["g G", "first, last group"]]],
  ["Find", [["/", "search"], ["Esc", "leave the search, close"], ["1 2 3 4", "overview, review, rules, documents"], ["?", "these keys"]]],
];

function drawHelp() {
  fill($("help"),
    h("h2", { id: "help-title" }, "Keys"),
    h("div", { class: "keys" }, KEYS.map(([title, rows]) => h("section", {}, h("h3", {}, title), h("dl", {}, rows.map(([keys, what]) =>
      h("div", {}, h("dt", {}, keys.split(" ").map((one) => key(one))), h("dd", {}, what))))))),
    h("div", { class: "after" }, h("h3", {}, "Then"), h("p", {}, "Save the decisions and apply them:"), h("pre", { tabindex: "0" }, h("code", {}, data.apply)),
      h("p", { class: "aside" }, "Until then they stay in this browser. Nothing leaves this file.")),
    h("button", { type: "button", class: "strong", on: { click: () => $("help").close() } }, "Close"));
}

const THEMES = ["auto", "light", "dark"];
function theme(next) {
  let now = "auto";
  try { now = localStorage.getItem("dehusk.theme") ?? "auto"; } catch { /* the page looks as the system does */ }
  if (next) {
    const dark = now === "dark" || (now === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    now = dark ? "light" : "dark";
    try { localStorage.setItem("dehusk.theme", now); } catch { /* for this visit only */ }
  }
  document.documentElement.dataset.theme = THEMES.includes(now) ? now : "auto";
}

const VIEWS = ["overview", "review", "rules", "documents"];
const current = () => (VIEWS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "overview");
const titles = { overview: "Overview", review: "Review", rules: "Rules", documents: "Documents" };

function draw(name) {
  if (name === "overview") drawOverview();
  if (name === "rules") drawRules();
  if (name === "documents") drawDocuments();
  if (name === "review") {
    drawFilters();
    drawList();
    drawDetail();
  }
}
function show() {
  if (location.hash === "#main") return;
  const name = current();
  document.body.dataset.view = name;
  for (const one of VIEWS) $(one).hidden = one !== name;
  for (const link of document.querySelectorAll(".views a")) {
    if (link.getAttribute("href") === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${titles[name]} · dehusk report · ${data.source}`;
  draw(name);
  $("main").scrollTop = 0;
  if (name === "review") $("groups").focus({ preventScroll: true });
}

function onKey(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const writing = target.matches?.("input:not([type=checkbox]), select, textarea");
  const asking = document.querySelector("dialog[open]");
  if (key === "Escape" && !asking) {
    if (writing) $("groups").focus();
    else if ($("review").classList.contains("filtering")) $("review").classList.remove("filtering");
    else if ($("review").classList.contains("open")) back();
    return;
  }
  if (writing || asking) return;
  const pressing = target.closest?.("button, a, summary, label, input");
  const inTable = target.closest?.(".wide, .papers");
  const act = common(key) ?? (current() === "review" && !inTable ? reviewing(key, pressing) : undefined);
  if (!act) return;
  event.preventDefault();
  act();
}
function common(key) {
  if (key === "?") return () => $("help").showModal();
  if (key === "u") return stepBack;
  if (key === "/") return search;
  if (/^[1-4]$/.test(key)) return () => go(VIEWS[key - 1]);
  return undefined;
}
// What is typed behind the slash belongs to the search at once; another view has to be left before.
function search() {
  const focus = () => $("query").focus();
  if (current() === "review") return focus();
  go("review");
  setTimeout(focus, 0);
}
function reviewing(key, pressing) {
  switch (key) {
    case "y": return () => settle("remove");
    case "n": return () => settle("keep");
    case "s": return () => settle("later");
    case "Y": return () => settle("remove", "rule");
    case "N": return () => settle("keep", "rule");
    case "S": return () => settle("later", "rule");
    case "j": case "J": case "ArrowDown": return () => choose(at + 1);
    case "k": case "K": case "ArrowUp": return () => choose(at - 1);
    case "t": return () => setReach("text");
    case "p": return () => setReach(reach === "text" ? "place" : "text");
    case "A": return askAll;
    case "[": case "ArrowLeft": return () => turn(-1);
    case "]": case "ArrowRight": return () => turn(1);
    case "g": case "Home": return () => choose(0);
    case "G": case "End": return () => choose(shown.length - 1);
    case "PageDown": return () => choose(at + 10);
    case "PageUp": return () => choose(at - 10);
    // A button that has the focus is pressed by these two.
    case "Enter": return pressing ? undefined : () => settle("remove");
    case " ": return pressing ? undefined : () => settle("later");
    default: return undefined;
  }
}

theme(false);
restore();
list = new Rows($("groups"), 58, row);
setUpSearch();
drawHelp();
filter();
drawTally();
$("theme").addEventListener("click", () => theme(true));
$("keys").addEventListener("click", () => $("help").showModal());
$("undo").addEventListener("click", stepBack);
$("save").addEventListener("click", save);
$("load").addEventListener("change", (event) => load(event.target));
addEventListener("hashchange", show);
addEventListener("keydown", onKey);
addEventListener("beforeprint", () => current() === "documents" && papers.print(300));
addEventListener("afterprint", () => current() === "documents" && papers.clear());
addEventListener("pagehide", () => waiting && store());
addEventListener("beforeunload", (event) => {
  // Only where closing would lose something.
  if (unsaved && waiting) store();
  if (unsaved && !kept) event.preventDefault();
});
show();
document.documentElement.dataset.ready = "yes";
