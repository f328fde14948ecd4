// The report's page: reads the data beside it, draws it, collects decisions.
//
// Everything in the data comes from scraped documents and is hostile. It reaches the page as text nodes and as attributes
// that hold no code; the policy in the head forbids the rest (no other script, no markup from strings, no network).
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const { rules, groups, names, sites, languages, documents, totals } = data;
const LEVELS = ["high", "medium", "low"];

// What is left out of the data has the value that most groups have.
for (const group of groups) {
  group.c = LEVELS[group.c];
  group.d ??= group.n;
  group.s ??= [];
  group.l = languages[group.l]?.[0] ?? "any";
}

// ---------------------------------------------------------------- small tools

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const ATTRIBUTES = /^(?:aria-[a-z]+|class|cols|data-[a-z]+|dir|disabled|fill|for|height|hidden|id|name|open|points|preserveAspectRatio|role|rx|scope|selected|tabindex|title|type|value|viewBox|width|x|y|placeholder|checked|colspan|d|href|lang|translate|size|spellcheck|autocomplete|enterkeyhint|max|min)$/;

function make(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    } else if (name === "style") {
      for (const [key, part] of Object.entries(value)) node.style.setProperty(key, part);
    } else {
      // Links lead to a place in this page and nowhere else.
      if (!ATTRIBUTES.test(name) || (name === "href" && !/^#[a-z]+$/.test(value))) throw new Error(`no attribute for a page: ${name}`);
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const h = (tag, props, ...children) => make(document.createElement(tag), props, children);
const fill = (box, ...children) => { box.replaceChildren(); return make(box, {}, children); };
const svg = (tag, props, ...children) => make(document.createElementNS(SVG, tag), props, children);

const THIN = "\u202f";
const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, THIN);
const counted = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;
function bytes(n) {
  if (n < 1024) return `${n} B`;
  let unit = 0;
  for (n /= 1024; n >= 1024 && unit < 3; unit++) n /= 1024;
  return `${n < 10 ? n.toFixed(1) : count(Math.round(n))} ${["KiB", "MiB", "GiB", "TiB"][unit]}`;
}
function percent(part, whole) {
  if (!whole || !part) return "0%";
  const share = (100 * part) / whole;
  return share < 0.1 ? "<0.1%" : `${share < 10 ? share.toFixed(1) : Math.round(share)}%`;
}
const site = (at) => sites[at]?.[0] ?? "";
const family = (rule) => rule.id.split("/")[0];
const level = (name, words) => h("span", { class: `level ${name}`, title: `${name} confidence` },
  h("span", { class: words ? "" : "sr" }, words ? `${name} confidence` : `${name} confidence, `));
const key = (word) => h("kbd", {}, word);
/// A rule's name, which may be divided behind its family.
const ruleName = (id) => h("bdi", {}, id.split("/").flatMap((part, n) => (n ? ["/", h("wbr"), part] : [part])));
const say = (words) => { $("live").textContent = words; };

// Hidden characters come as ‹U+202E›; they are drawn so that nobody takes them for words of the text.
const HIDDEN = /(‹U\+[0-9A-F]{4,6}›)/;
const text = (words) => words.split(HIDDEN).map((part, n) => (n % 2 ? h("span", { class: "hidden", dir: "ltr" }, part.slice(1, -1)) : part));

// ---------------------------------------------------------------- decisions

// A record for each key; the key says what it speaks for: a place, a text, a rule.
const decided = new Map();
const past = [];
let unsaved = false;
// What is kept in the browser belongs to these documents and to the decisions that the page began with: an older page does
// not overrule a newer file.
const STORE = `dehusk.report.${data.id}.${(data.decisions.reduce((hash, one) => [...`${one.key}${one.decision}`].reduce((sum, c) => (Math.imul(sum, 31) + c.codePointAt(0)) >>> 0, hash), 0)).toString(36)}`;

function decisionOf(group) {
  const alone = group.n === 1 ? decided.get(group.x[0].k) : undefined;
  return alone ?? decided.get(group.k) ?? decided.get(rules[group.r].k);
}
const answer = (group) => decisionOf(group)?.decision ?? "open";

/// Sets records by key and remembers what they replace. `undefined` takes a record away.
function decide(records, at) {
  past.push({ at, before: records.map(([key]) => [key, decided.get(key)]) });
  for (const [key, record] of records) record ? decided.set(key, record) : decided.delete(key);
  changed();
}
function undo() {
  const last = past.pop();
  if (!last) return undefined;
  for (const [key, record] of last.before.reverse()) record ? decided.set(key, record) : decided.delete(key);
  changed();
  return last.at;
}
const today = () => new Date().toISOString().slice(0, 10);

/// A decision as `dehusk review` writes it.
function record(key, scope, rule, decision, more) {
  return [key, { key, scope, rule: rule.id, decision, ...more.what, at: today(), confidence: more.confidence, level: data.level, ...more.where }];
}
function onText(group, decision, place) {
  const x = group.x[place ? example : 0];
  const shown = { confidence: group.c, where: { place: `${names[x.d]}:${x.n}` } };
  return place
    ? record(x.k, "place", rules[group.r], decision, { ...shown, what: { text: x.t ?? group.t, seen: 1 } })
    : record(group.k, "text", rules[group.r], decision, { ...shown, what: { text: group.t, seen: group.n } });
}
const onRule = (rule, decision) => record(rule.k, "rule", rule, decision, { what: { text: "", seen: rule.cuts }, confidence: rule.confidence });
const asLines = () => [...decided.values()].map((record) => JSON.stringify(record) + "\n").join("");

function readLines(lines) {
  const known = [];
  for (const line of lines.split("\n")) {
    if (!line.trim()) continue;
    let record;
    try { record = JSON.parse(line); } catch { continue; }
    if (typeof record?.key === "string" && ["remove", "keep", "later"].includes(record.decision)) known.push([record.key, record]);
  }
  return known;
}

let waiting = 0;
function store() {
  clearTimeout(waiting);
  waiting = 0;
  try {
    localStorage.setItem(STORE, asLines());
    $("saved").textContent = decided.size ? "Kept in this browser" : "";
  } catch {
    $("saved").textContent = "This browser keeps nothing for files: save before you close";
  }
}
function changed() {
  unsaved = decided.size > 0;
  waiting ||= setTimeout(store, 250);
  drawTally();
}
function restore() {
  for (const record of data.decisions ?? []) decided.set(record.key, record);
  try {
    for (const [key, record] of readLines(localStorage.getItem(STORE) ?? "")) decided.set(key, record);
  } catch { /* told when something is to be kept */ }
}

// ---------------------------------------------------------------- state of the review

const EVERYTHING = { query: "", answer: "all", family: null, rule: null, site: "", language: "", middle: false };
const view = { ...EVERYTHING, levels: new Set(LEVELS), order: "risk" };
let shown = [];
let at = 0;
let example = 0;
// What the next answer speaks for: a text wherever it stands, or the one place that is shown.
let reach = "text";
let haystack = null;

const ORDERS = {
  risk: ["Riskiest first", null],
  seen: ["Most frequent first", (a, b) => groups[b].n - groups[a].n || a - b],
  long: ["Longest first", (a, b) => groups[b].b / groups[b].n - groups[a].b / groups[a].n || a - b],
  rule: ["By rule", (a, b) => groups[a].r - groups[b].r || a - b],
};

function words(n) {
  // Lower-cased once, when first searched.
  haystack ??= groups.map((group) =>
    [group.t, rules[group.r].id, ...group.x.map((x) => names[x.d])].join("\n").toLowerCase());
  return haystack[n];
}

/// Words in any order; "in quotes" they stand as they are.
const asked = () => [...view.query.toLowerCase().matchAll(/"([^"]+)"?|([^\s"]+)/g)].map((part) => part[1] ?? part[2]);

/// The example to begin with: one of the document or the site that is looked for.
function firstExample() {
  const wanted = [...asked(), ...(view.site === "" ? [] : [site(view.site)])];
  return Math.max(0, groups[shown[at]]?.x.findIndex((x) => wanted.some((word) => names[x.d].toLowerCase().includes(word))) ?? 0);
}

function filter() {
  const query = asked();
  const before = shown[at];
  shown = [];
  groups.forEach((group, n) => {
    const rule = rules[group.r];
    if (!view.levels.has(group.c)) return;
    if (view.rule !== null ? group.r !== view.rule : view.family && family(rule) !== view.family) return;
    if (view.site !== "" && !group.s.includes(view.site)) return;
    if (view.language && group.l !== view.language) return;
    if (view.middle && !group.h[1]) return;
    if (view.answer !== "all" && answer(group) !== view.answer) return;
    if (query.length && !query.every((word) => words(n).includes(word))) return;
    shown.push(n);
  });
  const order = ORDERS[view.order][1];
  if (order) shown.sort(order);
  at = Math.max(0, shown.indexOf(before));
  example = firstExample();
}

// ---------------------------------------------------------------- rows that exist only where they are seen

class Rows {
  constructor(box, height, draw) {
    Object.assign(this, { box, height, draw, items: [], live: new Map() });
    this.inner = h("div", { class: "inner", role: "presentation" });
    box.append(this.inner);
    let asked = false;
    const ask = () => {
      if (!asked) requestAnimationFrame(() => { asked = false; this.paint(); });
      asked = true;
    };
    box.addEventListener("scroll", ask, { passive: true });
    new ResizeObserver(ask).observe(box);
  }
  set(items) {
    this.items = items;
    this.inner.style.height = `${items.length * this.height}px`;
    this.clear();
  }
  clear() {
    for (const row of this.live.values()) row.remove();
    this.live.clear();
    this.paint();
  }
  again(n) {
    this.live.get(n)?.remove();
    this.live.delete(n);
    this.paint();
  }
  paint() {
    const { box, height, items, live } = this;
    if (!box.clientHeight) return;
    const first = Math.max(0, Math.floor(box.scrollTop / height) - 6);
    const last = Math.min(items.length, Math.ceil((box.scrollTop + box.clientHeight) / height) + 6);
    for (const [n, row] of live) {
      if (n < first || n >= last) {
        row.remove();
        live.delete(n);
      }
    }
    for (let n = first; n < last; n++) {
      if (live.has(n)) continue;
      const row = this.draw(items[n], n);
      row.style.setProperty("transform", `translateY(${n * height}px)`);
      live.set(n, row);
      // In reading order, whatever the order of scrolling.
      const next = [...live.keys()].filter((other) => other > n);
      this.inner.insertBefore(row, next.length ? live.get(Math.min(...next)) : null);
    }
  }
  /// On paper nothing scrolls: the first rows, all of them at once.
  print(most) {
    this.clear();
    this.items.slice(0, most).forEach((item, n) => {
      if (!this.live.has(n)) this.live.set(n, this.draw(item, n));
      this.inner.append(this.live.get(n));
    });
  }
  show(n) {
    const { box, height } = this;
    const top = n * height;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
    this.paint();
  }
}

// ---------------------------------------------------------------- review: list

let list;
const ANSWERS = { open: "undecided", remove: "remove", keep: "keep", later: "later" };

function row(n, place) {
  const group = groups[n];
  const rule = rules[group.r];
  const now = answer(group);
  return h("div", {
    class: `row ${now}`, role: "option", id: `g${n}`, "aria-selected": String(place === at), "aria-setsize": shown.length,
    "aria-posinset": place + 1, on: { click: () => choose(place, true) },
  },
  h("p", { class: "words", dir: "auto" }, text(group.t.slice(0, 160).replace(/\s+/g, " ").trim())),
  h("p", { class: "under" },
    level(group.c), h("bdi", { class: "rule" }, rule.id),
    h("span", { class: "times" }, `${count(group.n)}×`, h("span", { class: "sr" }, " seen")),
    h("span", { class: "answer" }, h("span", { class: now === "open" ? "sr" : "" }, ANSWERS[now]))));
}

function drawList() {
  list.set(shown);
  const all = shown.length === groups.length;
  fill($("count"),
    h("span", {}, all ? counted(groups.length, "group", "groups") : `${count(shown.length)} of ${counted(groups.length, "group", "groups")}`),
    all ? "" : h("button", { type: "button", class: "link", on: { click: clearFilters } }, "Clear filters"));
  if (!shown.length) $("groups").removeAttribute("aria-activedescendant");
  list.show(at);
}

function choose(place, open) {
  const old = at;
  at = Math.max(0, Math.min(place, shown.length - 1));
  example = firstExample();
  reach = "text";
  list.again(old);
  list.again(at);
  list.show(at);
  if (open) $("review").classList.add("open");
  drawDetail();
}

// ---------------------------------------------------------------- review: one group

/// The lines of an example: what stays, what this group takes, what other rules take.
function lines(group, x) {
  const pieces = [];
  (x.a ?? []).forEach((part, n) => pieces.push([n % 2 ? "other" : "stays", part]));
  pieces.push(["cut", x.t ?? group.t]);
  (x.z ?? []).forEach((part, n) => pieces.push([n % 2 ? "other" : "stays", part]));
  const out = [[]];
  let before = 0;
  for (const [kind, part] of pieces) {
    if (kind === "cut") before = out.length - 1;
    part.split("\n").forEach((piece, n) => {
      if (n) out.push([]);
      if (piece) out.at(-1).push([kind, piece]);
    });
  }
  return { out, first: x.n - before };
}

function context(group, x) {
  const { out, first } = lines(group, x);
  return h("div", { class: "context" }, out.map((parts, n) => {
    const blank = parts.every(([, piece]) => !piece.trim());
    return h("div", { class: blank ? "line blank" : "line" },
      h("span", { class: "number", "aria-hidden": "true" }, first + n > 0 ? first + n : ""),
      h("p", { class: "said", dir: "auto" }, parts.map(([kind, piece]) => {
        if (kind === "stays") return h("span", {}, text(piece));
        return h("del", { class: kind, title: kind === "cut" ? "what this group takes" : "what other rules take here" }, text(piece));
      })));
  }));
}

const ACTS = [
  ["y", "Remove", "remove", "This text goes, wherever this rule finds it"],
  ["n", "Keep", "keep", "This text stays"],
  ["s", "Later", "later", "Left undecided, to be asked again"],
];

function drawDetail() {
  const box = $("detail");
  const group = groups[shown[at]];
  if (group) $("groups").setAttribute("aria-activedescendant", `g${shown[at]}`);
  if (group && !group.x[example].k) reach = "text";
  if (!group) {
    box.replaceChildren(h("div", { class: "nothing" }, h("p", {}, "No group passes the filters."),
      h("button", { type: "button", on: { click: clearFilters } }, "Clear filters")));
    return;
  }
  const rule = rules[group.r];
  const x = group.x[example];
  const record = decided.get(x.k) ?? decisionOf(group);
  const now = record?.decision ?? "open";
  const many = group.x.length > 1;
  const button = (act, words, letter, cls, title) => h("button", {
    type: "button", class: cls, title, "aria-keyshortcuts": letter, on: { click: act },
  }, h("span", {}, words), key(letter));
  fill(box,
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "The removal in its context" },
      h("button", { type: "button", class: "back quiet", on: { click: back } }, "‹ All groups"),
      h("header", {},
        h("p", { class: "where" }, level(group.c, true), h("span", {}, `${count(at + 1)} of ${count(shown.length)}`)),
        h("h2", {}, ruleName(rule.id)),
        h("p", { class: "summary", dir: "auto" }, text(rule.summary)),
        rule.risk && h("p", { class: "risk" }, h("b", {}, "Risk"), h("span", { dir: "auto" }, text(rule.risk)))),
      h("div", { class: "place" },
        h("p", { class: "seen" }, group.n === 1 ? "Seen once" : [`Seen ${count(group.n)} times in ${counted(group.d, "document", "documents")}`,
          sites.length > 1 && ` of ${counted(group.s.length, "site", "sites")}`], ` · ${bytes(Math.round(group.b / group.n))}${group.n > 1 ? " each" : ""}`,
          group.l !== "any" && ` · ${language(group.l)}`),
        many && h("p", { class: "examples" },
          h("button", { type: "button", class: "quiet", "aria-label": "Previous example", "aria-keyshortcuts": "[", disabled: example === 0, on: { click: () => turn(-1) } }, key("[")),
          h("span", {}, `example ${example + 1} of ${group.x.length}`),
          h("button", { type: "button", class: "quiet", "aria-label": "Next example", "aria-keyshortcuts": "]", disabled: example + 1 === group.x.length, on: { click: () => turn(1) } }, key("]")))),
      h("figure", {},
        h("figcaption", {}, h("bdi", { class: "path" }, `${names[x.d]}:${x.n}`),
          whereabouts(group.h)),
        context(group, x)),
      x.e?.length ? h("div", { class: "evidence" }, h("h3", {}, "What spoke for it"), h("ul", {}, x.e.map((words) => h("li", { dir: "auto" }, text(words))))) : null,
      x.a || x.z ? null : h("p", { class: "aside" }, data.partial ? "A removal log holds what went, not what stood around it." : "Shown without its context, to keep this file small.")),
    h("div", { class: "acts" },
      h("div", { class: "said-so" },
        h("p", { class: `now ${now}` }, now === "open" ? "Undecided" : [h("b", {}, ANSWERS[now]), { rule: ", the whole rule", place: ", this place", text: "" }[record.scope]]),
        x.k && group.n > 1 && button(() => setReach(reach === "text" ? "place" : "text"), reach === "text" ? "for this text, everywhere" : "for this place only", "p", `quiet reach${reach === "place" ? " on" : ""}`, "What the next answer speaks for")),
      h("div", { class: "main" }, ACTS.map(([letter, words, decision, title]) =>
        button(() => settle(decision), words, letter, `${decision}${now === decision ? " on" : ""}`, title))),
      h("div", { class: "more" },
        button(() => settle("remove", "rule"), "Remove all of this rule", "Y", "quiet", "Every group of this rule that has no answer of its own"),
        button(() => settle("keep", "rule"), "Keep all of this rule", "N", "quiet", "Every group of this rule that has no answer of its own"),
        button(next, "Next", "j", "quiet", "The next group"))));
  box.firstElementChild.scrollTop = 0;
}

/// In which thirds of their texts the cuts of a group lie.
function whereabouts(thirds) {
  const all = Math.max(1, whole(thirds));
  const words = ["first", "middle", "last"].map((name, n) => (thirds[n] ? `${percent(thirds[n], all)} in the ${name} third` : "")).filter(Boolean).join(", ");
  return h("span", { class: "thirds", title: words }, thirds.map((n, at) => h("i", { class: `${n ? "some" : ""} ${at === 1 ? "amid" : ""}` })),
    h("span", { class: "sr" }, words));
}

function back() {
  $("review").classList.remove("open");
  $("groups").focus({ preventScroll: true });
}
function turn(by) {
  const most = groups[shown[at]]?.x.length ?? 1;
  const to = Math.max(0, Math.min(most - 1, example + by));
  if (to === example) return;
  example = to;
  drawDetail();
  say(`example ${example + 1} of ${most}`);
}
function setReach(to) {
  reach = to === "place" && groups[shown[at]]?.x[example].k ? "place" : "text";
  drawDetail();
  say(reach === "text" ? "for this text, everywhere" : "for this place only");
}
/// Everything that is certain at once, after one question.
function askAll() {
  const certain = shown.filter((n) => groups[n].c === "high" && answer(groups[n]) === "open");
  const box = $("ask");
  const close = () => box.close();
  fill(box, h("h2", { id: "ask-title" }, certain.length ? `Remove ${counted(certain.length, "group", "groups")} of high confidence?` : "No undecided group of high confidence is in the list"),
    h("p", { class: "aside" }, "Those in the list that have no answer yet. Undo takes it back."),
    h("div", { class: "choice" },
      certain.length ? h("button", { type: "button", class: "strong", on: { click: () => {
        close();
        decide(certain.map((n) => onText(groups[n], "remove")), shown[at]);
        drawFilters();
        list.clear();
        advance();
      } } }, "Remove them") : null,
      h("button", { type: "button", on: { click: close } }, certain.length ? "Cancel" : "Close")));
  box.showModal();
}
function next() { choose(at + 1); }

/// The next group without an answer, from the one after this one on, then from the top.
function advance() {
  for (let step = 1; step <= shown.length; step++) {
    const place = (at + step) % shown.length;
    if (answer(groups[shown[place]]) === "open") return choose(place);
  }
  list.clear();
  drawDetail();
}

function settle(decision, scope) {
  const group = groups[shown[at]];
  if (!group) return;
  const rule = rules[group.r];
  const place = scope !== "rule" && reach === "place" && group.n > 1;
  decide([scope === "rule" ? onRule(rule, decision) : onText(group, decision, place)], shown[at]);
  say(scope === "rule" ? `${ANSWERS[decision]}: all of ${rule.id}` : `${ANSWERS[decision]}${place ? ", this place" : ""}`);
  if (place) {
    // The other places of this text are still to be asked about.
    if (example + 1 < group.x.length) turn(1);
    else advance();
    return;
  }
  if (scope === "rule") list.clear();
  else list.again(at);
  drawFilters();
  advance();
}

function stepBack() {
  const where = undo();
  if (where === undefined) return;
  say("undone");
  const place = shown.indexOf(where);
  list.clear();
  drawFilters();
  if (place >= 0) choose(place);
  else drawDetail();
}

// ---------------------------------------------------------------- review: filters

const narrow = () => { filter(); drawList(); drawDetail(); drawFilters(); };

function clearFilters() {
  Object.assign(view, { ...EVERYTHING, levels: new Set(LEVELS) });
  $("query").value = "";
  narrow();
}

function setUpSearch() {
  const input = h("input", {
    type: "search", id: "query", placeholder: "Text, rule, document…", "aria-label": "Search text, rule, document", "aria-keyshortcuts": "/",
    autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    on: { input: () => { view.query = input.value; narrow(); } },
  });
  const order = h("select", { "aria-label": "Order", on: { change: () => { view.order = order.value; narrow(); } } },
    Object.entries(ORDERS).map(([name, [words]]) => h("option", { value: name }, words)));
  document.querySelector(".search").append(input, key("/"), order,
    h("button", { type: "button", class: "quiet drawer", "aria-controls": "filters", on: { click: () => $("review").classList.toggle("filtering") } }, "Filters"));
}

let drawn = false;
function drawFilters() {
  const box = $("filters");
  const done = new Map();
  const states = { all: groups.length, open: 0, remove: 0, keep: 0, later: 0 };
  for (const group of groups) {
    const now = answer(group);
    states[now] += 1;
    if (now !== "open") done.set(group.r, (done.get(group.r) ?? 0) + 1);
  }
  const families = new Map();
  rules.forEach((rule, n) => {
    if (!rule.groups) return;
    const one = families.get(family(rule)) ?? { rules: [], groups: 0, done: 0, cuts: 0 };
    families.set(family(rule), one);
    one.rules.push(n);
    one.groups += rule.groups;
    one.done += done.get(n) ?? 0;
    one.cuts += rule.cuts;
  });
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.dataset.family));
  const scroll = box.scrollTop;
  const focus = box.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  const pick = (pressed, place, act, ...children) => h("button", {
    type: "button", class: "pick", "aria-pressed": String(pressed), "data-at": place, on: { click: act },
  }, children);
  const names = { all: "All", open: "Undecided", remove: "Remove", keep: "Keep", later: "Later" };
  const share = (part, whole) => (done.size ? h("span", { class: "n" }, h("b", {}, count(part ?? 0)), ` / ${count(whole)}`) : h("span", { class: "n" }, count(whole)));
  fill(box,
    h("h2", {}, "Answer"),
    h("div", { class: "answers", role: "group", "aria-label": "Answer" }, Object.entries(states).map(([name, n]) =>
      pick(view.answer === name, `answer ${name}`, () => { view.answer = name; narrow(); }, h("span", { class: `dot ${name}` }), h("span", {}, names[name]), h("span", { class: "n" }, count(n))))),
    h("h2", {}, "Confidence"),
    h("div", { class: "levels" }, LEVELS.map((name) => {
      const tick = h("input", { type: "checkbox", checked: view.levels.has(name), "data-at": `level ${name}`, on: { change: () => { view.levels[tick.checked ? "add" : "delete"](name); narrow(); } } });
      return h("label", {}, tick, level(name), name);
    })),
    h("label", { class: "inside" }, (() => {
      const tick = h("input", { type: "checkbox", checked: view.middle, "data-at": "middle", on: { change: () => { view.middle = tick.checked; narrow(); } } });
      return tick;
    })(), "Only inside the text"),
    sites.length > 1 && h("label", { class: "pull" }, h("span", {}, "Site"), choice("site", view.site, [["", "All sites"], ...sites.slice(0, 500).map((one, n) => [n, `${one[0]} (${count(one[5])})`])],
      (value) => { view.site = value === "" ? "" : Number(value); })),
    languages.length > 1 && h("label", { class: "pull" }, h("span", {}, "Language"), choice("language", view.language, [["", "All languages"], ...languages.map((one) => [one[0], `${language(one[0])} (${count(one[1])})`])],
      (value) => { view.language = value; })),
    h("h2", {}, "Rules", h("span", { class: "n" }, done.size ? "decided" : "groups")),
    h("div", { class: "families" }, [...families].map(([name, one]) => {
      const details = h("details", { "data-family": name, open: drawn ? open.has(name) : false },
        h("summary", { "aria-label": `Rules of ${name}`, "data-at": `open ${name}` }),
        one.rules.map((n) => pick(view.rule === n, `rule ${n}`, () => {
          view.rule = view.rule === n ? null : n;
          view.family = null;
          narrow();
        }, level(rules[n].confidence), h("bdi", {}, rules[n].id.slice(name.length + 1)), share(done.get(n), rules[n].groups))));
      return h("div", { class: "family" }, pick(view.family === name, `family ${name}`, () => {
        view.family = view.family === name ? null : name;
        view.rule = null;
        narrow();
      }, h("bdi", {}, name), share(one.done, one.groups)), details);
    })));
  drawn = true;
  box.scrollTop = scroll;
  if (focus) [...box.querySelectorAll("[data-at]")].find((one) => one.dataset.at === focus)?.focus({ preventScroll: true });
}

function choice(place, value, options, act) {
  const box = h("select", { "data-at": place, on: { change: () => { act(box.value); narrow(); } } },
    options.map(([name, words]) => h("option", { value: name, selected: name === value }, words)));
  return box;
}

const tongues = (() => { try { return new Intl.DisplayNames(["en"], { type: "language" }); } catch { return null; } })();
function language(code) {
  if (code === "any") return "in any language";
  try { return tongues?.of(code) ?? code; } catch { return code; }
}

// ---------------------------------------------------------------- overview

/// Rows of name, bar and figure: a table for those who hear it, bars for those who see it.
function bars(caption, head, items, act) {
  const most = Math.max(1, ...items.map((item) => (item.rest ? 0 : item.value)));
  return h("table", { class: "bars" },
    h("caption", { class: "sr" }, caption),
    h("thead", { class: "sr" }, h("tr", {}, head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, items.map((item) => h("tr", {},
      h("th", { scope: "row" }, act ? h("button", { type: "button", class: "link", on: { click: () => act(item) } }, h("bdi", {}, item.name)) : h("bdi", {}, item.name)),
      h("td", { class: "bar" }, item.rest ? null : h("i", { style: { width: `${(100 * item.value) / most}%` } })),
      h("td", { class: "figure" }, item.figure), h("td", { class: "figure soft" }, item.more ?? "")))));
}

const LOSS = ["nothing", "under 1%", "1–5%", "5–10%", "10–20%", "20–35%", "35–50%", "over half"];
const LOSS_FROM = [0, 0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5];

function columns(values, labels, tall, act) {
  const most = Math.max(1, ...values);
  return h("ol", { class: "columns" }, values.map((value, n) => {
    const inner = [
      h("span", { class: "figure" }, count(value)),
      h("span", { class: "tube" }, h("i", { class: tall?.(n) ? "warm" : "", style: { height: value ? `max(2px, ${(100 * value) / most}%)` : "0" } })),
      h("span", { class: "label" }, labels[n]),
    ];
    return h("li", {}, act && value ? h("button", { type: "button", class: "column", on: { click: () => act(n) } }, inner) : h("span", { class: "column" }, inner));
  }));
}

// What stands before the first tenth of what stays is the head of a text, what stands behind the last tenth its tail.
const EDGE = 0.1;
// A rule with more of its cuts in between is pointed out.
const AMID = 0.6;

/// Where cuts lie, from the head of the text to its tail.
function spark(values, wide, tall) {
  const most = Math.max(1, ...values);
  const step = wide / values.length;
  return svg("svg", { class: "spark", viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "ground", x: 0, y: tall - 1, width: wide, height: 1 }),
    values.map((value, n) => {
      const height = value ? Math.max(2, (value / most) * (tall - 1)) : 0;
      const middle = n >= values.length * EDGE && n < values.length * (1 - EDGE);
      return svg("rect", { class: middle ? "middle" : "edge", x: (n * step + step * 0.1).toFixed(2), y: (tall - height).toFixed(2), width: (step * 0.8).toFixed(2), height: height.toFixed(2) });
    }));
}
const inMiddle = (values) => values.reduce((sum, value, n) => sum + (n >= values.length * EDGE && n < values.length * (1 - EDGE) ? value : 0), 0);
const whole = (values) => values.reduce((sum, value) => sum + value, 0);

function panel(title, note, ...children) {
  return h("section", { class: "panel" }, h("h2", {}, title), note && h("p", { class: "aside" }, note), children);
}

function go(where, change) {
  change?.();
  location.hash = where;
}
function reviewOnly(change) {
  go("review", () => {
    Object.assign(view, { ...EVERYTHING, levels: new Set(LEVELS), order: "risk" }, change);
    $("query").value = view.query;
    document.querySelector(".search select").value = view.order;
    filter();
    at = 0;
  });
}

// Bytes of a removal that is worth a look for its length alone.
const LONG = 800;

function drawOverview() {
  const families = new Map();
  for (const rule of rules) {
    const one = families.get(family(rule)) ?? { name: family(rule), value: 0, cuts: 0 };
    families.set(one.name, one);
    one.value += rule.bytes;
    one.cuts += rule.cuts;
  }
  const byBytes = [...families.values()].filter((one) => one.value).sort((a, b) => b.value - a.value)
    .map((one) => ({ ...one, figure: bytes(one.value), more: percent(one.value, totals.removed) }));
  const everywhere = rules[0]?.at.map((_, n) => rules.reduce((sum, rule) => sum + rule.at[n], 0)) ?? [];
  const middle = rules.filter((rule) => rule.cuts >= 5 && inMiddle(rule.at) > AMID * whole(rule.at));
  const long = groups.filter((group) => group.b / group.n > LONG);
  const doubtful = groups.filter((group) => group.c !== "high").length;
  const looks = [
    totals.halved && ["documents", counted(totals.halved, "document loses more than half", "documents lose more than half"), "Pages that are all residue, or a rule gone wrong", () => go("documents", () => { losing = LOSS.length - 1; drawDocuments(); })],
    totals.heavy && ["documents", `${counted(totals.heavy, "document was", "documents were")} spared`, "Doubtful cuts would have taken most of the text, so only certain ones were made", () => go("documents", () => { losing = null; drawDocuments(); })],
    long.length && ["review", `${counted(long.length, "removal takes", "removals take")} more than ${LONG} bytes`, "Where something is wrong with one of these, much is lost", () => reviewOnly({ order: "long" })],
    middle.length && ["rules", `${counted(middle.length, "rule cuts", "rules cut")} inside texts`, "Most of their cuts lie amid what stays, where residue is rare", () => go("rules", () => { sorting = ["middle", true]; drawRules(); })],
    doubtful && ["review", `${counted(doubtful, "group is", "groups are")} not certain`, "Less than high confidence: a person should agree", () => reviewOnly({ levels: new Set(["medium", "low"]) })],
    totals.errors && [null, `${counted(totals.errors, "document", "documents")} could not be read`, "The run named them"],
  ].filter(Boolean);
  const topSites = sites.map((one, n) => ({ n, name: one[0], value: one[4], figure: bytes(one[4]), more: one[3] ? percent(one[4], one[3]) : "" })).sort((a, b) => b.value - a.value);
  const rest = topSites.slice(9);
  const tops = topSites.slice(0, 9);
  if (rest.length) tops.push({ rest: true, name: `${counted(rest.length, "other site", "other sites")}`, value: rest.reduce((sum, one) => sum + one.value, 0), figure: bytes(rest.reduce((sum, one) => sum + one.value, 0)) });
  const spoken = languages.map((one) => ({ code: one[0], name: language(one[0]), value: one[2], figure: bytes(one[2]), more: `${count(one[1])}×` })).slice(0, 12);
  fill($("overview"),
    h("header", { class: "hero" },
      h("p", { class: "over" }, "dehusk report · ", h("bdi", {}, data.source)),
      h("h1", { id: "overview-title" }, totals.bytes ? [h("b", {}, percent(totals.removed, totals.bytes)), data.partial ? " of the changed text goes" : " of the text goes"] : "Nothing was read"),
      h("div", { class: "weigh", role: "img", "aria-label": `${bytes(totals.bytes - totals.removed)} stay, ${bytes(totals.removed)} go` },
        h("i", { class: "stays", style: { "flex-grow": String(Math.max(0, totals.bytes - totals.removed)) } }),
        h("i", { class: "goes", style: { "flex-grow": String(totals.removed) } })),
      h("dl", { class: "figures" }, [
        [count(totals.documents), totals.documents === 1 ? "document" : "documents"],
        [count(totals.changed), `${totals.changed === 1 ? "changes" : "change"} (${percent(totals.changed, totals.documents)})`],
        [count(totals.removals), `removals in ${counted(totals.groups, "group", "groups")}`],
        [bytes(totals.removed), `go, of ${bytes(totals.bytes)}`],
        [count(sites.length + data.sites_left), sites.length === 1 ? "site" : "sites"],
      ].map(([figure, label]) => h("div", {}, h("dt", {}, label), h("dd", {}, h("b", {}, figure)))))),
    data.sampled ? h("p", { class: "notice" }, data.sampled) : null,
    looks.length ? h("section", { class: "looks", "aria-label": "Look here first" }, h("h2", {}, "Look here first"), h("ul", {}, looks.map(([, title, note, act]) =>
      h("li", {}, act ? h("button", { type: "button", on: { click: act } }, h("b", {}, title), h("span", {}, note)) : h("div", {}, h("b", {}, title), h("span", {}, note)))))) : null,
    h("div", { class: "panels" },
      h("div", {},
        panel("What goes", "Families of rules by the bytes they take", bars("Families by bytes removed", ["Family", "", "Bytes", "Share"], byBytes, (one) => reviewOnly({ family: one.name }))),
        panel("Languages", "Of the phrases that were found", bars("Languages by bytes removed", ["Language", "", "Bytes", "Cuts"], spoken, (one) => reviewOnly({ language: one.code })))),
      h("div", {},
        panel("How much each document loses", data.partial ? "Documents that changed, by the share that goes" : "Documents by the share that goes",
          columns(data.loss, LOSS, (n) => n === LOSS.length - 1, (n) => go("documents", () => { losing = n; drawDocuments(); }))),
        panel("Where cuts lie", "By what stays before them; residue belongs at the edges",
          h("figure", { class: "along", role: "img", "aria-label": `${percent(inMiddle(everywhere), whole(everywhere))} of the cuts lie inside their text` }, spark(everywhere, 400, 96),
            h("figcaption", { "aria-hidden": "true" }, h("span", {}, "head"), h("span", {}, `inside: ${percent(inMiddle(everywhere), whole(everywhere))}`), h("span", {}, "tail")))),
        sites.length > 1 && panel("Sites", "By the bytes that go, with the share of their text", bars("Sites by bytes removed", ["Site", "", "Bytes", "Share of its text"], tops, (one) => (one.rest ? go("review") : reviewOnly({ site: one.n })))))),
    h("p", { class: "colophon" }, `dehusk ${data.tool} · ${data.made} · removes ${data.level === "high" ? "high confidence only" : `down to ${data.level} confidence`}`,
      data.packs.map(([name, version, rules]) => ` · ${name} ${version} (${counted(rules, "rule", "rules")})`)));
}

// ---------------------------------------------------------------- rules

let sorting = ["bytes", true];
const BY = {
  id: ["Rule", (rule) => rule.id],
  documents: ["Documents", (rule) => rule.documents],
  cuts: ["Cuts", (rule) => rule.cuts],
  bytes: ["Bytes", (rule) => rule.bytes],
  middle: ["Where in the text", (rule) => (whole(rule.at) ? inMiddle(rule.at) / whole(rule.at) : 0)],
  done: ["Decided", (rule) => rule.done / Math.max(1, rule.groups)],
};

function heads(columns, now, act) {
  return h("thead", {}, h("tr", {}, Object.entries(columns).map(([name, [words]]) => h("th", {
    scope: "col", class: name, "aria-sort": now[0] === name ? (now[1] ? "descending" : "ascending") : undefined,
  }, h("button", { type: "button", class: "sort", on: { click: () => act(name) } }, words, h("span", { "aria-hidden": "true" }, now[0] === name ? (now[1] ? " ↓" : " ↑") : ""))))));
}

function drawRules() {
  for (const rule of rules) rule.done = 0;
  for (const group of groups) if (answer(group) !== "open") rules[group.r].done += 1;
  const [name, down] = sorting;
  const value = BY[name][1];
  const order = rules.map((_, n) => n).filter((n) => rules[n].cuts).sort((a, b) => {
    const [x, y] = [value(rules[a]), value(rules[b])];
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1) || (rules[a].id < rules[b].id ? -1 : 1);
  });
  const most = Math.max(1, ...rules.map((rule) => rule.bytes));
  fill($("rules"),
    h("header", { class: "lead" }, h("h1", { id: "rules-title" }, counted(order.length, "rule", "rules")),
      h("p", { class: "aside" }, "A rule that fires amid the prose (warm columns) stands out: residue stands at the head and the tail.")),
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table of rules" }, h("table", { class: "grid" },
      heads(BY, sorting, (to) => {
        sorting = [to, sorting[0] === to ? !sorting[1] : to !== "id"];
        drawRules();
        document.querySelector(`#rules th.${to} button`).focus();
      }),
      h("tbody", {}, order.map((n) => {
        const rule = rules[n];
        const share = whole(rule.at) ? inMiddle(rule.at) / whole(rule.at) : 0;
        return h("tr", {},
          h("th", { scope: "row" }, h("p", {}, level(rule.confidence), h("button", { type: "button", class: "link", on: { click: () => reviewOnly({ rule: n }) } }, ruleName(rule.id))), h("p", { class: "aside", dir: "auto" }, text(rule.summary))),
          h("td", { class: "figure" }, count(rule.documents)),
          h("td", { class: "figure" }, count(rule.cuts)),
          h("td", { class: "bytes" }, h("div", {}, h("span", {}, bytes(rule.bytes)), h("span", { class: "soft" }, percent(rule.bytes, totals.removed)), h("span", { class: "track" }, h("i", { style: { width: `${(100 * rule.bytes) / most}%` } })))),
          h("td", { class: "middle" }, spark(rule.at, 100, 22), h("span", { class: share > AMID && rule.cuts >= 5 ? "warm" : "soft" }, `${percent(share, 1)} inside`)),
          h("td", { class: "figure" }, rule.done ? percent(rule.done, rule.groups) : "–", h("span", { class: "soft" }, ` of ${count(rule.groups)}`)));
      })))));
}

// ---------------------------------------------------------------- documents

let losing = null;
let sought = "";
let papers;

function drawDocuments() {
  const some = documents.filter((one) => {
    const share = one[2] ? one[3] / one[2] : 0;
    if (losing !== null && LOSS[losing] !== undefined && bin(share, one[3]) !== losing) return false;
    return !sought || one[0].toLowerCase().includes(sought);
  });
  if (!papers) {
    const input = h("input", { type: "search", "aria-label": "Search documents", placeholder: "Document or site…", autocomplete: "off", spellcheck: "false", on: { input: () => { sought = input.value.trim().toLowerCase(); drawDocuments(); } } });
    const box = h("div", { class: "papers", role: "rowgroup", tabindex: "0", "aria-label": "Documents" });
    fill($("documents"),
      h("header", { class: "lead" }, h("h1", { id: "documents-title" }, "Documents"),
        h("p", { class: "aside" }, "Suspicious first: the share that goes, and more so where it is doubtful or lies amid the text. The strip shows where the cuts lie."),
        h("div", { class: "narrow" }, input, h("span", { id: "losing" }))),
      h("div", { class: "sheet", role: "table", "aria-label": "Documents by share removed" },
        h("div", { role: "rowgroup" }, h("div", { class: "paper head", role: "row" }, ["Document", "Loses", "Where", "Size", "Cuts"].map((word) => h("span", { role: "columnheader" }, word)))), box));
    papers = new Rows(box, 52, (one, n) => h("div", { class: "paper", role: "row", "aria-rowindex": n + 2 },
      h("span", { role: "cell", class: "name" },
        h("button", { type: "button", class: "link", on: { click: () => reviewOnly({ query: `"${one[0]}"` }) } }, h("bdi", {}, one[0])),
        one[5] ? h("span", { class: "flag" }, one[5] === "heavy-loss" ? "spared: most would have gone" : "left alone: did not settle") : null,
        h("span", { class: "soft" }, one[6].slice(0, 3).map(([r, cuts]) => `${rules[r].id}${cuts > 1 ? ` ${count(cuts)}×` : ""}`).join(", "))),
      h("span", { role: "cell", class: "loses" }, h("b", {}, percent(one[3], one[2])), h("span", { class: "track" }, h("i", { style: { width: `${one[2] ? (100 * one[3]) / one[2] : 0}%` } }))),
      h("span", { role: "cell" }, strip(one[7])),
      h("span", { role: "cell", class: "figure" }, bytes(one[2])),
      h("span", { role: "cell", class: "figure" }, count(one[4]))));
  }
  $("documents").querySelector("[role=table]").setAttribute("aria-rowcount", some.length + 1);
  fill($("losing"),
    h("span", {}, some.length === documents.length && documents.length < totals.changed ? `the first ${count(documents.length)} of ${count(totals.changed)} that change` : counted(some.length, "document", "documents")),
    losing !== null ? h("button", { type: "button", class: "link", on: { click: () => { losing = null; drawDocuments(); } } }, `losing ${LOSS[losing]}: show all`) : "");
  papers.set(some);
  papers.box.scrollTop = 0;
}
function bin(share, removed) {
  if (!removed) return 0;
  let at = 1;
  while (at + 1 < LOSS_FROM.length && share >= LOSS_FROM[at + 1]) at += 1;
  return at;
}
/// A document as a strip, the cuts on it in per mille of its length.
const strip = (cuts) => svg("svg", { class: "lies", viewBox: "0 0 1000 10", width: 160, height: 10, preserveAspectRatio: "none", "aria-hidden": "true" },
  svg("rect", { class: "ground", x: 0, y: 0, width: 1000, height: 10 }),
  cuts.map(([from, to]) => svg("rect", { class: "cut", x: from, y: 0, width: Math.max(8, to - from), height: 10 })));

// ---------------------------------------------------------------- the page around it

function drawTally() {
  const states = { open: 0, remove: 0, keep: 0, later: 0 };
  for (const group of groups) states[answer(group)] += 1;
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
  if (key === "/") return () => { if (current() !== "review") go("review"); setTimeout(() => $("query").focus(), 0); };
  if (/^[1-4]$/.test(key)) return () => go(VIEWS[key - 1]);
  return undefined;
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
  if (unsaved && $("saved").textContent.startsWith("This browser")) event.preventDefault();
});
show();
document.documentElement.dataset.ready = "yes";
})();
