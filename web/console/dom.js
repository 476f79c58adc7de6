/**
 * Making elements. Whatever comes from the wire goes through here as text nodes or attributes,
 * never as markup, so the page's policy may forbid every trusted type.
 */

/** @typedef {Node|string|number|null|undefined|false} Kid */

/**
 * Makes an element. `on…` props are listeners, known properties are set, the rest are attributes;
 * `null`, `undefined` and `false` kids are left out.
 * @param {string} tag
 * @param {Object<string, unknown>} [props]
 * @param {...(Kid|Kid[])} kids
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== 'list' && name !== 'form') node[name] = value;
    else node.setAttribute(name, String(value));
  }
  node.append(...kids.flat().filter((kid) => kid !== null && kid !== undefined && kid !== false).map((kid) => (kid instanceof Node ? kid : String(kid))));
  return node;
}

const PATHS = {
  waiting: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.5 2',
  offline: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z',
  bot: 'M5 9h14v10H5zM12 9V5M9.5 13.5v1M14.5 13.5v1M2.5 13v3M21.5 13v3',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21a8 8 0 0 1 16 0',
  done: 'M4 12.5 9.5 18 20 6.5',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6 6 18',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5',
  send: 'M4 12l16-8-5 16-3-7-8-1Z',
  pass: 'M4 9h14l-4-4M20 15H6l4 4',
  keys: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 15v1.5',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  canned: 'M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5',
  alarm: 'M12 4 2.5 20h19ZM12 10v4M12 17v.5',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0ZM7 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0Z',
  down: 'M6 9l6 6 6-6',
  tag: 'M4 4h8l8 8-8 8-8-8ZM8 8h.01',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  floor: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.5 16.5 21 21',
  figures: 'M4 4v16h16M8 16v-4M12 16V8M16 16v-6',
  unclear: 'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.5M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
};

/** @param {keyof typeof PATHS} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button with a text, or with an icon alone and the text as its name.
 * @param {string} text
 * @param {(event: MouseEvent) => void} onclick
 * @param {{glyph?: string, bare?: boolean, look?: string, keys?: string}} [more]
 */
export function button(text, onclick, { glyph, bare = false, look = '', keys } = {}) {
  return h('button', {
    type: 'button', className: look, onclick, title: bare ? text : undefined, 'aria-label': bare ? text : undefined, 'aria-keyshortcuts': keys,
  }, glyph && icon(glyph), !bare && h('span', {}, text));
}

const live = h('div', { className: 'sr', role: 'status' });

/** Says something to screen readers, once, without moving the focus. @param {string} text */
export function announce(text) {
  if (!live.isConnected) document.body.append(live);
  const said = h('div', {}, text);
  live.append(said);
  // Long enough to be noticed, short enough not to be read twice.
  setTimeout(() => said.remove(), 2000);
}

/**
 * `draw` for the next frame, however often it is asked for before that.
 * @param {() => void} draw
 * @returns {() => void}
 */
export function onceAFrame(draw) {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      draw();
    });
  };
}
