/** Forms of the settings: each fault stands beside its field, in the administrator's language. */

import { button, h } from './dom.js';
import { has, t } from './words.js';

/** @typedef {{field: string, code?: string, about?: string, message?: string}} Fault */

const idOf = (name) => `set-${name}`;

const faultOf = (name) => h('p', { id: `${idOf(name)}-fault`, className: 'notice fault', hidden: true });

const hintOf = (name, hint) => hint && h('small', { id: `${idOf(name)}-hint` }, hint);

const described = (name, hint) => `${hint ? `${idOf(name)}-hint ` : ''}${idOf(name)}-fault`;

/** A control with its label, its hint and the place for its fault. @param {string} name @param {string} label @param {HTMLElement} control @param {string} [hint] */
export function field(name, label, control, hint) {
  control.id = idOf(name);
  control.setAttribute('aria-describedby', described(name, hint));
  return h('div', { className: 'field', 'data-field': name }, h('label', { htmlFor: control.id }, label), control, hintOf(name, hint), faultOf(name));
}

/** Several controls under one name. @param {string} name @param {string} legend @param {Node[]} kids @param {string} [hint] */
export function group(name, legend, kids, hint) {
  return h('fieldset', { className: 'field', 'data-field': name, 'aria-describedby': described(name, hint) }, h('legend', {}, legend), hintOf(name, hint), ...kids, faultOf(name));
}

/** A box to tick. @param {string} label @param {boolean} checked @param {object} [more] @returns {[HTMLElement, HTMLInputElement]} with its label, and the box */
export function tick(label, checked, more = {}) {
  const box = h('input', { type: 'checkbox', checked, ...more });
  return [h('label', { className: 'option' }, box, h('span', {}, label)), box];
}

/** One of several languages, teams and so on. @param {[string, string][]} choices value and text @param {string} chosen */
export const select = (choices, chosen) => h('select', {}, choices.map(([value, text]) => h('option', { value, selected: value === chosen }, text)));

/** A fault in the words of the page; the server's own where the page has none. @param {string} family @param {Fault} fault */
function words(family, { field: name, code, about, message }) {
  const key = [`fault.${family}.${code}`, `fault.${family}.${name}`, `fault.${code}`].find(has);
  return key ? t(key, about ?? '') : message;
}

/**
 * @param {{title: string, family: string, fields: Node[], save: () => Promise<unknown>, done: () => void, cancel: () => void, remove?: () => void}} form
 *   `save` is refused with `faults`, of its own or the server's
 */
export function settingForm({ title, family, fields, save, done, cancel, remove }) {
  const whole = h('p', { className: 'notice', role: 'alert', hidden: true });
  const form = h('form', { className: 'setting', noValidate: true, 'aria-labelledby': 'setting', onsubmit: (event) => { event.preventDefault(); submit(); } },
    h('h3', { id: 'setting', tabIndex: -1 }, title), whole, ...fields,
    h('div', { className: 'acts' }, h('button', { className: 'main' }, t('save')), button(t('cancel'), cancel), remove && button(t('remove'), remove)));
  const submit = async () => {
    clear();
    try {
      await save();
    } catch (error) {
      if (!('body' in error)) throw error;
      show(error.body.faults ?? [{ field: '', message: t(error.status === 403 ? 'error.forbidden' : 'noServer') }]);
      return;
    }
    done();
  };
  const clear = () => {
    whole.hidden = true;
    for (const place of form.querySelectorAll('.fault')) place.hidden = true;
    for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
  };
  const show = (faults) => {
    const loose = [];
    for (const fault of faults) {
      const place = form.querySelector(`[data-field="${CSS.escape(fault.field)}"]`);
      if (!place) {
        loose.push(words(family, fault));
        continue;
      }
      // A fault within a folded part must be seen.
      const fold = place.closest('details');
      if (fold) fold.open = true;
      const text = place.querySelector(':scope > .fault');
      text.textContent = [!text.hidden && text.textContent, words(family, fault)].filter(Boolean).join(' ');
      text.hidden = false;
      place.querySelector(':scope > input, :scope > textarea, :scope > select')?.setAttribute('aria-invalid', 'true');
    }
    whole.textContent = loose.join(' ');
    whole.hidden = loose.length === 0;
    const first = form.querySelector('[aria-invalid]') ?? form.querySelector('.fault:not([hidden])')?.parentNode.querySelector('input');
    first?.focus();
    // The fault below the field is to be seen as well, beside the buttons that stay.
    (first?.closest('[data-field]') ?? whole).scrollIntoView({ block: 'nearest' });
  };
  return form;
}
