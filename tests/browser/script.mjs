/** A socket whose server side the test plays, frame by frame, under the real page. */

/** How long a frame may take. */
const PATIENCE_MS = 30_000;

export class Script {
  /** @param {import('playwright-core').Page} page */
  static async under(page) {
    const script = new Script();
    await page.routeWebSocket(/\/v1\/chat$/, (socket) => script.#opened(socket));
    return script;
  }

  constructor() {
    /** Frames that came and were not yet asked for. */
    this.came = [];
    this.waiting = [];
    this.sockets = 0;
  }

  #opened(socket) {
    this.socket = socket;
    this.sockets += 1;
    socket.onMessage((data) => {
      const frame = JSON.parse(data);
      const at = this.waiting.findIndex(({ type }) => type === frame.type);
      if (at >= 0) this.waiting.splice(at, 1)[0].resolve(frame);
      else this.came.push(frame);
    });
  }

  /** The next frame of a type. @param {string} type @returns {Promise<object>} */
  next(type) {
    const at = this.came.findIndex((frame) => frame.type === type);
    if (at >= 0) return Promise.resolve(this.came.splice(at, 1)[0]);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ${type} came`)), PATIENCE_MS);
      this.waiting.push({ type, resolve: (frame) => { clearTimeout(late); resolve(frame); } });
    });
  }

  /** Whether a frame of a type came that nobody asked for. */
  has(type) {
    return this.came.some((frame) => frame.type === type);
  }

  send(...frames) {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** @param {number} code */
  close(code) {
    this.socket.close({ code, reason: '' });
  }

  /** Answers the next hello. @param {object} [more] @returns {Promise<object>} the hello */
  async welcome(more = {}) {
    const hello = await this.next('hello');
    this.send({
      type: 'welcome', token: 'token-1', visitor: 'v1', conversation: 'c1', seq: 0, resumed: false, lang: 'sv', status: 'bot', identity: 'anonymous',
      read: { visitor: 0, agent: 0 }, ping_s: 25, limits: { text_chars: 100, frame_bytes: 65536, messages_per_minute: 40 }, ...more,
    });
    return hello;
  }
}

/** An event frame. @param {number} seq @param {string} kind @param {object} [more] */
export const event = (seq, kind, more = {}) => ({ type: 'event', seq, at: '2026-11-22T21:34:56.789Z', kind, ...more });

/** A message event. @param {number} seq @param {'visitor'|'bot'|'agent'} role @param {string} text @param {object} [more] */
export const message = (seq, role, text, more = {}) => event(seq, 'message', { from: { role, ...(role === 'agent' && { name: 'Anna' }) }, text, lang: 'sv', ...more });
