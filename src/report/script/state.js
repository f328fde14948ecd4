// Which groups are shown, in which order, and where among them one is.

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
