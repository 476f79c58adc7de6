/** What an administrator sets in the console, and what it does: canned replies, and a team that offers. */

import assert from 'node:assert/strict';
import { Customer } from './customer.mjs';

/** In its first minute a server lets the agents come back before it offers anything. */
const OFFERED = { timeout: 90_000 };

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} step
 * @param {(name: string) => Promise<import('./browser.mjs').Person>} arrive
 * @param {import('./agent.mjs').Agent} agent the administrator, signed in
 * @param {import('./browser.mjs').Person} person the same
 */
export async function settings(step, arrive, url, agent, person) {
  const { page } = agent;
  const isClean = (wrong) => assert.deepEqual(wrong, []);
  const save = () => page.getByRole('button', { name: 'Spara', exact: true }).click();
  await step('an administrator writes a canned reply; a variable that does not exist is told beside its text', async () => {
    await page.locator('.menu summary').click();
    await page.getByRole('button', { name: 'Inställningar' }).click();
    await page.getByRole('button', { name: 'Nytt färdigt svar' }).waitFor();
    isClean(await person.look('settings'));
    await page.getByRole('button', { name: 'Nytt färdigt svar' }).click();
    await page.getByLabel('Kort namn').fill('hälsning');
    const swedish = page.getByLabel('Svenska', { exact: true });
    await swedish.fill('Hej {{namn}}!');
    await save();
    await page.locator('[aria-invalid=true]:focus').and(swedish).waitFor();
    await page.getByText('{{namn}} finns inte. Det finns {{visitor}}, {{agent}} och {{topic}}.').waitFor();
    isClean(await person.look('canned-fault'));
    await swedish.fill('Hej {{visitor}}, {{agent}} här.');
    await page.getByLabel('Finska', { exact: true }).fill('Hei {{visitor}}, täällä {{agent}}.');
    await save();
    await page.locator('.settings .item:focus').filter({ hasText: 'hälsning' }).waitFor();
  });
  await step('a team is set up in a form; hours that are none are told beside their day', async () => {
    await page.getByRole('button', { name: 'Team', exact: true }).click();
    await page.getByRole('button', { name: 'Nytt team' }).click();
    await page.getByLabel('Id', { exact: true }).fill('support');
    await page.getByLabel('Alltid öppet').uncheck();
    const tuesday = page.getByLabel('tisdag');
    await tuesday.fill('9 till 16');
    await save();
    await page.locator('[aria-invalid=true]:focus').and(tuesday).waitFor();
    isClean(await person.look('team-fault'));
    await page.getByLabel('Alltid öppet').check();
    await page.getByLabel('Så hittar samtalen någon').selectOption('push');
    await page.getByLabel('Ett erbjudande gäller, sekunder').fill('2');
    await save();
    await page.getByText('Ange ett tal mellan 5 och 3600.').waitFor();
    await page.getByLabel('Ett erbjudande gäller, sekunder').fill('600');
    await save();
    await page.locator('.settings .item:focus').filter({ hasText: 'Erbjuds en i taget' }).waitFor();
    isClean(await person.look('teams'));
  });
  const offers = page.locator('.offers li');
  await step('an offer stands on top; declined by everybody, it is an alarm', async () => {
    // Whoever waited already is offered too.
    const guest = await asks(arrive, url, 'declined');
    await offers.first().waitFor(OFFERED);
    isClean(await person.look('offer'));
    while (await offers.count()) await offers.first().getByRole('button', { name: 'Tacka nej' }).click();
    await page.getByRole('group', { name: 'Visa' }).getByRole('button', { name: /^Väntar/ }).click();
    await page.locator('.item .flag.alarm').first().waitFor();
    isClean(await person.look('alarm'));
    await guest.page.context().close();
  });
  const guest = await asks(arrive, url, 'accepted');
  await step('an offer accepted by keyboard is one’s own', async () => {
    await offers.first().waitFor(OFFERED);
    await page.keyboard.press('Alt+KeyA');
    await agent.reply.and(page.locator(':focus')).waitFor();
    await offers.first().waitFor({ state: 'detached' });
    await page.locator('.head .status').filter({ hasText: 'Hos dig' }).waitFor();
  });
  await step('a canned reply is found by / and a word, and sent only when nothing is open in it', async () => {
    await page.keyboard.type('/');
    await page.getByRole('combobox', { name: 'Sök bland färdiga svar' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('halsn');
    await page.getByRole('option', { selected: true }).filter({ hasText: 'hälsning' }).waitFor();
    await page.getByRole('button', { name: 'Infoga på finska' }).waitFor();
    isClean(await person.look('canned'));
    await page.keyboard.press('Escape');
    await agent.reply.and(page.locator(':focus')).waitFor();
    await page.keyboard.type('/');
    await page.keyboard.press('Enter');
    assert.equal(await agent.reply.inputValue(), 'Hej {{visitor}}, Admin här.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Fyll i {{visitor}} innan du skickar.').waitFor();
    await page.keyboard.type('Maija');
    await page.keyboard.press('Control+Enter');
    await guest.chat.locator('.msg.agent').filter({ hasText: 'Hej Maija, Admin här.' }).waitFor();
  });
  await step('the sheet of keys has the new ones', async () => {
    await page.locator('.head h2').focus();
    await page.keyboard.press('?');
    await page.getByText('Ta emot ett erbjudet samtal').waitFor();
    isClean(await person.look('keys'));
    await page.keyboard.press('Escape');
  });
}

/** Somebody who asks for a person at once. */
async function asks(arrive, url, name) {
  const { page } = await arrive(name);
  const customer = new Customer(page);
  await customer.openBySkipLink(url);
  await customer.say('jag vill prata med en människa');
  return customer;
}
