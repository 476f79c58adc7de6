/**
 * A reference client of Skicka's protocol, without a dependency and without a socket: it posts
 * frames and reads the stream, so that it runs in Node 20 and anywhere that has `fetch`.
 *
 *   node examples/client.mjs http://127.0.0.1:8080         to talk
 *   node examples/conformance.mjs http://127.0.0.1:8080    to see that it keeps the rules
 *
 * With a socket the rules are the same: only `#post` and `#read` would differ. docs/clients.md
 * says why each rule is there.
 */

import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Refusals after which the same frame may be sent again. */
const PASSING = new Set(['rate_limited', 'unavailable', 'internal']);
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** One conversation: what is kept, what is on its way, and the link to the server. */
export class Client {
  /** @type {Map<string, object>} frames that were neither acked nor refused, in order */
  outbox = new Map();
  /** @type {Map<number, object>} what is shown, by seq */
  events = new Map();
  status = 'bot';
  last = 0;
  tries = 0;
  #link = null;
  #posting = false;
  #watchers = new Set();

  /**
   * @param {string} server
   * @param {{lang?: string[], identity?: string, state?: object, on?: (frame: object) => void}} [options]
   *   `state` is what `kept` gave, in this process or an earlier one
   */
  constructor(server, { lang = ['en'], identity, state = {}, on = () => {} } = {}) {
    Object.assign(this, { base: new URL('/v1/chat/', server), lang, identity, on });
    this.token = state.token;
    this.conversation = state.conversation;
    for (const frame of state.outbox || []) this.outbox.set(frame.id, frame);
  }

  /** What outlives the process. Keep the token as you keep a session. */
  get kept() {
    return { token: this.token, conversation: this.conversation, outbox: [...this.outbox.values()] };
  }

  /** Connects, and stays so by itself. An app calls this when it comes to the foreground. */
  async foreground() {
    if (this.#link) return;
    const link = new AbortController();
    this.#link = link;
    while (this.#link === link) {
      const wait = await this.#connect(link).catch((error) => this.#failed(error));
      if (this.#link !== link) return;
      if (wait === Infinity) {
        this.background();
        this.on({ type: 'stopped' });
        return;
      }
      // Full jitter: clients that lost one server must not all come back at the same moment.
      await sleep(wait ?? Math.random() * Math.min(30_000, 500 * 2 ** this.tries));
      this.tries += 1;
    }
  }

  /** Lets the link go. Nothing is lost: the server keeps the events, the outbox what was said. */
  background() {
    this.#link?.abort();
    this.#link = null;
  }

  say(text) { return this.#send({ type: 'message', text }); }
  press(seq, value) { return this.#send({ type: 'choice', seq, value }); }
  person() { return this.#send({ type: 'human' }); }
  language(lang) { return this.#send({ type: 'lang', lang }); }
  rate(score, comment) { return this.#send({ type: 'rating', score, comment }); }
  end() { return this.#send({ type: 'end' }); }

  /** Tells what has been shown, which also cancels a push for it. */
  read(seq = this.last) {
    return this.#call('frames', [{ type: 'read', seq }]);
  }

  /** Resolves once a frame for which `wanted` holds has come. */
  next(wanted, within = 30_000) {
    return new Promise((resolve, reject) => {
      const watcher = (frame) => {
        if (!wanted(frame)) return;
        clearTimeout(late);
        this.#watchers.delete(watcher);
        resolve(frame);
      };
      const late = setTimeout(() => { this.#watchers.delete(watcher); reject(new Error('it did not come in time')); }, within);
      this.#watchers.add(watcher);
    });
  }

  #send(frame) {
    const whole = { ...frame, id: randomUUID() };
    this.outbox.set(whole.id, whole);
    void this.#flush();
    return whole;
  }

  /** Posts the outbox in order, one call at a time. The server drops what it has already. */
  async #flush() {
    if (this.#posting || !this.#link || !this.token) return;
    this.#posting = true;
    while (this.#link && this.outbox.size) {
      // After a failed call the same frames go again: whatever came through counts once.
      const held = await this.#post([...this.outbox.values()].slice(0, 64)).catch(() => 1);
      if (held) await sleep(held * 1000);
    }
    this.#posting = false;
  }

  /** @returns {Promise<number>} seconds to wait before the next post */
  async #post(frames) {
    const answers = await this.#call('frames', frames);
    let wait = 0;
    for (const answer of answers) {
      if (answer.type === 'ack') this.outbox.delete(answer.id);
      if (answer.type === 'error' && PASSING.has(answer.code)) wait = Math.max(wait, answer.retry_after_s || 1);
      else if (answer.type === 'error') this.outbox.delete(answer.id);
      this.#tell(answer);
    }
    // Frames without an answer must not be posted in a circle.
    return answers.length ? wait : 1;
  }

  /** Says hello, then reads until the stream ends. @returns {Promise<number|undefined>} ms to wait */
  async #connect(link) {
    const { token, identity, conversation, lang } = this;
    const hello = { type: 'hello', lang, identity, conversation, after: conversation && this.last, token, client: { name: 'skicka-example', version: '1', platform: 'node' } };
    const [answer] = await this.#call('frames', [hello]);
    if (answer?.type === 'error') {
      // The conversation is not this visitor's any more: hello again, without it.
      this.conversation = undefined;
      return 0;
    }
    this.#welcome(answer);
    this.tries = 0;
    void this.#flush();
    return this.#read(link);
  }

  #welcome(welcome) {
    const isSame = welcome.resumed && welcome.conversation === this.conversation;
    if (!isSame) {
      this.events.clear();
      this.last = 0;
    }
    this.token = welcome.token;
    this.conversation = welcome.conversation;
    this.status = welcome.status;
    this.#tell(welcome);
  }

  async #read(link) {
    const { body } = await this.#fetch('stream', { headers: { 'last-event-id': String(this.last) }, signal: link.signal });
    let rest = '';
    for await (const piece of body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + piece).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const frame = JSON.parse(part.slice(part.indexOf('data: ') + 6));
        if (part.startsWith('event: close')) return this.#closed(frame.code);
        if (frame.type === 'welcome') this.#welcome(frame);
        else if (frame.type === 'event') {
          // A gap: let go, and resume from the last event held.
          if (frame.seq > this.last + 1) return 0;
          this.#take(frame);
        } else if (frame.type !== 'ping') this.#tell(frame);
      }
    }
    return undefined;
  }

  #take(event) {
    if (event.kind === 'erased') this.events.delete(event.seq);
    if (event.seq <= this.last) return;
    this.last = event.seq;
    this.events.set(event.seq, event);
    if (event.kind === 'status') this.status = event.status;
    if (event.kind === 'ended') this.status = 'ended';
    // Its event proves that a frame has come through, also when the ack was lost.
    if (event.id) this.outbox.delete(event.id);
    this.#tell(event);
  }

  #tell(frame) {
    this.on(frame);
    for (const watcher of [...this.#watchers]) watcher(frame);
  }

  #closed(code) {
    if (code === 4401) return this.#anew();
    if ([1000, 1009, 4400, 4403].includes(code)) return Infinity;
    return code === 1001 ? 0 : code === 4429 ? 30_000 : undefined;
  }

  #failed(error) {
    return this.#closed({ 401: 4401, 403: 4403, 413: 1009, 429: 4429 }[error.status]);
  }

  /** The token or the identity is not good any more: once, begin as somebody new. */
  #anew() {
    if (!this.token && !this.identity) return Infinity;
    Object.assign(this, { token: undefined, identity: undefined, conversation: undefined, last: 0 });
    return 0;
  }

  async #call(path, frames) {
    const answer = await this.#fetch(path, { method: 'POST', body: JSON.stringify(frames) });
    return answer.json();
  }

  async #fetch(path, options) {
    const address = new URL(path, this.base);
    if (this.conversation) address.searchParams.set('conversation', this.conversation);
    const bearer = this.token ? { authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(address, { ...options, headers: { ...bearer, ...options.headers } });
    if (!answer.ok) throw Object.assign(new Error(`${path} answered ${answer.status}`), { status: answer.status });
    return answer;
  }
}

/** How an event reads on a terminal: who said it is always told. */
const shown = ({ kind, from, text, choices, links, status, score }) => {
  const more = [...(choices || []).map(({ label }) => `[${label}]`), ...(links || []).map(({ label, url }) => `${label}: ${url}`)].join('  ');
  if (kind === 'message') return `${from.name || from.role}${from.role === 'bot' ? ' (bot)' : ''}: ${text}${more && `\n  ${more}`}`;
  return text || { status: `– ${status}`, ended: '– ended', rated: `– rated ${score}` }[kind];
};

async function talk(server) {
  const client = new Client(server, { on: (frame) => {
    const line = frame.type === 'event' ? shown(frame) : frame.type === 'queue' ? `– number ${frame.position} in the queue` : frame.message;
    if (line) console.log(line);
    if (frame.type === 'stopped') process.exit(1);
  } });
  void client.foreground();
  for await (const line of createInterface({ input: process.stdin })) if (line.trim()) client.say(line);
  client.background();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv[2]) throw new Error('say where the server is: node client.mjs http://127.0.0.1:8080');
  await talk(process.argv[2]);
}
