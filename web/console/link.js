/**
 * The console's socket: keeps itself alive by heartbeat, full-jitter back-off and the close codes
 * of the protocol. Knows nothing of what the frames mean, save `welcome` and `ping`.
 */

/** Close codes after which the protocol forbids to come back by oneself. */
const FINAL = [1000, 1009, 4400, 4401, 4403];
/** How long a connection may take until its welcome. */
const PATIENCE_MS = 15_000;
/** A connection that lived this long was a good one: the next wait starts small again. */
const SETTLED_MS = 5000;
const LONGEST_MS = 30_000;
const FLOODED_MS = 30_000;

/**
 * @typedef {object} Owner
 * @property {() => object} hello the first frame
 * @property {(frame: object) => void} frame called for every frame but `ping`
 * @property {(code: number|null) => void} down the link is lost; a code means for good
 */

export class Link {
  /** @param {string} path @param {Owner} owner */
  constructor(path, owner) {
    this.url = location.origin.replace(/^http/, 'ws') + path;
    this.owner = owner;
    this.tries = 0;
    this.quiet = 50_000;
    this.up = false;
    this.wanted = false;
  }

  start() {
    if (this.wanted) return;
    this.wanted = true;
    this.connect();
  }

  stop() {
    this.wanted = false;
    this.#leave();
  }

  /** Leaves the present socket, if any, and makes a new one now. */
  connect() {
    this.#leave();
    if (!this.wanted) return;
    const socket = new WebSocket(this.url, 'skicka.v1');
    this.socket = socket;
    this.#watch(PATIENCE_MS);
    socket.onopen = () => this.send(this.owner.hello());
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #leave() {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    // A server that welcomes and then fails at once must not be hammered.
    if (this.up && Date.now() - this.since > SETTLED_MS) this.tries = 0;
    const { socket } = this;
    this.socket = null;
    this.up = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #watch(wait) {
    clearTimeout(this.watchdog);
    this.heard = Date.now();
    this.limit = wait;
    this.watchdog = setTimeout(() => this.later(), wait);
  }

  #hear(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame.type === 'welcome') {
      this.up = true;
      this.since = Date.now();
      if (frame.ping_s > 0) this.quiet = frame.ping_s * 2000;
    }
    this.#watch(this.quiet);
    if (frame.type === 'ping') this.send({ type: 'pong' });
    else this.owner.frame(frame);
  }

  #closed(code) {
    if (FINAL.includes(code)) {
      this.stop();
      this.owner.down(code);
    } else if (code === 4429) {
      this.later(FLOODED_MS);
    } else {
      this.later(code === 1001 && this.up ? 0 : undefined);
    }
  }

  /** Full jitter: clients that lost one server must not all come back at the same moment. */
  later(wait) {
    this.#leave();
    this.owner.down(null);
    const pause = wait ?? Math.random() * Math.min(LONGEST_MS, 500 * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => this.connect(), pause);
  }

  /** The network or the page came back: a long wait, or a link that died in sleep, is over. */
  wake() {
    if (this.wanted && (!this.socket || Date.now() - this.heard > this.limit)) this.connect();
  }

  /** @param {object} frame @returns {boolean} whether it went out */
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }
}
