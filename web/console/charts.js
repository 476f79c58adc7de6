/**
 * Charts as SVG: named and described for those who cannot see them, drawn at the width they get,
 * in the colours of the page's theme. What a chart shows also stands in a table behind it.
 */

import { h } from './dom.js';
import { lang, t } from './words.js';

const NS = 'http://www.w3.org/2000/svg';
/** In pixels: the letters of the axis, a bar across, the room between bars. */
const LETTERS = 13;
const BAR = 16;
const GAP = 10;
/** A label of the axis of days takes this much. */
const DAY_LABEL = 56;

let ids = 0;

function s(tag, attributes = {}, ...kids) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...kids);
  return node;
}

/** @param {number} n @param {Intl.NumberFormatOptions} [how] */
export const number = (n, how) => new Intl.NumberFormat(lang(), how).format(n);

/** The next round number, for the top of an axis. */
function roundUp(most) {
  if (most <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((top) => top >= most);
}

/**
 * An element that draws its chart anew whenever its width changes.
 * @param {string} title @param {string} description
 * @param {(width: number) => {height: number, parts: SVGElement[]}} draw
 */
function drawn(title, description, draw) {
  const id = `chart-${ids += 1}`;
  const place = h('div', { className: 'chart' });
  let last = 0;
  const paint = (width) => {
    if (width === last || width < 100) return;
    last = width;
    const { height, parts } = draw(width);
    const names = [s('title', { id: `${id}-t` }, title), s('desc', { id: `${id}-d` }, description)];
    place.replaceChildren(s('svg', { role: 'img', 'aria-labelledby': `${id}-t`, 'aria-describedby': `${id}-d`, width, height, viewBox: `0 0 ${width} ${height}` }, ...names, ...parts));
  };
  const watch = new ResizeObserver(([{ contentRect }]) => paint(Math.floor(contentRect.width)));
  watch.observe(place);
  return place;
}

/** What the colours stand for. @param {string[]} series */
export const legend = (series) => h('ul', { className: 'legend' }, series.map((name, at) => h('li', {}, h('span', { className: `swatch tone-${at}`, 'aria-hidden': 'true' }), name)));

/**
 * Bars that stand beside each other, each made of parts.
 * @param {{title: string, description: string, series: string[], columns: {label: string, values: number[]}[]}} chart
 */
export function columns({ title, description, series, columns: all }) {
  const sum = ({ values }) => values.reduce((one, other) => one + other, 0);
  const top = roundUp(Math.max(...all.map(sum), 0));
  return [legend(series), drawn(title, description, (width) => {
    const left = 12 + String(number(top)).length * 8;
    const [upper, lower, height] = [10, 26, 220];
    const room = height - upper - lower;
    const y = (value) => upper + room - (value / top) * room;
    const step = (width - left - 4) / Math.max(all.length, 1);
    const thick = Math.max(1, Math.min(40, step * 0.72));
    const every = Math.max(1, Math.ceil(DAY_LABEL / step));
    const parts = [0, top / 2, top].flatMap((value) => [
      s('line', { class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value) }),
      s('text', { x: left - 6, y: y(value) + LETTERS / 3, 'text-anchor': 'end' }, number(value)),
    ]);
    all.forEach(({ label, values }, at) => {
      const middle = left + step * (at + 0.5);
      let below = 0;
      values.forEach((value, tone) => {
        if (value > 0) parts.push(s('rect', { class: `tone-${tone}`, x: middle - thick / 2, width: thick, y: y(below + value), height: Math.max(1, y(below) - y(below + value) - (below > 0 ? 1 : 0)) }));
        below += value;
      });
      // Counted from the last day back: it is the one that is looked for. Where the first has no room it has no label.
      const isMarked = (all.length - 1 - at) % every === 0 && middle >= DAY_LABEL / 2;
      if (isMarked) parts.push(s('text', { x: Math.min(middle, width - DAY_LABEL / 2), y: height - 6, 'text-anchor': 'middle' }, label));
    });
    return { height, parts };
  })];
}

/**
 * Bars that lie below each other, each under its name, made of parts or beside each other.
 * @param {{title: string, description: string, series?: string[], rows: {label: string, values: number[]}[], stacked?: boolean, format?: (value: number) => string}} chart
 */
export function bars({ title, description, series, rows, stacked = true, format = number }) {
  const length = ({ values }) => (stacked ? values.reduce((one, other) => one + other, 0) : Math.max(...values));
  const most = Math.max(...rows.map(length), 1);
  return [series && legend(series), drawn(title, description, (width) => {
    const parts = [];
    const room = width - 76;
    let y = 0;
    for (const row of rows) {
      parts.push(s('text', { class: 'name', x: 0, y: y + LETTERS }, row.label));
      y += LETTERS + 7;
      let x = 0;
      row.values.forEach((value, tone) => {
        const long = (value / most) * room;
        if (value > 0) parts.push(s('rect', { class: `tone-${tone}`, x, y, width: Math.max(2, long - (x > 0 ? 1 : 0)), height: BAR }));
        if (stacked) {
          x += long;
          return;
        }
        parts.push(s('text', { x: long + 6, y: y + BAR - 4 }, format(value)));
        y += BAR + 2;
      });
      if (stacked) {
        parts.push(s('text', { x: x + 6, y: y + BAR - 4 }, format(length(row))));
        y += BAR;
      }
      y += GAP;
    }
    return { height: Math.max(y, 1), parts };
  })].filter(Boolean);
}

/**
 * A table; the first `names` cells of a row name it, the rest are numbers.
 * @param {string} caption @param {string[]} head @param {(string|number)[][]} rows
 */
export const table = (caption, head, rows, names = 1) => h('div', { className: 'wide', tabIndex: 0, role: 'group', 'aria-label': caption }, h('table', {},
  h('caption', { className: 'sr' }, caption),
  h('thead', {}, h('tr', {}, head.map((name, at) => h('th', { scope: 'col', className: at < names ? '' : 'figure' }, name)))),
  h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell, at) => (at < names ? h('th', { scope: 'row' }, cell) : h('td', { className: 'figure' }, typeof cell === 'number' ? number(cell) : cell))))))));

/**
 * A chart with its heading, the table behind it, and the table as a file.
 * @param {string} title @param {(Node|null)[]} chart @param {HTMLElement} behind @param {string} [file] where it is to be had
 */
export const figure = (title, chart, behind, file) => h('section', { className: 'figure' }, h('h3', {}, title), ...chart,
  h('details', {}, h('summary', {}, t('asTable')), behind, file && h('p', {}, h('a', { href: file, download: '' }, t('asCsv')))));
