/**
 * What the console knows, and the one place that talks to the server. Views read it and listen:
 *
 *   `link`      the connection came or went
 *   `inbox`     lines changed
 *   `waiting`   these came to wait for a person
 *   `written`   a customer of one's own wrote
 *   `taken`     a colleague took a conversation of one's own
 *   `offered`   a conversation is offered to this agent
 *   `alarm`     nobody takes a conversation; for those who supervise
 *   `replies`   the canned replies are here
 *   `presence`  one's own state changed
 *   `agents`    the others' changed
 *   `current`   another conversation is open
 *   `talk`      `{ conversation, event? }`: something of a conversation changed
 *   `acked`     `{ frame }`, `refused` `{ frame, error }`, `delayed` `{ code, seconds }`
 *   `signed-out`
 */

import { canned, teams, topics } from './api.js';
import { Link } from './link.js';
import { Outbox } from './outbox.js';
import { Talk } from './talk.js';
import { teamTitle } from './team.js';
import { lang } from './words.js';

const PRESENCE = 'skicka-console:presence';
/** Logs kept for coming back to; the oldest go. */
const MOST_TALKS = 30;
/** The protocol counts one `typing` in this time. */
const TYPING_MS = 3000;

/** @typedef {{conversation: string, status: string, team?: string, lang: string, topic?: string, reason?: string, priority: number, waiting_since?: string, deadline?: string, offer?: {agent: string, until: string}, alarm?: boolean, agent?: {id: string, name: string}, visitor: {name?: string, identity: string}, preview: string, tags?: string[], unread: number, removed?: boolean}} Item */

/** Whether a conversation waits for a person. @param {Item} [item] */
export const isWaiting = (item) => item?.status === 'queued' || item?.status === 'offline';

/** By code units: what is compared here is no language's, and a collation a thousand times over is slow. */
const byText = (a, b) => (a < b ? -1 : Number(a > b));

/** Who of two goes first. @param {Item} a @param {Item} b */
export const byTurn = (a, b) => (b.priority || 0) - (a.priority || 0) || byText(a.waiting_since || '~', b.waiting_since || '~') || byText(a.conversation, b.conversation);

export class Desk extends EventTarget {
  /** @param {import('./api.js').Agent} me */
  constructor(me) {
    super();
    this.me = me;
    this.presence = sessionStorage.getItem(PRESENCE) || 'online';
    /** @type {{id: string, name: string, state: string, load: number, capacity: number, looking?: string[]}[]} */
    this.agents = [];
    /** @type {Map<string, Item>} */
    this.inbox = new Map();
    /** @type {Map<string, Talk>} */
    this.talks = new Map();
    /** @type {Talk|null} */
    this.current = null;
    /** The event of a conversation that was looked for, until it is shown. @type {{conversation: string, seq: number}|null} */
    this.sought = null;
    this.ready = false;
    this.lost = false;
    this.stopped = false;
    this.typedAt = 0;
    this.titles = {};
    /** The teams that were set up, by their ids. @type {Map<string, import('./team.js').Team>} */
    this.teams = new Map();
    /** Conversations that this agent has passed on. @type {Set<string>} */
    this.given = new Set();
    /** @type {import('./canned.js').Reply[]} */
    this.replies = [];
    /** @type {Map<string, Promise<Object<string, string>>>} */
    this.tongues = new Map();
    this.link = new Link('/v1/agent', { hello: () => ({ type: 'hello' }), frame: (frame) => this.#frame(frame), down: (code) => this.#down(code) });
    this.outbox = new Outbox(this.link, {
      changed: ({ frame }) => this.#tell('talk', { conversation: frame.conversation }),
      acked: (entry) => this.#acked(entry),
      delayed: (code, seconds) => this.#tell('delayed', { code, seconds }),
      refused: ({ frame }, error) => this.#tell('refused', { frame, error }),
    });
  }

  start() {
    this.link.start();
    this.loadTitles();
  }

  stop() {
    this.link.stop();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The console speaks another language from now on: so do the topics, and the packet of what is open. */
  retell() {
    this.loadTitles();
    if (this.current && this.link.up) this.#follow(this.current);
  }

  /** The topics' titles in the console's language, and the teams with their names; ids stand in for them meanwhile. */
  async loadTitles() {
    try {
      const [titles, known] = await Promise.all([topics(lang()), teams()]);
      this.titles = titles;
      this.teams = new Map(known.map((team) => [team.id, team]));
      this.#tell('inbox');
      if (this.current) this.#tell('talk', { conversation: this.current.id });
    } catch {
      // They come with the next connection.
    }
  }

  /** The topics' titles in a customer's language; none when they cannot be had. @param {string} tag */
  titlesIn(tag) {
    if (!this.tongues.has(tag)) {
      this.tongues.set(tag, topics(tag).catch(() => {
        this.tongues.delete(tag);
        return {};
      }));
    }
    return this.tongues.get(tag);
  }

  /** Asks for the canned replies; those that are here stay until then. */
  async loadReplies() {
    try {
      this.replies = await canned();
      this.#tell('replies');
    } catch {
      // They come with the next connection.
    }
  }

  /** @param {string|null|undefined} id */
  title(id) {
    return id ? (this.titles[id] ?? id.replaceAll('_', ' ')) : '';
  }

  /** @param {string} id */
  team(id) {
    return teamTitle(this.teams.get(id) ?? { id });
  }

  // ------------------------------------------------------------------------------- frames in

  #frame(frame) {
    switch (frame.type) {
      case 'welcome': return this.#welcome(frame);
      case 'inbox': return this.#inbox(frame);
      case 'packet': return this.#change(frame, (talk) => { talk.packet = frame; });
      case 'event': return this.#event(frame);
      case 'ack': return this.outbox.ack(frame, this.talks.get(frame.conversation)?.last ?? 0);
      case 'typing': return this.#change(frame, (talk) => this.#typing(talk, frame));
      case 'read': return frame.by === 'visitor' && this.#change(frame, (talk) => { talk.visitorRead = Math.max(talk.visitorRead, frame.seq); });
      case 'agents': return this.#agents(frame);
      case 'error': return this.#error(frame);
      default: return undefined;
    }
  }

  #welcome({ agent }) {
    this.me = { ...this.me, ...agent };
    this.ready = true;
    this.lost = false;
    this.stopped = false;
    this.link.send({ type: 'presence', state: this.presence });
    if (this.current) this.#follow(this.current);
    this.outbox.flush();
    if (!Object.keys(this.titles).length) this.loadTitles();
    this.loadReplies();
    this.#tell('link');
    this.#tell('presence');
  }

  #down(code) {
    this.outbox.unsend();
    for (const talk of this.talks.values()) talk.typing = null;
    if (code === 4401) {
      this.#tell('signed-out');
      return;
    }
    this.lost = true;
    this.stopped = code !== null;
    this.#tell('link');
  }

  #inbox({ full, items }) {
    const before = new Map(this.inbox);
    if (full) this.inbox.clear();
    for (const item of items) {
      const { conversation } = item;
      if (item.removed) this.inbox.delete(conversation);
      else this.inbox.set(conversation, item);
      const talk = this.talks.get(conversation);
      // A line that leaves says nothing but that.
      if (talk) talk.item = item.removed ? talk.item && { ...talk.item, status: item.status, unread: 0 } : item;
    }
    if (!full) this.#tellNews(before, items);
    const offered = items.find((item) => this.isOffered(item) && item.offer.until !== before.get(item.conversation)?.offer?.until);
    if (offered) this.#tell('offered', offered);
    this.#tell('inbox');
    if (this.current && items.some(({ conversation }) => conversation === this.current.id)) this.#tell('talk', { conversation: this.current.id });
  }

  #tellNews(before, items) {
    const fresh = items.filter((item) => isWaiting(item) && !item.removed && !isWaiting(before.get(item.conversation)));
    if (fresh.length) this.#tell('waiting', fresh);
    const written = items.find((item) => item.agent?.id === this.me.id && item.unread > (before.get(item.conversation)?.unread ?? 0));
    if (written) this.#tell('written', written);
    const taken = items.find((item) => item.agent && item.agent.id !== this.me.id && before.get(item.conversation)?.agent?.id === this.me.id && !this.given.has(item.conversation));
    if (taken) this.#tell('taken', taken);
    const alarm = this.supervises && items.find((item) => item.alarm && !before.get(item.conversation)?.alarm);
    if (alarm) this.#tell('alarm', alarm);
  }

  #change({ conversation }, change) {
    const talk = this.talks.get(conversation);
    if (!talk) return;
    change(talk);
    this.#tell('talk', { conversation });
  }

  #typing(talk, { from, ttl_s: ttl }) {
    if (from.role === 'agent' && from.name === this.me.name) return;
    const until = Date.now() + (ttl || 5) * 1000;
    talk.typing = { ...from, until };
    setTimeout(() => {
      if (talk.typing?.until !== until) return;
      talk.typing = null;
      this.#tell('talk', { conversation: talk.id });
    }, (ttl || 5) * 1000);
  }

  #event(event) {
    const { conversation } = event;
    const talk = this.talks.get(conversation);
    if (!talk) return;
    const outcome = talk.add(event);
    if (outcome === 'known') return;
    if (outcome === 'gap') {
      this.link.later();
      return;
    }
    this.outbox.settle(conversation, event);
    this.#tell('talk', { conversation, event, erased: outcome === 'erased' });
    this.markRead();
  }

  #error(error) {
    if (error.id) this.outbox.refuse(error);
    else if (error.conversation === this.current?.id) this.#tell('refused', { frame: { type: 'open' }, error });
  }

  #agents({ agents }) {
    this.agents = agents;
    const own = agents.find(({ id }) => id === this.me.id);
    // Another of one's own tabs may have changed it.
    if (own && own.state !== this.presence && document.visibilityState === 'hidden') this.#presenceIs(own.state);
    this.#tell('agents');
  }

  #acked({ frame }) {
    const talk = this.talks.get(frame.conversation);
    if (talk && frame.type === 'resolve') talk.resolvedAt = Date.now();
    if (talk && frame.type === 'reopen') talk.resolvedAt = 0;
    this.#tell('acked', { frame });
    this.#tell('talk', { conversation: frame.conversation });
  }

  // ------------------------------------------------------------------------ what the agent does

  /** @param {'online'|'away'|'offline'} state */
  setPresence(state) {
    this.#presenceIs(state);
    this.link.send({ type: 'presence', state });
  }

  #presenceIs(state) {
    this.presence = state;
    sessionStorage.setItem(PRESENCE, state);
    this.#tell('presence');
  }

  /** Opens a conversation, or none. @param {string|null} id */
  open(id) {
    if (id === (this.current?.id ?? null)) {
      if (this.sought) this.#tell('talk', { conversation: id });
      return;
    }
    if (this.current) this.link.send({ type: 'leave', conversation: this.current.id });
    this.current = id ? this.#talk(id) : null;
    if (this.current && this.link.up) this.#follow(this.current);
    this.typedAt = 0;
    this.#tell('current');
    this.markRead();
  }

  #talk(id) {
    const talk = this.talks.get(id) ?? new Talk(id);
    talk.item = this.inbox.get(id) ?? talk.item;
    this.talks.delete(id);
    this.talks.set(id, talk);
    if (this.talks.size > MOST_TALKS) this.talks.delete(this.talks.keys().next().value);
    return talk;
  }

  #follow(talk) {
    talk.ask();
    this.link.send({ type: 'open', conversation: talk.id, after: talk.last, lang: lang() });
  }

  /** Asks for something that wants an ack. @param {string} type @param {string} conversation @param {object} [fields] */
  act(type, conversation, fields = {}) {
    if (type === 'transfer') this.given.add(conversation);
    else if (type === 'claim') this.given.delete(conversation);
    this.outbox.post(type, conversation, fields);
  }

  /** Whether the agent has asked for something that is not yet answered. */
  asks(conversation, type) {
    return this.outbox.of(conversation).some(({ frame, failed }) => frame.type === type && !failed);
  }

  /** Whether a conversation is offered to this agent. @param {Item} item */
  isOffered({ offer, removed }) {
    return !removed && offer?.agent === this.me.id;
  }

  /** Whether this agent looks after the others. */
  get supervises() {
    return this.me.role !== 'agent';
  }

  isMine(talk) {
    const { holder } = talk;
    return talk.status === 'agent' && !!holder && (holder.id ? holder.id === this.me.id : holder.name === this.me.name);
  }

  /** Tells that somebody writes: the customer and colleagues, or of a note colleagues alone. @param {string} conversation @param {boolean} note */
  typing(conversation, note) {
    if (Date.now() - this.typedAt < TYPING_MS) return;
    if (this.link.send({ type: 'typing', conversation, ...(note && { note }) })) this.typedAt = Date.now();
  }

  /** What is on the screen of the one who holds the conversation has been read. */
  markRead() {
    const talk = this.current;
    if (!talk || document.visibilityState === 'hidden' || !this.isMine(talk)) return;
    if (talk.last > talk.readSent && this.link.up && this.link.send({ type: 'read', conversation: talk.id, seq: talk.last })) talk.readSent = talk.last;
  }
}
