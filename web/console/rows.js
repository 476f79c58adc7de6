/**
 * A long list of which only the rows near the visible part are in the page: what a change costs does
 * not grow with the list. Rows are as high as their words need; what has not been seen is taken to be
 * as high as a usual row.
 *
 * The row that holds the focus, and the one that Tab comes to, are always in the page, wherever the
 * list is scrolled to. What is looked at stays in its place when rows above it come, go or grow.
 */

import { h, onceAFrame } from './dom.js';

/** The height of a row that was never seen, until some have been. */
const USUAL_PX = 116;
/** What is left free above the first row. */
const EDGE_PX = 8;

/** @typedef {{li: HTMLElement, button: HTMLElement}} Row */

export class Rows {
  /**
   * @param {(item: object) => string} name what tells rows apart
   * @param {(item: object, row?: Row) => Row} draw a row, or the same one brought up to date
   */
  constructor(name, draw) {
    this.name = name;
    this.draw = draw;
    this.list = h('ul', { className: 'list windowed', onkeydown: (event) => this.#key(event), onfocusin: () => this.#fill() });
    this.scroll = h('div', { className: 'scroll', onscroll: () => this.#fill() }, this.list);
    /** Those in the page. @type {Map<string, Row>} */
    this.rows = new Map();
    /** Everything that the list shows, in its order. @type {object[]} */
    this.items = [];
    /** Places by name. @type {Map<string, number>} */
    this.places = new Map();
    /** Where each row begins, and at last where the list ends. */
    this.tops = [EDGE_PX];
    /** Heights that are known. @type {Map<string, number>} */
    this.heights = new Map();
    this.usual = USUAL_PX;
    this.isGauged = false;
    /** How much can be seen at once. */
    this.tall = 0;
    this.wide = 0;
    /** The row that is open. @type {string|null} */
    this.chosen = null;
    /** The row that Tab comes to. @type {string|null} */
    this.stop = null;
    this.soon = onceAFrame(() => this.#fill());
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    // The first one made is told first: another width forgets the heights before the new ones come.
    const room = new ResizeObserver(([{ borderBoxSize: [{ blockSize, inlineSize }] }]) => this.#resized(blockSize, inlineSize));
    this.sizes = new ResizeObserver((entries) => this.#measured(entries));
    room.observe(this.scroll, { box: 'border-box' });
    signal.addEventListener('abort', () => { room.disconnect(); this.sizes.disconnect(); });
  }

  /** The row that holds the focus, by its name. */
  get held() {
    const node = document.activeElement;
    if (!this.list.contains(node)) return null;
    for (const [name, { button }] of this.rows) if (button === node) return name;
    return null;
  }

  /**
   * Shows these instead of those before.
   * @param {object[]} items
   * @returns {boolean} whether the focus was in the list and found no row to go to
   */
  show(items) {
    const { held, items: before, places } = this;
    const anchor = this.#anchor();
    this.items = items;
    this.places = new Map(items.map((item, at) => [this.name(item), at]));
    for (const name of this.heights.keys()) if (!this.places.has(name)) this.heights.delete(name);
    const heir = held === null || this.places.has(held) ? held : this.#heir(before, places.get(held));
    this.#settle(anchor);
    this.#fill(heir);
    if (heir !== null && heir !== held) this.focus(heir);
    else if (anchor.held !== null) this.#keepInSight(held);
    return held !== null && heir === null;
  }

  /** The row went away under the focus: the one after it takes it, or the last one. */
  #heir(before, at) {
    const next = before.slice(at + 1).find((item) => this.places.has(this.name(item))) ?? this.items.at(-1);
    return next ? this.name(next) : null;
  }

  /** The row that is open. @param {string|undefined} name */
  choose(name) {
    this.chosen = name ?? null;
    this.#fill();
  }

  /** To the top, as for another list. */
  rewind() {
    this.scroll.scrollTop = 0;
  }

  /** Gives a row the focus; the first where there is no such row. @param {string} [name] @returns {boolean} whether there was any */
  focus(name) {
    const target = this.places.has(name) ? name : this.items.length ? this.name(this.items[0]) : null;
    if (target === null) return false;
    this.#fill(target);
    this.rows.get(target).button.focus({ preventScroll: true });
    this.reveal(target);
    return true;
  }

  /** Scrolls no further than it takes to see a row. @param {string} name */
  reveal(name) {
    const at = this.places.get(name);
    if (at === undefined || !this.tall) return;
    const begin = at ? this.tops[at] : 0;
    const end = this.tops[at + 1] - this.tall;
    if (this.scroll.scrollTop > begin) this.scroll.scrollTop = begin;
    else if (this.scroll.scrollTop < end) this.scroll.scrollTop = end;
    this.#fill();
  }

  /** A row that was seen and had the focus does not leave the sight for what others do. */
  #keepInSight(name) {
    const at = this.places.get(name);
    const top = this.scroll.scrollTop;
    if (this.tops[at + 1] <= top || this.tops[at] >= top + this.tall) this.reveal(name);
  }

  /** What is looked at: the rows in sight with their places, and the one with the focus if it is among them. */
  #anchor() {
    const top = this.scroll.scrollTop;
    const [from, to] = this.#within(top, top + this.tall);
    const rows = this.items.slice(from, to).map((item, n) => [this.name(item), this.tops[from + n]]);
    const { held } = this;
    return { top, rows, held: rows.some(([name]) => name === held) ? held : null };
  }

  /** Reckons the places anew, and keeps what is looked at where it is: the row with the focus, or else the one that moves least. */
  #settle({ top, rows, held }) {
    let end = EDGE_PX;
    this.tops = this.items.map((item) => {
      const begin = end;
      end += this.heights.get(this.name(item)) ?? this.usual;
      return begin;
    });
    this.tops.push(end);
    this.list.style.height = `${end}px`;
    // Whoever is at the top sees what comes there.
    if (!top) return;
    const moves = new Map(rows.filter(([name]) => this.places.has(name)).map(([name, old]) => [name, this.tops[this.places.get(name)] - old]));
    const least = [...moves.values()].reduce((best, move) => (Math.abs(move) < Math.abs(best) ? move : best), Infinity);
    const move = moves.get(held) ?? least;
    if (Number.isFinite(move) && move) this.scroll.scrollTop = top + move;
  }

  /** The rows of which a part lies between two heights. */
  #within(from, to) {
    const first = this.#at(from);
    let last = first;
    while (last < this.items.length && this.tops[last] < to) last += 1;
    return [first, last];
  }

  /** The row at a height, by halving. */
  #at(height) {
    let low = 0;
    let high = Math.max(0, this.items.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= height) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Draws what is near the visible part. @param {string|null} [also] a row that is about to have the focus */
  #fill(also = null) {
    const { held } = this;
    const first = this.items.length ? this.name(this.items[0]) : null;
    this.stop = also ?? held ?? (this.places.has(this.chosen) ? this.chosen : first);
    const top = this.scroll.scrollTop;
    // As much again above and below, so that what is scrolled to is there already.
    const [from, to] = this.#within(top - this.tall, top + 2 * this.tall);
    const wanted = new Set();
    for (let at = from; at < to; at += 1) wanted.add(at);
    for (const name of [this.stop, held]) if (this.places.has(name)) wanted.add(this.places.get(name));
    this.#put([...wanted].sort((a, b) => a - b), held);
  }

  #put(wanted, held) {
    const keep = new Set(wanted.map((at) => this.name(this.items[at])));
    for (const [name, { li }] of this.rows) {
      // Who has the focus goes last, once it has an heir.
      if (keep.has(name) || (name === held && wanted.length)) continue;
      this.sizes.unobserve(li);
      li.remove();
      this.rows.delete(name);
    }
    let next = this.list.firstChild;
    for (const at of wanted) {
      const item = this.items[at];
      const name = this.name(item);
      const old = this.rows.get(name);
      const row = this.draw(item, old);
      const { li } = row;
      if (!old) {
        this.rows.set(name, row);
        this.sizes.observe(li, { box: 'border-box' });
      }
      // A row that moves in the page loses the focus: the others go around the one that has it.
      if (name === held) while (next !== li) next = this.#aside(next);
      if (next === li) next = li.nextSibling;
      else this.list.insertBefore(li, next);
      this.#dress(row, name, at);
    }
  }

  #aside(node) {
    const { nextSibling } = node;
    node.remove();
    return nextSibling;
  }

  /** Where a row stands, and among how many. Nothing is written that is written there already. */
  #dress({ li, button }, name, at) {
    const top = `${this.tops[at]}px`;
    if (li.style.top !== top) li.style.top = top;
    for (const [attribute, value] of [['aria-posinset', at + 1], ['aria-setsize', this.items.length]]) {
      if (li.getAttribute(attribute) !== String(value)) li.setAttribute(attribute, value);
    }
    if (name === this.chosen) button.setAttribute('aria-current', 'true');
    else if (button.hasAttribute('aria-current')) button.removeAttribute('aria-current');
    const tab = name === this.stop ? 0 : -1;
    if (button.tabIndex !== tab || !button.hasAttribute('tabindex')) button.tabIndex = tab;
  }

  /** Rows have come to another height than was thought. */
  #measured(entries) {
    // Whole pixels, as the list scrolls by whole ones: a change must not leave half of one behind.
    const heights = new Map(entries.map(({ target, borderBoxSize: [{ blockSize }] }) => [target, Math.ceil(blockSize)]));
    let changed = false;
    for (const [name, { li }] of this.rows) {
      const height = heights.get(li);
      // Where the list is not shown, nothing has a height.
      if (!height || this.heights.get(name) === height) continue;
      changed ||= (this.heights.get(name) ?? this.usual) !== height;
      this.heights.set(name, height);
    }
    if (!this.isGauged && this.heights.size >= Math.min(2, this.items.length)) {
      this.isGauged = true;
      changed = true;
      this.usual = Math.round([...this.heights.values()].reduce((sum, height) => sum + height, 0) / this.heights.size);
    }
    if (changed) this.#moved();
  }

  #moved() {
    const anchor = this.#anchor();
    this.#settle(anchor);
    for (const [name, { li }] of this.rows) li.style.top = `${this.tops[this.places.get(name)]}px`;
    if (anchor.held !== null) this.#keepInSight(anchor.held);
    // Rows that are put in while rows are measured would be measured too late.
    this.soon();
  }

  /** Another width makes other heights; a list that comes to be seen shows who has the focus. */
  #resized(tall, wide) {
    const wasHidden = !this.tall;
    this.tall = tall;
    if (!tall) return;
    if (wide !== this.wide) {
      this.heights.clear();
      this.isGauged = false;
    }
    this.wide = wide;
    this.#fill();
    if (wasHidden && this.held !== null) this.reveal(this.held);
  }

  #key(event) {
    const { held } = this;
    if (held === null) return;
    const at = this.places.get(held);
    const last = this.items.length - 1;
    const page = Math.max(1, Math.floor(this.tall / this.usual) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + page, last), PageUp: Math.max(at - page, 0), Home: 0, End: last }[event.key];
    if (to === undefined || !this.items[to]) return;
    event.preventDefault();
    this.focus(this.name(this.items[to]));
  }
}
