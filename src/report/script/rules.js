// The table of rules.

let sorting = ["bytes", true];
const BY = {
  id: ["Rule", (rule) => rule.id],
  documents: ["Documents", (rule) => rule.documents],
  cuts: ["Cuts", (rule) => rule.cuts],
  bytes: ["Bytes", (rule) => rule.bytes],
  middle: ["Where in the text", (rule) => (whole(rule.at) ? inMiddle(rule.at) / whole(rule.at) : 0)],
  done: ["Decided", (rule) => (rule.done ?? 0) / Math.max(1, rule.groups)],
};

function heads(columns, now, act) {
  return h("thead", {}, h("tr", {}, Object.entries(columns).map(([name, [words]]) => h("th", {
    scope: "col", class: name, "aria-sort": now[0] === name ? (now[1] ? "descending" : "ascending") : undefined,
  }, h("button", { type: "button", class: "sort", on: { click: () => act(name) } }, words, h("span", { "aria-hidden": "true" }, now[0] === name ? (now[1] ? " ↓" : " ↑") : ""))))));
}

function drawRules() {
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
