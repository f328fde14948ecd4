// The list of groups.

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
