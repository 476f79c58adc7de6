/** What conversations came to, for supervisors and administrators: figures, charts, and each dialogue with its traffic. */

import { dialogues, insights, traffic } from './api.js';
import { bars, columns, figure, number, table } from './charts.js';
import { announce, button, h } from './dom.js';
import { select } from './form.js';
import { dayBefore, place } from './time.js';
import { coded, lang, t, tongue } from './words.js';

/** Whether this account sees the figures. @param {import('./api.js').Agent} me */
export const seesInsights = (me) => me.role !== 'agent';

const SPANS = [7, 30, 90];
const OTHER = 'days';
const LAST = 'skicka-console:period';

const short = (day) => new Date(`${day}T12:00`).toLocaleDateString(place(), { day: 'numeric', month: 'numeric' });
const long = (day) => new Date(`${day}T12:00`).toLocaleDateString(place(), { day: 'numeric', month: 'short', year: 'numeric' });

/** Thousandths as percent; a dash where there is nothing to take a share of. */
const percent = (thousandths) => (thousandths === null || thousandths === undefined ? '–' : number(thousandths / 1000, { style: 'percent', maximumFractionDigits: 1 }));

/** A length of time in words. @param {number} seconds */
function span(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return t('spanSeconds', seconds);
  return minutes < 60 ? t('spanMinutes', minutes) : t('spanHours', Math.floor(minutes / 60), minutes % 60);
}

export class Insights extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {{leave: () => void}} owner */
  constructor(desk, owner) {
    super();
    this.desk = desk;
    this.owner = owner;
  }

  connectedCallback() {
    this.heading = h('h2', { id: 'insights', tabIndex: -1 }, t('insights'));
    const kept = sessionStorage.getItem(LAST);
    this.span = select([...SPANS.map((days) => [String(days), t('lastDays', days)]), [OTHER, t('otherDays')]], SPANS.includes(Number(kept)) ? kept : '30');
    this.since = h('input', { type: 'date', id: 'since' });
    this.until = h('input', { type: 'date', id: 'until' });
    this.own = h('div', { className: 'own', hidden: true }, h('div', { className: 'field' }, h('label', { htmlFor: 'since' }, t('firstDay')), this.since),
      h('div', { className: 'field' }, h('label', { htmlFor: 'until' }, t('lastDay')), this.until), button(t('showDays'), () => this.#load(), { look: 'main' }));
    this.span.id = 'span';
    this.span.addEventListener('change', () => this.#choose());
    this.place = h('div', { className: 'place', 'aria-busy': 'true' });
    this.replaceChildren(h('section', { className: 'settings insights', 'aria-labelledby': 'insights' },
      h('div', { className: 'head' }, button(t('back'), () => this.owner.leave(), { glyph: 'back', bare: true }), h('div', { className: 'title' }, this.heading),
        h('div', { className: 'period' }, h('label', { className: 'sr', htmlFor: 'span' }, t('period')), this.span)),
      this.own, this.place));
    this.#choose();
  }

  #choose() {
    const { value } = this.span;
    this.own.hidden = value !== OTHER;
    if (value === OTHER) {
      this.since.value ||= dayBefore(29);
      this.until.value ||= dayBefore(0);
      return;
    }
    sessionStorage.setItem(LAST, value);
    this.since.value = dayBefore(Number(value) - 1);
    this.until.value = dayBefore(0);
    this.#load();
  }

  /** The period as the server is asked for it. */
  get #query() {
    return new URLSearchParams({ since: this.since.value, until: this.until.value, lang: lang() });
  }

  async #load() {
    const query = this.#query;
    this.place.setAttribute('aria-busy', 'true');
    if (!this.place.firstChild) this.place.append(h('p', { className: 'none', role: 'status' }, t('counting')));
    let parts;
    try {
      const [report, all] = await Promise.all([insights(query), dialogues(query)]);
      parts = report.conversations || report.opened ? this.#figures(report, all, query) : [h('p', { className: 'none' }, t('noConversations'))];
    } catch (error) {
      parts = [h('p', { className: 'notice', role: 'alert' }, t(error.status === 400 ? 'wrongPeriod' : 'noServer')), button(t('now'), () => this.#load())];
    }
    // Another period may have been chosen meanwhile.
    if (String(query) !== String(this.#query)) return;
    this.place.replaceChildren(...parts);
    this.place.removeAttribute('aria-busy');
    announce(t('counted'));
  }

  #title(topic) {
    return this.desk.title(topic) || t('noTopic');
  }

  #figures(report, all, query) {
    const file = (name) => `/v1/console/insights/tables/${name}.csv?${query}`;
    return [
      this.#tiles(report), this.#days(report, file('days')), this.#understanding(report, file('understanding')), this.#topics(report, file('topics')),
      this.#reasons(report, file('escalations')), this.#waiting(report, file('waiting')), this.#satisfaction(report, file('satisfaction')),
      this.#dialogue(all, query), h('p', { className: 'meaning' }, t('figuresMean')),
    ];
  }

  #tiles(report) {
    const [everybody] = report.waits;
    const [ratings, sum] = report.satisfaction.reduce(([n, total], { scores }) => [n + scores.reduce((one, other) => one + other, 0), total + scores.reduce((all, count, at) => all + count * (at + 1), 0)], [0, 0]);
    const tile = (name, value, more) => h('div', {}, h('dt', {}, name), h('dd', {}, value, more && h('small', {}, more)));
    return h('dl', { className: 'tiles' },
      tile(t('fig.conversations'), number(report.conversations), t('fig.ongoing', report.ongoing)),
      tile(t('fig.containment'), percent(report.containment), t('fig.ofDecided', report.contained, report.contained + report.escalated)),
      tile(t('fig.byBot'), percent(report.bot_resolution), t('fig.ofDecided', report.resolved_by_bot, report.contained + report.escalated)),
      tile(t('fig.escalated'), number(report.escalated), t('fig.byPerson', report.resolved_by_person)),
      tile(t('fig.wait'), everybody.wait.count ? span(everybody.wait.median_s) : '–', everybody.wait.count > 0 && t('fig.nine', span(everybody.wait.p90_s))),
      tile(t('fig.rating'), ratings ? number(sum / ratings, { maximumFractionDigits: 1 }) : '–', t('fig.ratings', ratings)));
  }

  #days(report, file) {
    const parts = (day) => [day.resolved_by_bot, day.contained - day.resolved_by_bot, day.escalated, day.ongoing];
    const series = [t('fig.byBot'), t('fig.containedOther'), t('fig.escalated'), t('fig.goesOn')];
    const title = t('chart.days');
    return figure(title, columns({ title, series, description: t('chart.days.is', report.conversations, report.contained, report.escalated), columns: report.days.map((day) => ({ label: short(day.day), values: parts(day) })) }),
      table(title, [t('day'), t('fig.conversations'), ...series], report.days.map((day) => [long(day.day), day.conversations, ...parts(day)])), file);
  }

  #understanding(report, file) {
    const kinds = ['answered', 'clarified', 'out_of_scope', 'rejected'];
    const series = kinds.map((kind) => t(`understood.${kind}`));
    const title = t('chart.understanding');
    const languages = [...new Set(report.understanding.map((row) => row.lang))].sort();
    const which = select([['', t('everyLanguage')], ...languages.map((tag) => [tag, tongue(tag)])], '');
    which.id = 'understood-in';
    const place = h('div', {});
    const draw = () => {
      const rows = report.understanding.filter((row) => !which.value || row.lang === which.value);
      const by = new Map(report.days.map(({ day }) => [day, kinds.map(() => 0)]));
      for (const row of rows) by.set(row.day, (by.get(row.day) ?? kinds.map(() => 0)).map((count, at) => count + row[kinds[at]]));
      const sums = kinds.map((kind) => rows.reduce((sum, row) => sum + row[kind], 0));
      const days = [...by].sort(([one], [other]) => (one < other ? -1 : 1));
      place.replaceChildren(...columns({ title, series, description: series.map((name, at) => `${name}: ${number(sums[at])}`).join('. '), columns: days.map(([day, values]) => ({ label: short(day), values })) }));
    };
    which.addEventListener('change', draw);
    draw();
    const chosen = languages.length > 1 && h('div', { className: 'field narrow' }, h('label', { htmlFor: which.id }, t('language')), which);
    return figure(title, [chosen, place].filter(Boolean),
      table(title, [t('day'), t('language'), ...series], report.understanding.map((row) => [long(row.day), tongue(row.lang), ...kinds.map((kind) => row[kind])]), 2), file);
  }

  #topics(report, file) {
    const title = t('chart.topics');
    const series = [t('fig.byBot'), t('fig.escalated'), t('fig.otherwise')];
    // One conversation may be both solved by the bot in a topic and handed over in it.
    const parts = (row) => [row.resolved_by_bot, row.escalated, Math.max(0, row.conversations - row.resolved_by_bot - row.escalated)];
    return figure(title, bars({ title, series, description: report.topics.slice(0, 3).map((row) => `${this.#title(row.topic)}: ${number(row.conversations)}`).join('. '), rows: report.topics.slice(0, 12).map((row) => ({ label: this.#title(row.topic), values: parts(row) })) }),
      table(title, [t('topic'), t('fig.conversations'), t('fig.byBot'), t('fig.escalated')], report.topics.map((row) => [this.#title(row.topic), row.conversations, row.resolved_by_bot, row.escalated])), file);
  }

  #reasons(report, file) {
    const title = t('chart.reasons');
    const sums = new Map();
    for (const { reason, escalations } of report.reasons) sums.set(reason, (sums.get(reason) ?? 0) + escalations);
    const rows = [...sums].sort(([, one], [, other]) => other - one);
    const chart = rows.length ? bars({ title, description: rows.slice(0, 3).map(([reason, count]) => `${coded('reason', reason)}: ${number(count)}`).join('. '), rows: rows.map(([reason, count]) => ({ label: coded('reason', reason), values: [count] })) }) : [h('p', {}, t('noneWanted'))];
    return figure(title, chart, table(title, [t('reason'), t('topic'), t('fig.times')], report.reasons.map((row) => [coded('reason', row.reason), this.#title(row.topic), row.escalations]), 2), file);
  }

  #waiting(report, file) {
    const title = t('chart.waiting');
    const [everybody] = report.waits;
    const kinds = ['wait', 'wait_open', 'answer', 'answer_open'];
    const head = [t('team'), t('fig.times'), t('fig.nobodyThere'), t('fig.taken'), t('fig.left'), t('fig.waiting'), ...kinds.flatMap((kind) => [`${t(`waits.${kind}`)}: ${t('fig.median')}`, t('fig.nineShort'), t('fig.longest')])];
    const rows = report.waits.map((row) => [row.team ? this.desk.team(row.team) : t('everyTeam'), row.escalations, row.offline, row.taken, row.left, row.waiting, ...kinds.flatMap((kind) => ['median_s', 'p90_s', 'longest_s'].map((what) => (row[kind].count ? span(row[kind][what]) : '–')))]);
    const chart = everybody.wait.count ? bars({
      title, stacked: false, format: span, series: [t('fig.median'), t('fig.nineShort')],
      description: kinds.map((kind) => `${t(`waits.${kind}`)}: ${span(everybody[kind].median_s)}, ${t('fig.nine', span(everybody[kind].p90_s))}`).join('. '),
      rows: kinds.map((kind) => ({ label: t(`waits.${kind}`), values: [everybody[kind].median_s, everybody[kind].p90_s] })),
    }) : [h('p', {}, t('noneTaken'))];
    return figure(title, chart, table(title, head, rows), file);
  }

  #satisfaction(report, file) {
    const title = t('chart.satisfaction');
    const series = report.satisfaction.map(({ by }) => t(`served.${by}`));
    const rows = [5, 4, 3, 2, 1].map((score) => ({ label: t('ofFive', score), values: report.satisfaction.map(({ scores }) => scores[score - 1]) }));
    const all = report.satisfaction.reduce((sum, { scores }) => sum + scores.reduce((one, other) => one + other, 0), 0);
    return figure(title, all ? bars({ title, series, rows, description: rows.map(({ label, values }) => `${label}: ${number(values[0] + values[1])}`).join('. ') }) : [h('p', {}, t('noneRated'))],
      table(title, [t('fig.rating'), ...series], rows.map(({ label, values }) => [label, ...values])), file);
  }

  /** A dialogue as a picture that carries how many went where; the same as tables below. */
  #dialogue({ dialogues: all }, query) {
    const title = t('chart.dialogue');
    // Its key stands beside the title only where two have the same.
    const isOne = (about) => all.filter((other) => other.title === about).length === 1;
    const which = select(all.map(({ id, title: about }) => [id, !about ? this.desk.title(id) : isOne(about) ? about : `${about} (${id})`]), this.shown ?? all[0]?.id);
    which.id = 'dialogue';
    const place = h('div', {});
    const show = async () => {
      const id = which.value;
      this.shown = id;
      const path = `/v1/console/insights/dialogues/${encodeURIComponent(id)}`;
      const drawing = await traffic(id, query).catch(() => null);
      if (which.value !== id) return;
      if (!drawing) {
        place.replaceChildren(h('p', { className: 'notice', role: 'alert' }, t('noServer')));
        return;
      }
      // Steps by what is said there: their keys say nothing to who has not written them.
      const said = new Map(drawing.steps.map(({ step, text }) => [step, text]));
      const name = (step) => said.get(step) || this.desk.title(step);
      place.replaceChildren(
        h('div', { className: 'wide picture', tabIndex: 0, role: 'group', 'aria-label': title }, h('img', { src: `${path}.svg?${query}`, alt: t('chart.dialogue.is', drawing.title) })),
        h('details', {}, h('summary', {}, t('asTable')),
          table(t('allSteps'), [t('step'), t('came'), t('leftThere')], drawing.steps.map(({ step, came, left }) => [name(step), came, left])),
          table(t('ways'), [t('from'), t('to'), t('answer'), t('took')], drawing.ways.map(({ from, to, by, took }) => [name(from), name(to), by, took]), 3)));
    };
    which.addEventListener('change', show);
    if (all.length) show();
    return h('section', { className: 'figure' }, h('h3', {}, title), h('div', { className: 'field narrow' }, h('label', { htmlFor: which.id }, t('dialogue')), which), place);
  }
}

customElements.define('sk-insights', Insights);
