/** What the same customer had before: each earlier conversation, to be opened from the packet. */

import { search } from './api.js';
import { h } from './dom.js';
import { clock, date } from './time.js';
import { t } from './words.js';

/** More are found by searching. */
const SHOWN = 8;

/**
 * The customer's other conversations, once they are here.
 * @param {import('./desk.js').Desk} desk @param {string} conversation @returns {HTMLElement}
 */
export function earlier(desk, conversation) {
  const place = h('div', { className: 'earlier', hidden: true });
  search({ of: conversation }).then(({ found }) => {
    const others = found.filter((other) => other.conversation !== conversation);
    if (!others.length) return;
    place.append(h('h3', {}, t('earlier', others.length)), h('ul', {}, others.slice(0, SHOWN).map((other) => h('li', {},
      h('button', { type: 'button', className: 'quiet', onclick: () => desk.open(other.conversation) },
        `${date(other.updated_at)} ${clock(other.updated_at)} · ${desk.title(other.topic) || t(`status.${other.status}`)}`)))));
    place.hidden = false;
  }, () => {
    // Whoever may open a conversation and not what came before it sees nothing of that.
  });
  return place;
}
