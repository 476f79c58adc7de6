/** The form of a team: its names, what it speaks and is best at, its hours, how it gets its conversations. */

import { Refused, putTeam } from './api.js';
import { h } from './dom.js';
import { field, group, select, settingForm, tick } from './form.js';
import { LANGUAGES, has, lang, t, tongue } from './words.js';

/** @typedef {{id: string, name: Object<string, string>, languages: string[], skills: string[], hours: object|null, routing: 'pull'|'push', capacity: number, accept_within_s: number, answer_within_s: number|null, queue_limit: number|null, email: string|null, open: boolean}} Team */

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A Monday, to have the days' names from. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const ZONE = 'Europe/Helsinki';

/** What people call a team: its name, else a word for the one that is there from the start. @param {{id: string, name?: Object<string, string>}} team */
export const teamTitle = ({ id, name }) => name?.[lang()] || (has(`teamWord.${id}`) ? t(`teamWord.${id}`) : id);

const dayName = (at) => new Date(MONDAY + at * DAY_MS).toLocaleDateString(lang(), { weekday: 'long', timeZone: 'UTC' });

/** @param {string} text `09:00-16:30` @returns {boolean} */
function isSpan(text) {
  const match = /^(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})$/.exec(text);
  if (!match) return false;
  const [opens, , closes] = [1, 2, 3].map((at) => Number(match[at]) * 60 + Number(match[at + 1]));
  return Number(match[2]) < 60 && Number(match[4]) < 60 && opens < closes && closes <= 24 * 60;
}

const spans = (text) => text.split(',').map((part) => part.trim()).filter(Boolean);

/** A line such as `2026-12-31 09:00-12:00 New Year’s Eve`; null when it is none. */
function exception(line) {
  const match = /^(\d{4}-\d{2}-\d{2})((?:[\s,]+\d{1,2}[:.]\d{2}\s*[-–]\s*\d{1,2}[:.]\d{2})*)\s*(.*)$/.exec(line.trim());
  const date = match && new Date(`${match[1]}T00:00Z`);
  if (!date || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== match[1]) return null;
  const open = match[2].trim().split(/(?:,\s*|(?<=\d{2})\s+)(?=\d{1,2}[:.])/).map((part) => part.replace(/^[\s,]+/, '')).filter(Boolean);
  return open.every(isSpan) && !/^\d{1,2}[:.]\d/.test(match[3]) ? { date: match[1], open, name: match[3] } : null;
}

const line = ({ date, open, name }) => [date, open.join(', '), name].filter(Boolean).join(' ');

function isZone(name) {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** The fields of the hours, and what they say. */
function hoursFields(hours) {
  const [always, isAlways] = tick(t('alwaysOpen'), !hours, { onchange: () => { rest.hidden = isAlways.checked; } });
  const usual = (at) => (hours || at > 4 ? [] : ['09:00-16:30']);
  const week = DAYS.map((day, at) => h('input', { type: 'text', autocomplete: 'off', value: (hours?.week[day] ?? usual(at)).join(', ') }));
  const others = h('textarea', { rows: 3, value: (hours?.exceptions ?? []).map(line).join('\n') });
  const [holidays, isClosed] = tick(t('closedOnHolidays'), hours?.closed_on_holidays ?? true);
  const zone = h('input', { type: 'text', autocomplete: 'off', spellcheck: false, value: hours?.zone ?? ZONE });
  const rest = h('div', { className: 'hours', hidden: !hours },
    h('p', {}, t('hoursHint')), h('div', { className: 'week' }, DAYS.map((day, at) => field(`week.${day}`, dayName(at), week[at]))),
    field('exceptions', t('exceptions'), others, t('exceptionsHint')), holidays, field('zone', t('zone'), zone));
  const read = (fault) => {
    if (isAlways.checked) return null;
    const days = DAYS.map((day, at) => [day, spans(week[at].value)]);
    for (const [day, parts] of days) {
      const wrong = parts.find((part) => !isSpan(part));
      if (wrong) fault(`week.${day}`, 'span', wrong);
    }
    const lines = others.value.split('\n').filter((text) => text.trim());
    const exceptions = lines.map(exception);
    const wrong = lines[exceptions.indexOf(null)];
    if (wrong !== undefined) fault('exceptions', 'exception', wrong.trim());
    if (!isZone(zone.value.trim())) fault('zone', 'zone', zone.value.trim());
    return { week: Object.fromEntries(days.filter(([, parts]) => parts.length)), exceptions, closed_on_holidays: isClosed.checked, zone: zone.value.trim() };
  };
  return [group('hours', t('hours'), [always, rest]), read];
}

/** A whole number, or nothing. */
const number = (value) => h('input', { type: 'text', inputMode: 'numeric', autocomplete: 'off', value: value ?? '' });

/**
 * @param {import('./desk.js').Desk} desk @param {Team[]} teams @param {Team} [old]
 * @param {{done: (id: string) => void, cancel: () => void, remove?: () => void}} more
 */
export function teamForm(desk, teams, old, { done, cancel, remove }) {
  const id = h('input', { type: 'text', autocomplete: 'off', spellcheck: false, value: old?.id ?? '', readOnly: !!old });
  const names = LANGUAGES.map(([tag]) => [tag, h('input', { type: 'text', lang: tag, autocomplete: 'off', value: old?.name[tag] ?? '' })]);
  const languages = LANGUAGES.map(([tag]) => [tag, ...tick(tongue(tag), old?.languages.includes(tag) ?? false)]);
  const topics = [...new Set([...Object.keys(desk.titles), ...(old?.skills ?? [])])].sort((a, b) => desk.title(a).localeCompare(desk.title(b), lang()));
  const skills = topics.map((topic) => [topic, ...tick(desk.title(topic), old?.skills.includes(topic) ?? false)]);
  const [hours, readHours] = hoursFields(old?.hours);
  const routing = select(['pull', 'push'].map((way) => [way, t(`routing.${way}`)]), old?.routing ?? 'pull');
  const numbers = { capacity: number(old?.capacity ?? 5), accept_within_s: number(old?.accept_within_s ?? 30), answer_within_s: number(old?.answer_within_s), queue_limit: number(old?.queue_limit) };
  const email = h('input', { type: 'email', autocomplete: 'off', spellcheck: false, value: old?.email ?? '' });
  const chosen = (boxes) => boxes.filter(([, , box]) => box.checked).map(([value]) => value);

  const save = async () => {
    const faults = [];
    const fault = (name, code, about) => faults.push({ field: name, code, about });
    const values = Object.fromEntries(Object.entries(numbers).map(([name, { value }]) => {
      const text = value.trim();
      const isNeeded = name === 'capacity' || name === 'accept_within_s';
      if (text ? !/^\d{1,9}$/.test(text) : isNeeded) fault(name);
      return [name, text ? Number(text) : null];
    }));
    if (!old && teams.some((team) => team.id === id.value.trim())) fault('id', 'id_taken');
    const body = {
      name: Object.fromEntries(names.map(([tag, input]) => [tag, input.value.trim()]).filter(([, name]) => name)),
      languages: chosen(languages), skills: chosen(skills), hours: readHours(fault), routing: routing.value, email: email.value.trim() || null, ...values,
    };
    if (!id.value.trim()) fault('id');
    if (faults.length) throw new Refused(422, { faults });
    await putTeam(id.value.trim(), body);
  };

  return settingForm({
    title: old ? teamTitle(old) : t('teamsNew'), family: 'team', cancel, remove, save, done: () => done(id.value.trim()),
    fields: [
      field('id', t('teamId'), id, t('teamIdHint')),
      group('name', t('teamName'), names.map(([tag, input]) => h('label', { className: 'field' }, h('span', {}, tongue(tag)), input)), t('teamNameHint')),
      group('languages', t('teamLanguages'), languages.map(([, label]) => label), t('teamLanguagesHint')),
      h('details', {}, h('summary', {}, t('teamSkills', chosen(skills).length)), group('skills', t('teamSkillsLegend'), skills.map(([, label]) => label), t('teamSkillsHint'))),
      hours,
      field('routing', t('routing'), routing, t('routingHint')),
      ...Object.entries(numbers).map(([name, input]) => field(name, t(`team.${name}`), input, t(`team.${name}.hint`))),
      field('email', t('team.email'), email, t('team.email.hint')),
    ],
  });
}
