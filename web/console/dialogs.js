/** The questions asked before something is done with a conversation. */

import { button, h } from './dom.js';
import { sendTags, tagFields } from './tags.js';
import { t } from './words.js';

/**
 * Asks in a modal dialog; the focus goes back by itself.
 * @param {{title: string, send: string, parts: (Node|null|false)[], done: (fields: Object<string, string>, data: FormData) => void, gone?: () => void}} question
 */
export function ask({ title, send, parts, done, gone }) {
  const dialog = h('dialog', { 'aria-labelledby': 'question', onclose: () => { dialog.remove(); gone?.(); } },
    h('form', { onsubmit: (event) => {
      event.preventDefault();
      const data = new FormData(event.target);
      dialog.close();
      done(Object.fromEntries(data), data);
    } }, h('h2', { id: 'question' }, title), ...parts.filter(Boolean),
    h('div', { className: 'acts' }, button(t('cancel'), () => dialog.close()), h('button', { className: 'main' }, send))));
  document.body.append(dialog);
  dialog.showModal();
}

/** One of several, as radio buttons. */
function options(name, legend, list) {
  return h('fieldset', {}, h('legend', {}, legend), list.map(({ value, label, more, checked }) => h('label', { className: 'option' },
    h('input', { type: 'radio', name, value, required: true, checked: !!checked }), h('span', {}, label), more && h('small', {}, more))));
}

function remark() {
  return h('div', { className: 'field' }, h('label', { htmlFor: 'remark' }, t('noteOptional')), h('textarea', { id: 'remark', name: 'note', rows: 2 }));
}

const withNote = (fields, note) => (note?.trim() ? { ...fields, note: note.trim() } : fields);

/**
 * To whom a conversation can go: colleagues and teams. Follows who comes and goes, and keeps what was chosen.
 * The team that has it is one of them only while there is a colleague to take it from there.
 */
function targets(desk, talk, signal) {
  const nobody = h('p', { role: 'status' });
  const list = h('div', { className: 'targets' });
  const place = h('div', { className: 'targets' }, nobody, list);
  const known = [...new Set([...desk.me.teams, ...[...desk.inbox.values()].map(({ team }) => team)].filter(Boolean))];
  const draw = () => {
    const chosen = place.querySelector(':checked')?.value;
    const held = place.contains(document.activeElement) && document.activeElement.value;
    const others = desk.agents.filter(({ id, state }) => id !== desk.me.id && state !== 'offline').map(({ id, name, state, load, capacity }) => (
      { value: `agent ${id}`, label: name, more: `${t(state)}, ${t('load', load, capacity)}`, checked: `agent ${id}` === chosen }));
    const teams = known.filter((team) => others.length || team !== talk.item?.team).map((team) => ({ value: `team ${team}`, label: desk.team(team), checked: `team ${team}` === chosen }));
    teams.sort((a, b) => a.label.localeCompare(b.label));
    list.replaceChildren(...[others.length > 0 && options('to', t('agent'), others), teams.length > 0 && options('to', t('team'), teams)].filter(Boolean));
    const text = others.length ? '' : t(teams.length ? 'noColleague' : 'noTarget');
    nobody.hidden = !text;
    // Said once the question stands, and once only: what comes before is not read aloud.
    const send = place.closest('form')?.querySelector('.acts .main');
    if (send && nobody.textContent !== text) nobody.textContent = text;
    if (send) send.disabled = !others.length && !teams.length;
    if (held) place.querySelector(`[value="${CSS.escape(held)}"]`)?.focus();
  };
  desk.addEventListener('agents', draw, { signal });
  return { place, draw };
}

/** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
export function transfer(desk, talk) {
  const gone = new AbortController();
  const { place, draw } = targets(desk, talk, gone.signal);
  draw();
  ask({
    title: t('transferTo'),
    send: t('transfer'),
    parts: [place, remark()],
    done: ({ to, note }) => {
      const [kind, id] = to.split(' ');
      desk.act('transfer', talk.id, withNote({ [kind]: id }, note));
    },
    gone: () => gone.abort(),
  });
  // The button is there only now.
  draw();
}

/** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
export function handBack(desk, talk) {
  ask({ title: t('handBackAsk'), send: t('handBack'), parts: [h('p', {}, t('handBackWhy'))], done: () => desk.act('hand_back', talk.id) });
}

/** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
export function resolve(desk, talk) {
  const outcomes = ['resolved', 'unresolved', 'escalated'].map((value) => ({ value, label: t(`outcome.${value}`), checked: value === 'resolved' }));
  ask({
    title: t('resolveAsk'),
    send: t('resolve'),
    parts: [options('outcome', t('outcome'), outcomes), tagFields(talk), remark()],
    done: ({ outcome, note }, data) => {
      sendTags(desk, talk, data);
      desk.act('resolve', talk.id, withNote({ outcome }, note));
    },
  });
}

/** Takes a conversation from the colleague who holds it. @param {import('./desk.js').Desk} desk @param {string} conversation @param {string} holder */
export function takeOver(desk, conversation, holder) {
  ask({ title: t('takeFromAsk', holder), send: t('takeFrom'), parts: [h('p', {}, t('takeFromWhy'))], done: () => desk.act('claim', conversation, { take_over: true }) });
}
