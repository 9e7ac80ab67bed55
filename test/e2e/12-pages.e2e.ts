import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { pageHtml } from '../../src/extension/base/pageHtml.ts';
import type { PageName } from '../../src/webview/protocol.ts';
import { violations } from '../workbench/accessibility.ts';
import { browserArguments } from '../workbench/driver.ts';
import { findChromium } from '../workbench/setup.mjs';

const site = 'https://pages.test';
const german = {
  'Opening the dataset': 'Der Datensatz wird geöffnet',
  'Create Run Config': 'Laufkonfiguration anlegen',
  'No runs yet': 'Noch keine Läufe',
  Train: 'Trainieren',
};

// What no editor shows for long, or shows only with a language pack: the pages as the host makes them, in a browser of their own.
describe.skipIf(!inject('extensions'))('12. pages by themselves', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: browserArguments });
  });
  afterAll(() => browser?.close());

  /** A page whose host says nothing. */
  async function open(page: PageName, bundle?: Record<string, string>): Promise<Page> {
    const tab = await browser.newPage();
    const uri = (file: string): string => `${site}/${file}`;
    await tab.route(`${site}/**`, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === '/') {
        const body = pageHtml({ page, uri, cspSource: site, language: 'de', bundle });
        return route.fulfill({ contentType: 'text/html; charset=utf-8', body });
      }
      const contentType = path.endsWith('.css') ? 'text/css' : 'text/javascript';
      return route.fulfill({ contentType, body: readFileSync(join('dist/webview', path)) });
    });
    await tab.addInitScript(() => {
      const postMessage = ({ id }: { id: number }): void => void Object.assign(globalThis, { listenId: id });
      const api = { postMessage, getState: () => undefined, setState: () => {} };
      Object.assign(globalThis, { acquireVsCodeApi: () => api });
    });
    await tab.goto(`${site}/`);
    return tab;
  }

  /** What the host reports is an event of the page's call of `listen`, its first. */
  async function push(tab: Page, message: object): Promise<void> {
    await tab.evaluate(
      (event) => globalThis.postMessage({ type: 'event', id: (globalThis as { listenId?: number }).listenId, event }),
      message,
    );
  }

  it('shows what is translated, and English for the rest', async () => {
    const tab = await open('dataset', german);
    await tab.getByText('Der Datensatz wird geöffnet').waitFor();
    await tab.getByRole('button', { name: 'Laufkonfiguration anlegen' }).waitFor();
    await tab.getByRole('button', { name: 'Label Clusters' }).waitFor();
    expect(await tab.getAttribute('html', 'lang')).toBe('de');
    await tab.close();
  });

  it('translates what it shows later, too', async () => {
    const tab = await open('metrics', german);
    await push(tab, { type: 'runs', runs: [], place: 'editor' });
    await tab.getByRole('heading', { name: 'Noch keine Läufe' }).waitFor();
    await tab.getByRole('button', { name: 'Trainieren' }).waitFor();
    await tab.close();
  });

  it.each<[PageName, string, object?]>([
    ['dataset', 'Opening the dataset'],
    ['metrics', 'Reading the runs…'],
    ['compare', 'Reading the runs…'],
    ['predictions', 'Opening the model', { type: 'opening', run: 'first', state: {} }],
    ['clusters', 'Reading the labels', { type: 'opening', name: 'a set', state: { path: '/a/set.jsonl' } }],
  ])('says what %s waits for, and axe-core finds nothing serious in it', async (page, text, message) => {
    const tab = await open(page);
    if (message) await push(tab, message);
    await tab.getByText(text).first().waitFor();
    expect(await violations(tab.mainFrame())).toEqual([]);
    await tab.close();
  });
});
