/** The console's HTTP calls. The session is a cookie that no script can read. */

/** @typedef {{id: string, name: string, role: string, teams: string[], languages: string[], must_change_password?: boolean, second_factor?: boolean, must_add_factor?: boolean, by_provider?: boolean}} Agent */

/** A call that the server refused, or did not answer (status 0). */
export class Refused extends Error {
  /** @param {number} status @param {{second_factor?: boolean, faults?: {field: string, code?: string, about?: string, message: string}[]}} [body] */
  constructor(status, body = {}) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** A call whose answer is JSON. */
const call = async (...what) => (await fetched(...what)).json().catch(() => ({}));

async function fetched(path, body, method = body === undefined ? 'GET' : 'POST') {
  const options = body === undefined ? { method } : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch {
    throw new Refused(0);
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

/** Who is signed in, if anybody. @returns {Promise<Agent|null>} */
export async function me() {
  try {
    return (await call('/v1/console/me')).agent;
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

/** @param {string} email @param {string} password @param {string} [code] of the second factor @returns {Promise<Agent>} */
export const login = async (email, password, code) => (await call('/v1/agent/login', { email, password, ...(code && { code }) })).agent;

/** The house's own sign-in, where there is one. @returns {Promise<{name: string, only: boolean}|null>} */
export async function provider() {
  const told = await call('/v1/agent/oidc').catch(() => ({}));
  return told.name ? told : null;
}

/** Finishes a sign-in that the provider vouched for. @param {string} code of the second factor @returns {Promise<Agent>} */
export const finish = async (code) => (await call('/v1/agent/oidc/code', { code })).agent;

/** Begins to add a second factor. @param {string} password @returns {Promise<{secret: string, uri: string}>} */
export const offerFactor = (password) => call('/v1/agent/second-factor', { password });

/** Puts it on. @param {string} code @returns {Promise<string[]>} the recovery codes */
export const confirmFactor = async (code) => (await call('/v1/agent/second-factor/confirm', { code })).recovery;

/** @param {string} old @param {string} next */
export const changePassword = (old, next) => call('/v1/agent/password', { old, new: next });

export const logout = () => call('/v1/agent/logout', {});

/** The titles of the topics by their ids. @param {string} lang @returns {Promise<Object<string, string>>} */
export const topics = (lang) => call(`/v1/console/topics?lang=${encodeURIComponent(lang)}`);

/**
 * Conversations that fit, the newest first; an empty field narrows nothing.
 * @param {Object<string, string|null|undefined>} wanted @returns {Promise<{found: import('./find.js').Found[], next: string|null}>}
 */
export const search = (wanted) => call(`/v1/console/search?${new URLSearchParams(Object.entries(wanted).filter(([, value]) => value))}`);

/** Everybody who ever answered. @returns {Promise<{id: string, name: string}[]>} */
export const colleagues = async () => (await call('/v1/console/colleagues')).agents;

/** The tags in use, those most in use first. @returns {Promise<string[]>} */
export const tags = async () => (await call('/v1/console/tags')).tags;

/** All accounts; for administrators. @returns {Promise<import('./staff.js').Account[]>} */
export const accounts = async () => (await call('/v1/console/agents')).agents;

/** Adds an account; refused with `faults` when something is wrong about it. @param {object} account @returns {Promise<{agent: import('./staff.js').Account, password: string}>} */
export const addAccount = (account) => call('/v1/console/agents', account);

/** Changes an account; refused with `faults` likewise. @param {string} id @param {object} account */
export const changeAccount = (id, account) => call(`/v1/console/agents/${encodeURIComponent(id)}`, account, 'PUT');

/** Gives an account a password for one use. @param {string} id @returns {Promise<string>} it */
export const givePassword = async (id) => (await call(`/v1/console/agents/${encodeURIComponent(id)}/password`, {})).password;

/** Takes an account's second factor off. @param {string} id */
export const resetFactor = (id) => call(`/v1/console/agents/${encodeURIComponent(id)}/second-factor/remove`, {});

/** How it stands with the content; supervisors and administrators only. */
export const content = () => call('/v1/console/content');

/** The figures of a period; supervisors and administrators only. @param {URLSearchParams} period */
export const insights = (period) => call(`/v1/console/insights?${period}`);

/** The dialogues by their titles. @param {URLSearchParams} wish with the language */
export const dialogues = (wish) => call(`/v1/console/insights/dialogues?${wish}`);

/** How many conversations took which way through a dialogue. @param {string} id @param {URLSearchParams} period */
export const traffic = (id, period) => call(`/v1/console/insights/dialogues/${encodeURIComponent(id)}?${period}`);

/** What was not understood in a period, gathered by likeness; supervisors and administrators only. @param {URLSearchParams} period */
export const missed = (period) => call(`/v1/console/missed?${period}`);

/** What examples would change, if they were added. @param {URLSearchParams} period whose conversations are played @param {object[]} additions */
export const missedPreview = (period, additions) => call(`/v1/console/missed/preview?${period}`, { additions });

/** The same as a patch to the intent files. @param {object[]} additions @returns {Promise<string>} */
export const missedPatch = async (additions) => (await fetched('/v1/console/missed/patch', { additions })).text();

/** Lets an offer go on to the next agent. @param {string} conversation */
export const decline = (conversation) => call('/v1/console/decline', { conversation });

/** The canned replies that are this agent's to use; all of them for an administrator. @returns {Promise<import('./canned.js').Reply[]>} */
export const canned = async () => (await call('/v1/console/canned')).canned;

/** Keeps a canned reply; refused with `faults` when something is wrong about it. @param {string} id @param {object} reply */
export const putCanned = (id, reply) => call(`/v1/console/canned/${encodeURIComponent(id)}`, reply, 'PUT');

/** @param {string} id */
export const removeCanned = (id) => call(`/v1/console/canned/${encodeURIComponent(id)}`, undefined, 'DELETE');

/** The teams that were set up. @returns {Promise<import('./team.js').Team[]>} */
export const teams = async () => (await call('/v1/console/teams')).teams;

/** Keeps a team; refused with `faults` when something is wrong about it. @param {string} id @param {object} team */
export const putTeam = (id, team) => call(`/v1/console/teams/${encodeURIComponent(id)}`, team, 'PUT');

/** @param {string} id */
export const removeTeam = (id) => call(`/v1/console/teams/${encodeURIComponent(id)}`, undefined, 'DELETE');
