/** What agents do side by side: searching, tags, who else looks, the floor, taking over, accounts. */

import assert from 'node:assert/strict';
import { Agent } from './agent.mjs';
import { Customer } from './customer.mjs';

const PASSWORD = 'ännu en lång fras för provet';

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} step
 * @param {(name: string) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} url
 * @param {import('./agent.mjs').Agent} admin the administrator, signed in
 * @param {import('./browser.mjs').Person} person the same
 */
export async function floor(step, arrive, url, admin, person) {
  const { page } = admin;
  const isClean = (wrong) => assert.deepEqual(wrong, []);
  const field = page.getByRole('searchbox', { name: 'Sök i samtalen' });
  const found = page.locator('.inbox .item').filter({ has: page.locator('mark') });
  await searching(step, page, field, found, person, isClean);
  await step('tags are set by keyboard, stand in the list, and are found by', async () => {
    await page.keyboard.press('Alt+KeyG');
    const question = page.getByRole('dialog', { name: 'Taggar för samtalet' });
    await question.getByLabel('Nya taggar').fill('Ny kund, kort');
    isClean(await person.look('tags'));
    await question.getByRole('button', { name: 'Spara' }).click();
    await page.locator('.head .tag').filter({ hasText: 'ny kund' }).waitFor();
    await page.getByText('satte taggarna kort, ny kund').waitFor();
    await page.getByText('Avgränsa').click();
    await page.getByLabel('Tagg', { exact: true }).selectOption('ny kund');
    await page.locator('.inbox .item .tag').filter({ hasText: 'ny kund' }).first().waitFor();
    isClean(await person.look('narrowed'));
    await page.getByRole('button', { name: 'Rensa' }).click();
    await page.getByText('Avgränsa').click();
  });
  const second = await arrive('newcomer');
  const other = new Agent(second.page);
  await accounts(step, page, person, isClean, other, url);
  await step('who else looks is seen, and a note being written too', async () => {
    const guest = new Customer((await arrive('watched')).page);
    await guest.openBySkipLink(url);
    await guest.say('jag vill prata med en människa');
    await other.page.getByRole('group', { name: 'Visa' }).getByRole('button', { name: /^Väntar/ }).click();
    await other.items.filter({ hasText: 'Svenska' }).first().click();
    await other.page.keyboard.press('Alt+KeyC');
    await other.reply.and(other.page.locator(':focus')).waitFor();
    await page.getByRole('group', { name: 'Visa' }).getByRole('button', { name: /^Alla/ }).click();
    await admin.items.filter({ hasText: 'Hos Nea Ny' }).first().click();
    await other.page.getByText('Här just nu: Admin').waitFor();
    await page.getByText('Här just nu: Nea Ny').waitFor();
    await page.keyboard.press('Alt+KeyP');
    await page.keyboard.type('säg att');
    await other.page.locator('.typing').filter({ hasText: 'Admin' }).waitFor();
    isClean(await second.look('company'));
  });
  await step('the floor shows who works on what; a supervisor whispers and takes over', async () => {
    await page.keyboard.press('Alt+KeyO');
    await page.getByRole('heading', { name: 'Läget just nu' }).and(page.locator(':focus')).waitFor();
    const nea = page.locator('.person').filter({ hasText: 'Nea Ny' });
    await nea.locator('.held').first().waitFor();
    isClean(await person.look('floor'));
    await nea.getByRole('button', { name: 'Viska' }).first().click();
    await page.getByLabel('Anteckning, syns bara för kollegor').and(page.locator(':focus')).waitFor();
    await page.getByLabel('Anteckning, syns bara för kollegor').fill('fråga efter kontot');
    await page.keyboard.press('Control+Enter');
    await other.page.locator('.msg.note').filter({ hasText: 'fråga efter kontot' }).waitFor();
    await page.keyboard.press('Alt+KeyC');
    const question = page.getByRole('dialog', { name: 'Ta över samtalet från Nea Ny?' });
    isClean(await person.look('take-over'));
    await question.getByRole('button', { name: 'Ta över' }).click();
    await page.locator('.head .status').filter({ hasText: 'Hos dig' }).waitFor();
    await other.page.getByText('Admin tog över ett av dina samtal.').waitFor();
  });
  await step('an account that is disabled is signed out at once', async () => {
    await openAccounts(page);
    await page.locator('.settings .item').filter({ hasText: 'Nea Ny' }).click();
    await page.getByLabel('Kontot är avstängt').check();
    await page.getByRole('button', { name: 'Spara', exact: true }).click();
    await page.locator('.settings .item:focus').filter({ hasText: 'Avstängt' }).waitFor();
    await other.page.getByLabel('E-post').waitFor();
  });
  await step('a form that the agent is called away from keeps what was written', async () => {
    await page.getByRole('button', { name: 'Nytt konto' }).click();
    await page.getByLabel('Namn', { exact: true }).fill('Halvskrivet');
    await page.keyboard.press('Alt+KeyJ');
    await page.getByText('Det du skrev finns kvar i inställningarna.').waitFor();
    await page.locator('.menu summary').click();
    await page.getByRole('button', { name: 'Inställningar' }).click();
    assert.equal(await page.getByLabel('Namn', { exact: true }).inputValue(), 'Halvskrivet');
    await page.getByRole('button', { name: 'Avbryt' }).click();
    await page.getByRole('button', { name: 'Till inkorgen' }).click();
  });
  await step('nothing is wider than the narrowest screen', async () => {
    await page.setViewportSize({ width: 320, height: 700 });
    for (const view of ['#', '#floor', '#settings']) {
      await page.evaluate((hash) => { location.hash = hash; }, view);
      await page.locator('.bar').waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), view);
    }
    await page.evaluate(() => { location.hash = '#'; });
    await page.setViewportSize({ width: 1280, height: 800 });
  });
}

async function searching(step, page, field, found, person, isClean) {
  await step('what customers wrote is found by the beginning of a word, with the word marked', async () => {
    await page.keyboard.press('Alt+KeyS');
    await field.and(page.locator(':focus')).waitFor();
    await page.keyboard.type('begar');
    await found.first().locator('mark').filter({ hasText: 'begäran' }).waitFor();
    isClean(await person.look('search'));
    await page.keyboard.press('Alt+KeyS');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.msg.sought').filter({ hasText: 'begäran' }).waitFor();
    await page.locator('.earlier').waitFor();
    isClean(await person.look('sought'));
  });
  await step('nothing found is told; Escape leads back to the inbox', async () => {
    await field.fill('xyzzy');
    await page.getByText('Inget samtal passar.').waitFor();
    await field.press('Escape');
    await page.getByRole('group', { name: 'Visa' }).getByRole('button', { pressed: true }).waitFor();
  });
  await step('those that have ended have a view of their own', async () => {
    await page.getByRole('button', { name: 'Avslutade' }).click();
    await page.locator('.inbox .item').filter({ hasText: 'Avslutat' }).first().waitFor();
    isClean(await person.look('closed'));
    await page.locator('.inbox .item').filter({ hasText: 'Avslutat' }).first().click();
    await page.locator('.over').waitFor();
  });
}

async function openAccounts(page) {
  await page.locator('.menu summary').click();
  await page.getByRole('button', { name: 'Inställningar' }).click();
  await page.getByRole('button', { name: 'Konton' }).click();
  await page.getByRole('button', { name: 'Nytt konto' }).waitFor();
}

async function accounts(step, page, person, isClean, other, url) {
  await step('an account is made with a one-time password; what is wrong is told beside its field', async () => {
    await openAccounts(page);
    isClean(await person.look('accounts'));
    await page.getByRole('button', { name: 'Nytt konto' }).click();
    await page.getByLabel('Namn', { exact: true }).fill('Nea Ny');
    await page.getByLabel('E-post').fill('nea');
    await page.getByRole('button', { name: 'Spara', exact: true }).click();
    await page.getByText('Skriv adressen som namn@bank.example.').waitFor();
    isClean(await person.look('account-fault'));
    await page.getByLabel('E-post').fill('nea@example.com');
    await page.getByRole('button', { name: 'Spara', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Engångslösenord för Nea Ny' });
    const password = await dialog.locator('.given').textContent();
    isClean(await person.look('one-time-password'));
    await dialog.getByRole('button', { name: 'Stäng' }).click();
    await page.locator('.settings .item:focus').filter({ hasText: 'Nea Ny' }).waitFor();
    await other.page.goto(`${url}/console`);
    await other.signIn('nea@example.com', password);
    await other.changePassword(PASSWORD);
  });
}
