/** The accounts of those who answer, as an administrator keeps them. */

import { addAccount, changeAccount, givePassword, resetFactor } from './api.js';
import { ask } from './dialogs.js';
import { button, h } from './dom.js';
import { field, group, select, settingForm, tick } from './form.js';
import { toast } from './toast.js';
import { LANGUAGES, lang, t, tongue, tongues } from './words.js';

/** @typedef {{id: string, email: string, name: string, role: string, teams: string[], languages: string[], skills: string[], capacity: number|null, disabled: boolean, must_change_password: boolean, second_factor: boolean}} Account */

const ROLES = ['agent', 'supervisor', 'admin'];

/** What stands beside an account in the list. @param {Account} account @param {(id: string) => string} teamName */
export const accountMeta = (account, teamName) => [
  account.email, t(`role.${account.role}`), account.teams.length ? account.teams.map(teamName).join(', ') : t('everyTeam'),
  tongues(account.languages), account.disabled && t('disabled'), account.must_change_password && t('oneTime'), account.second_factor && t('factor'),
];

/** Shows a password for one use, which is shown nowhere again. @param {string} name @param {string} password @param {() => void} gone */
function showPassword(name, password, gone) {
  const dialog = h('dialog', { 'aria-labelledby': 'given', onclose: () => { dialog.remove(); gone(); } },
    h('h2', { id: 'given' }, t('oneTimeFor', name)),
    h('p', {}, t('oneTimeWhy')),
    h('p', {}, h('output', { className: 'given', tabIndex: 0, 'aria-label': t('oneTime') }, password)),
    h('div', { className: 'acts' }, button(t('close'), () => dialog.close(), { look: 'main' })));
  document.body.append(dialog);
  dialog.showModal();
}

/** A call that may not go through. */
async function attempt(call) {
  try {
    return await call();
  } catch (error) {
    toast(t(error.status === 403 ? 'error.forbidden' : 'noServer'));
    return null;
  }
}

/** What can be done to an account that is there already. */
function deeds(old, done) {
  const given = () => ask({
    title: t('passwordAsk', old.name), send: t('passwordGive'), parts: [h('p', {}, t('passwordAskWhy'))],
    done: async () => {
      const password = await attempt(() => givePassword(old.id));
      if (password) showPassword(old.name, password, () => done(old.id));
    },
  });
  const reset = () => ask({
    title: t('factorResetAsk', old.name), send: t('factorReset'), parts: [h('p', {}, t('factorResetWhy'))],
    done: async () => { if (await attempt(() => resetFactor(old.id))) done(old.id); },
  });
  return h('div', { className: 'acts deeds' }, button(t('passwordGive'), given, { glyph: 'keys' }), old.second_factor && button(t('factorReset'), reset));
}

/**
 * @param {import('./desk.js').Desk} desk @param {[string, string][]} teams ids and names @param {Account} [old]
 * @param {{done: (id: string) => void, cancel: () => void}} more
 */
export function accountForm(desk, teams, old, { done, cancel }) {
  const text = (value, type = 'text') => h('input', { type, autocomplete: 'off', value: value ?? '' });
  const email = text(old?.email, 'email');
  const name = text(old?.name);
  const role = select(ROLES.map((one) => [one, t(`role.${one}`)]), old?.role ?? 'agent');
  const capacity = h('input', { type: 'number', min: 1, max: 100, inputMode: 'numeric', value: old?.capacity ?? '' });
  const teamTicks = teams.map(([id, title]) => [id, ...tick(title, !!old?.teams.includes(id))]);
  const more = text('');
  const languages = LANGUAGES.map(([tag]) => [tag, ...tick(tongue(tag), !!old?.languages.includes(tag))]);
  const topics = [...new Set([...Object.keys(desk.titles), ...(old?.skills ?? [])])].sort((a, b) => desk.title(a).localeCompare(desk.title(b), lang()));
  const skills = topics.map((topic) => [topic, ...tick(desk.title(topic), !!old?.skills.includes(topic))]);
  const [disabledLabel, disabled] = tick(t('disabledTick'), !!old?.disabled);
  const chosen = (ticks) => ticks.filter(([, , box]) => box.checked).map(([id]) => id);
  let added = null;
  return settingForm({
    title: old ? old.name : t('agentsNew'), family: 'account', cancel,
    done: () => (added ? showPassword(name.value.trim(), added.password, () => done(added.agent.id)) : done(old.id)),
    fields: [
      old && deeds(old, done),
      field('name', t('accountName'), name, t('accountNameHint')),
      field('email', t('email'), email),
      field('role', t('role'), role, t(`roleHint`)),
      group('teams', t('teams'), [...teamTicks.map(([, label]) => label), h('div', { className: 'field' }, h('label', { htmlFor: 'more-teams' }, t('accountTeams')), Object.assign(more, { id: 'more-teams' }))], t('accountTeamsHint')),
      group('languages', t('teamLanguages'), languages.map(([, label]) => label), t('teamLanguagesHint')),
      h('details', {}, h('summary', {}, t('accountSkills', chosen(skills).length)), group('skills', t('teamSkillsLegend'), skills.map(([, label]) => label), t('accountSkillsHint'))),
      field('capacity', t('accountCapacity'), capacity, t('accountCapacityHint')),
      old && old.id !== desk.me.id && group('disabled', t('access'), [disabledLabel], t('disabledHint')),
    ].filter(Boolean),
    save: async () => {
      const account = {
        email: email.value.trim(), name: name.value.trim(), role: role.value, languages: chosen(languages), skills: chosen(skills), disabled: disabled.checked,
        teams: [...new Set([...chosen(teamTicks), ...more.value.split(/[\s,]+/).filter(Boolean)])], capacity: capacity.value ? Number(capacity.value) : null,
      };
      if (old) await changeAccount(old.id, account);
      else added = await addAccount(account);
    },
  });
}
