// Rows of long lists, which exist only where they are seen.

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
