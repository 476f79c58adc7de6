/** A short message at the edge of the window, with a way back when there is one. */

import { button, h } from './dom.js';
import { t } from './words.js';

const SHOWN_MS = 7000;

// A question that comes stands before everything, and one that goes takes along what stands in it.
new MutationObserver(() => isThere() && document.querySelector('sk-shell') && settle()).observe(document.body, { childList: true });

let corner = null;

/** What was said in a page that was left, or in another language, is over; a question alone lets it go on. */
const isThere = () => !!corner && (corner.isConnected || corner.parentNode?.matches('dialog'));

/**
 * It takes room of its own, so that it lies over nothing: below everything, or at the foot of what is
 * asked just now, since nothing outside of that can be pressed.
 */
function settle() {
  const home = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.querySelector('sk-shell') ?? document.body;
  if (corner.parentNode !== home) home.append(corner);
}

/**
 * @param {string} text
 * @param {{until?: number, label?: (seconds: number) => string, act?: () => void}} [undo] offered until then
 * @returns {() => void} takes it away
 */
export function toast(text, { until, label, act } = {}) {
  if (!isThere()) corner = h('div', { className: 'toasts', role: 'status' });
  settle();
  const node = h('div', { className: 'toast' }, h('span', {}, text));
  let timer;
  /** Who came here by keyboard goes back to where they were, once it is gone. */
  let before = null;
  node.addEventListener('focusin', ({ relatedTarget }) => { before ??= relatedTarget; });
  const away = () => {
    clearInterval(timer);
    const held = node.contains(document.activeElement);
    node.remove();
    if (held) (before?.getClientRects().length ? before : document.querySelector('#pane')).focus();
  };
  if (act) {
    // The count is not read aloud every second: its name stays the first one.
    const left = () => Math.ceil((until - Date.now()) / 1000);
    const undo = button(label(left()), () => { away(); act(); }, { look: 'quiet' });
    undo.setAttribute('aria-live', 'off');
    timer = setInterval(() => {
      if (left() <= 0) away();
      else undo.firstChild.textContent = label(left());
    }, 1000);
    // It stays for long, and may lie over what somebody wants to press.
    node.append(undo, button(t('hideToast'), away, { glyph: 'close', bare: true, look: 'quiet bare' }));
  } else {
    timer = setInterval(away, SHOWN_MS);
  }
  corner.append(node);
  return away;
}
