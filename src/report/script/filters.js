// Search and filters beside the list.

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
  const begun = states.open < groups.length;
  const families = new Map();
  rules.forEach((rule, n) => {
    if (!rule.groups) return;
    const one = families.get(family(rule)) ?? { rules: [], groups: 0, done: 0, cuts: 0 };
    families.set(family(rule), one);
    one.rules.push(n);
    one.groups += rule.groups;
    one.done += rule.done ?? 0;
    one.cuts += rule.cuts;
  });
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.dataset.family));
  const scroll = box.scrollTop;
  const focus = box.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  const pick = (pressed, place, act, ...children) => h("button", {
    type: "button", class: "pick", "aria-pressed": String(pressed), "data-at": place, on: { click: act },
  }, children);
  const names = { all: "All", open: "Undecided", remove: "Remove", keep: "Keep", later: "Later" };
  const share = (part, whole) => (begun ? h("span", { class: "n" }, h("b", {}, count(part ?? 0)), ` / ${count(whole)}`) : h("span", { class: "n" }, count(whole)));
  fill(box,
    h("h2", {}, "Answer"),
    h("div", { class: "answers", role: "group", "aria-label": "Answer" }, Object.entries({ all: groups.length, ...states }).map(([name, n]) =>
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
    h("h2", {}, "Rules", h("span", { class: "n" }, begun ? "decided" : "groups")),
    h("div", { class: "families" }, [...families].map(([name, one]) => {
      const details = h("details", { "data-family": name, open: drawn ? open.has(name) : false },
        h("summary", { "aria-label": `Rules of ${name}`, "data-at": `open ${name}` }),
        one.rules.map((n) => pick(view.rule === n, `rule ${n}`, () => {
          view.rule = view.rule === n ? null : n;
          view.family = null;
          narrow();
        }, level(rules[n].confidence), h("bdi", {}, rules[n].id.slice(name.length + 1)), share(rules[n].done, rules[n].groups))));
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
