// One group: its text in context, and the answers.

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
      x.a || x.z ? null : h("p", { class: "aside" }, data.sampled ? "Shown without its context, to keep this file small." : "Shown without its context: the document was not found as the log knows it.")),
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
  decide([scope === "rule" ? onRule(rule, decision) : place ? onPlace(group, group.x[example], decision) : onText(group, decision)], shown[at]);
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
