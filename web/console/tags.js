/** Tags: what agents call a conversation, chosen from those in use or made up. */

import { tags as inUse } from './api.js';
import { ask } from './dialogs.js';
import { h } from './dom.js';
import { t } from './words.js';

/** Tags in use that are offered; the others are written. */
const OFFERED = 18;

/** Tags as they stand beside a conversation. @param {string[]} tags */
export const chips = (tags) => tags.map((tag) => h('span', { className: 'tag' }, tag));

const written = (text) => text.split(',').map((tag) => tag.trim().toLowerCase()).filter(Boolean);

/** @param {string[]} a @param {string[]} b */
const isSame = (a, b) => a.length === b.length && a.every((tag) => b.includes(tag));

/**
 * The fields for the tags of a conversation; those in use come as soon as they are here.
 * @param {import('./talk.js').Talk} talk @returns {HTMLElement}
 */
export function tagFields(talk) {
  const box = (tag, checked) => h('label', { className: 'option' }, h('input', { type: 'checkbox', name: 'tag', value: tag, checked }), h('span', {}, tag));
  const own = talk.tags;
  const list = h('div', { className: 'tags' }, own.map((tag) => box(tag, true)));
  inUse().then((known) => {
    list.append(...known.filter((tag) => !own.includes(tag)).slice(0, OFFERED).map((tag) => box(tag, false)));
  }, () => {
    // New ones can be written all the same.
  });
  return h('fieldset', {}, h('legend', {}, t('tags')), list,
    h('div', { className: 'field' }, h('label', { htmlFor: 'new-tags' }, t('tagsNew')), h('input', { id: 'new-tags', name: 'tags', type: 'text', autocomplete: 'off', maxLength: 200, 'aria-describedby': 'new-tags-hint' }),
      h('small', { id: 'new-tags-hint' }, t('tagsHint'))));
}

/** Sends what was chosen, if it is something else. @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk @param {FormData} data */
export function sendTags(desk, talk, data) {
  const tags = [...new Set([...data.getAll('tag'), ...written(data.get('tags') ?? '')])];
  if (!isSame(tags, talk.tags)) desk.act('tag', talk.id, { tags });
}

/** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
export function askTags(desk, talk) {
  ask({ title: t('tagsAsk'), send: t('save'), parts: [tagFields(talk)], done: (_, data) => sendTags(desk, talk, data) });
}
