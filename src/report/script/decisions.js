// What was decided, what can be taken back, and how it is kept.

// A record for each key; the key says what it speaks for: a place, a text, a rule.
const decided = new Map();
const past = [];
let unsaved = false;
// False where the browser would not keep them: they are in this page only.
let kept = true;
// What is kept in the browser belongs to these documents and to the decisions that the page began with: an older page does
// not overrule a newer file.
const STORE = `dehusk.report.${data.id}.${(data.decisions.reduce((hash, one) => [...`${one.key}${one.decision}`].reduce((sum, c) => (Math.imul(sum, 31) + c.codePointAt(0)) >>> 0, hash), 0)).toString(36)}`;

function decisionOf(group) {
  const alone = group.n === 1 ? decided.get(group.x[0].k) : undefined;
  return alone ?? decided.get(group.k) ?? decided.get(rules[group.r].k);
}

// The answers as they stand, so that a key does not ask 100,000 groups.
const standing = groups.map(() => "open");
const states = { open: groups.length, remove: 0, keep: 0, later: 0 };
const answer = (group) => standing[group.at];
groups.forEach((group, n) => { group.at = n; });

function reckon(group) {
  const [old, now] = [standing[group.at], decisionOf(group)?.decision ?? "open"];
  if (old === now) return;
  standing[group.at] = now;
  states[old] -= 1;
  states[now] += 1;
  rules[group.r].done = (rules[group.r].done ?? 0) + (old === "open") - (now === "open");
}

// Groups and rules by what stands for them in the store.
let subjects = null;
const short = (key) => key.slice(3, 19);
function subject(key) {
  if (!subjects) {
    subjects = new Map();
    for (const group of groups) {
      for (const x of group.x) if (x.k) subjects.set(short(x.k), group);
      subjects.set(short(group.k), group);
    }
    for (const rule of rules) subjects.set(short(rule.k), rule);
  }
  return subjects.get(key);
}

function put(key, record) {
  const about = subject(short(key));
  record ? decided.set(key, record) : decided.delete(key);
  if (about?.x) reckon(about);
  else if (about) for (const group of groups) if (rules[group.r] === about) reckon(group);
}

/// Sets records by key and remembers what they replace. `undefined` takes a record away.
function decide(records, at) {
  past.push({ at, before: records.map(([key]) => [key, decided.get(key)]) });
  for (const [key, record] of records) put(key, record);
  changed();
}
function undo() {
  const last = past.pop();
  if (!last) return undefined;
  for (const [key, record] of last.before.reverse()) put(key, record);
  changed();
  return last.at;
}
const today = () => new Date().toISOString().slice(0, 10);

/// A decision as `dehusk review` writes it.
function record(key, scope, rule, decision, more) {
  return [key, { key, scope, rule: rule.id, decision, ...more.what, at: today(), confidence: more.confidence, level: data.level, ...more.where }];
}
const shownAt = (x) => ({ place: `${names[x.d]}:${x.n}` });
const onText = (group, decision) => record(group.k, "text", rules[group.r], decision,
  { what: { text: group.t, seen: group.n }, confidence: group.c, where: shownAt(group.x[0]) });
const onPlace = (group, x, decision) => record(x.k, "place", rules[group.r], decision,
  { what: { text: x.t ?? group.t, seen: 1 }, confidence: group.c, where: shownAt(x) });
const onRule = (rule, decision) => record(rule.k, "rule", rule, decision, { what: { text: "", seen: rule.cuts }, confidence: rule.confidence });
const asLines = () => [...decided.values()].map((record) => JSON.stringify(record) + "\n").join("");

function readLines(lines) {
  const known = [];
  for (const line of lines.split("\n")) {
    if (!line.trim()) continue;
    let record;
    try { record = JSON.parse(line); } catch { continue; }
    if (typeof record?.key === "string" && ANSWERED.includes(record.decision)) known.push([record.key, record]);
  }
  return known;
}

// ---------------------------------------------------------------- kept in the browser
//
// A store holds some five million characters for all files together, and 100,000 decisions have to fit: what the page itself
// can say of a decision is not stored. A line `@` begins each day; `rt51c9…` is remove, text and the first digits of its key.

const ANSWERED = ["remove", "keep", "later"];

function brief() {
  const days = new Map();
  for (const record of decided.values()) {
    const about = !record.edit && !record.note && subject(short(record.key));
    const line = about ? record.decision[0] + record.scope[0] + short(record.key) : JSON.stringify(record);
    const day = days.get(record.at) ?? [`@${record.at}`];
    days.set(record.at, day);
    day.push(line);
  }
  return [...days.values()].flat().join("\n");
}

function unfold(lines) {
  let day = today();
  for (const line of lines.split("\n")) {
    if (line.startsWith("{")) {
      for (const [key, record] of readLines(line)) put(key, record);
    } else if (line.startsWith("@")) {
      day = line.slice(1);
    } else if (line) {
      const about = subject(line.slice(2));
      const decision = ANSWERED.find((word) => word[0] === line[0]);
      const x = about?.x?.find((x) => x.k && short(x.k) === line.slice(2));
      const made = !about || !decision ? null : { t: about.x && onText, p: x && ((group, how) => onPlace(group, x, how)), r: !about.x && onRule }[line[1]];
      const [key, record] = made ? made(about, decision) : [];
      if (key) put(key, { ...record, at: day });
    }
  }
}

let waiting = 0;
function store() {
  clearTimeout(waiting);
  waiting = 0;
  try {
    localStorage.setItem(STORE, brief());
    kept = true;
    $("saved").textContent = decided.size ? "Kept in this browser" : "";
  } catch (error) {
    kept = false;
    $("saved").textContent = error?.name === "QuotaExceededError"
      ? "This browser has no room left: save before you close" : "This browser keeps nothing for files: save before you close";
  }
  document.body.classList.toggle("unkept", !kept && unsaved);
}
function changed() {
  unsaved = decided.size > 0;
  // What is on its way is stored at the latest when the page is left.
  waiting ||= setTimeout(store, Math.min(2000, 250 + decided.size / 50));
  drawTally();
}
function restore() {
  for (const record of data.decisions ?? []) put(record.key, record);
  try {
    const held = localStorage.getItem(STORE);
    if (held) unfold(held);
  } catch { /* told when something is to be kept */ }
}
