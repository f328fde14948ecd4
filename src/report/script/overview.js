// The first view: figures, charts, and where to look first.

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
