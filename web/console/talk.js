/** One conversation as the console knows it: its events, its packet, who reads and writes. */

/** How long a resolve can be taken back. */
export const UNDO_MS = 30_000;

export class Talk {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    /** @type {object[]} */
    this.events = [];
    this.last = 0;
    this.packet = null;
    /** Its line in the inbox; kept after it left the inbox. */
    this.item = null;
    this.visitorRead = 0;
    this.readSent = 0;
    /** @type {{role: string, name?: string, until: number}|null} */
    this.typing = null;
    /** When this agent resolved it, for the way back. */
    this.resolvedAt = 0;
    /** Counts how often the log began anew, for those who have drawn it. */
    this.edition = 0;
    this.asked = false;
  }

  /** The server was just asked for what follows `last`. */
  ask() {
    this.asked = true;
  }

  /**
   * Takes an event in.
   * @param {object} event @returns {'new'|'known'|'gap'|'erased'}
   */
  add(event) {
    // A server that begins at 1 all the same has been restored from a backup.
    if (this.asked && event.seq === 1 && this.last > 0) this.#clear();
    this.asked = false;
    if (event.seq <= this.last) {
      if (event.kind !== 'erased') return 'known';
      this.events[event.seq - 1] = event;
      return 'erased';
    }
    if (event.seq !== this.last + 1) return 'gap';
    this.events.push(event);
    this.last = event.seq;
    if (event.from?.role === 'visitor' && this.typing?.role === 'visitor') this.typing = null;
    return 'new';
  }

  #clear() {
    this.events = [];
    this.last = 0;
    this.readSent = 0;
    this.edition += 1;
  }

  /** The event that says who answers, if one has been seen. */
  get #owner() {
    return this.events.findLast(({ kind }) => kind === 'status' || kind === 'ended');
  }

  get status() {
    const owner = this.#owner;
    if (!owner) return this.item?.status ?? 'bot';
    return owner.kind === 'ended' ? 'ended' : owner.status;
  }

  /** Who holds it. @returns {{id?: string, name: string}|null} */
  get holder() {
    const owner = this.#owner;
    if (owner) return owner.kind === 'status' && owner.status === 'agent' ? owner.agent ?? this.item?.agent ?? null : null;
    return this.item?.agent ?? null;
  }

  /** What agents call it. @returns {string[]} */
  get tags() {
    return this.events.findLast(({ kind }) => kind === 'tagged')?.tags ?? this.item?.tags ?? [];
  }

  get lang() {
    return this.packet?.lang ?? this.item?.lang ?? null;
  }

  /** Whether a resolve can still be taken back. */
  get canReopen() {
    return this.status === 'ended' && Date.now() - this.resolvedAt < UNDO_MS;
  }
}
