/** The built binary on a data folder of its own: started, killed, started again. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How long the server may take until it is ready, on a machine that is busy with other things. */
const READY_MS = 90_000;

/** A port that was free a moment ago. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  /** @param {string} binary */
  constructor(binary) {
    this.binary = binary;
    this.data = mkdtempSync(join(tmpdir(), 'skicka-browser-'));
    /** What it printed on its first start. @type {string[]} */
    this.lines = [];
    this.log = '';
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it and waits until it says that it is ready. */
  async start() {
    this.port ??= await freePort();
    const child = spawn(this.binary, ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', this.data], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const isFirst = this.lines.length === 0;
    const printed = createInterface({ input: child.stdout });
    printed.on('line', (line) => isFirst && this.lines.push(line));
    child.stderr.on('data', (chunk) => { this.log += chunk; });
    let late;
    await new Promise((resolve, reject) => {
      late = setTimeout(() => reject(new Error(`the server was not ready in ${READY_MS} ms\n${this.log}`)), READY_MS);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}\n${this.log}`)));
      // It prints its addresses once it listens.
      printed.once('line', () => resolve(this.#ready()));
    }).finally(() => clearTimeout(late));
  }

  /** Each question waits in the listener's queue until the server answers it. */
  async #ready() {
    while (!(await fetch(`${this.url}/readyz`)).ok);
  }

  /** The administrator's e-mail and one-time password, printed on the first start only. */
  get administrator() {
    const line = this.lines.find((text) => /\S+@\S+/.test(text));
    if (!line) throw new Error(`no line with an e-mail address in:\n${this.lines.join('\n')}`);
    const [email] = line.match(/[\w.+-]+@[\w.-]*\w/);
    return { email, password: line.trim().split(/\s+/).at(-1) };
  }

  /** Adds an account by the command line, while the server runs. @param {{email: string, name: string, password: string}} account */
  async addAgent({ email, name, password }) {
    const child = spawn(this.binary, ['agent', 'add', '--email', email, '--name', name, '--password-stdin', '--data', this.data], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => { said += chunk; });
    // A program that has ended already says why by its code.
    child.stdin.on('error', () => {});
    child.stdin.end(`${password}\n`);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`agent add ended with ${code}: ${said}`);
  }

  /** Ends it as a power cut would. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends it in good order and removes its data. */
  async stop() {
    await this.#end('SIGTERM');
    rmSync(this.data, { recursive: true, force: true });
  }

  async #end(signal) {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}
