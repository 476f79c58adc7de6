/**
 * Frames of the agent that want an ack.
 *
 * Invariant: a frame leaves the outbox only when the server acked or refused it; a reload or a
 * lost link sends it again under the same id, and the server drops what it knows.
 */

const KEY = 'skicka-console:out:';
/** Errors that pass by themselves. */
const PASSING = ['rate_limited', 'unavailable', 'internal'];
const MOST_TRIES = 4;

/**
 * @typedef {object} Entry
 * @property {{type: string, id: string, conversation: string, text?: string}} frame
 * @property {number} made when, in ms
 * @property {boolean} [failed] refused; waits for the agent to retry or remove it
 * @property {boolean} [sent] on this socket
 * @property {number} [seq] the event that it became
 * @property {number} [tries] how often the server could not take it
 */

const freshId = () => Date.now().toString(36) + Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => (n % 36).toString(36)).join('');

/** Whether a frame shows as a bubble until its event arrives. @param {Entry} entry */
export const isShown = ({ frame }) => frame.type === 'message' || frame.type === 'note';

export class Outbox {
  /**
   * @param {import('./link.js').Link} link
   * @param {{changed: (entry: Entry) => void, delayed: (code: string, seconds: number) => void, refused: (entry: Entry, error: object) => void, acked: (entry: Entry) => void}} owner
   */
  constructor(link, owner) {
    this.link = link;
    this.owner = owner;
    this.hold = 0;
    /** @type {Map<string, Entry>} */
    this.entries = new Map(kept().map((entry) => [entry.frame.id, entry]));
  }

  /** @param {string} type @param {string} conversation @param {object} fields */
  post(type, conversation, fields) {
    const entry = { frame: { type, id: freshId(), conversation, ...fields }, made: Date.now() };
    keep(entry);
    this.entries.set(entry.frame.id, entry);
    this.owner.changed(entry);
    this.flush();
  }

  /** What of a conversation is still on its way. @param {string} conversation */
  of(conversation) {
    return [...this.entries.values()].filter(({ frame }) => frame.conversation === conversation);
  }

  /** Sends in order whatever this socket has not yet carried. */
  flush() {
    if (!this.link.up || Date.now() < this.hold) return;
    for (const entry of this.entries.values()) {
      if (entry.failed || entry.sent || entry.seq) continue;
      if (!this.link.send(entry.frame)) return;
      entry.sent = true;
    }
  }

  /** A new socket has carried nothing yet. */
  unsend() {
    for (const entry of this.entries.values()) entry.sent = false;
  }

  /** @param {string} id */
  done(id) {
    const entry = this.entries.get(id);
    sessionStorage.removeItem(KEY + id);
    if (!entry) return;
    this.entries.delete(id);
    this.owner.changed(entry);
  }

  /** A bubble stays until its event is there. @param {{id: string, seq: number}} ack @param {number} last newest event held */
  ack({ id, seq }, last) {
    const entry = this.entries.get(id);
    if (!entry) return;
    sessionStorage.removeItem(KEY + id);
    entry.seq = seq;
    if (!isShown(entry) || last >= seq) this.done(id);
    else this.owner.changed(entry);
    this.owner.acked(entry);
  }

  /** The events of a conversation up to here are shown. @param {string} conversation @param {{seq: number, id?: string}} event */
  settle(conversation, event) {
    for (const [id, entry] of this.entries) {
      if (entry.frame.conversation !== conversation) continue;
      if (id === event.id || (entry.seq && entry.seq <= event.seq)) this.done(id);
    }
  }

  /** @param {{code: string, id?: string, retry_after_s?: number}} error */
  refuse(error) {
    const entry = this.entries.get(error.id);
    if (!entry) return;
    entry.sent = false;
    const tries = (entry.tries || 0) + 1;
    if (PASSING.includes(error.code) && (error.code === 'rate_limited' || tries <= MOST_TRIES)) {
      entry.tries = tries;
      const seconds = Math.max(1, Math.ceil(error.retry_after_s || 2 ** tries));
      this.hold = Date.now() + seconds * 1000;
      setTimeout(() => this.flush(), seconds * 1000 + 20);
      this.owner.delayed(error.code, seconds);
      return;
    }
    if (isShown(entry)) {
      entry.failed = true;
      keep(entry);
      this.owner.changed(entry);
    } else {
      this.done(error.id);
    }
    this.owner.refused(entry, error);
  }

  /** @param {Entry} entry */
  retry(entry) {
    delete entry.failed;
    keep(entry);
    this.owner.changed(entry);
    this.flush();
  }
}

function keep({ frame, made, failed }) {
  try {
    sessionStorage.setItem(KEY + frame.id, JSON.stringify({ frame, made, failed }));
  } catch {
    // A full store costs a reload, not the message.
  }
}

/** @returns {Entry[]} */
function kept() {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(KEY)).map((key) => JSON.parse(sessionStorage.getItem(key))).sort((a, b) => a.made - b.made);
}
