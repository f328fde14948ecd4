// Documents by what they lose.

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
        h("button", { type: "button", class: "link", on: { click: () => reviewOnly({ query: `"${one[0]}"` }) } }, path(one[0])),
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
/// A path as its folders and its file.
function path(name) {
  const end = name.lastIndexOf("/") + 1;
  return h("bdi", {}, h("span", {}, name.slice(0, end)), h("span", { class: "file" }, name.slice(end)));
}
