// Nodes, figures and words: what every view draws with.

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
