import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { writeFew } from './menuEntries.ts';

function fill(folder: string): void {
  writeFew(folder);
  writeFileSync(join(folder, 'packed.jsonl.gz'), gzipSync(readFileSync(join(folder, 'few.jsonl'))));
  writeFileSync(join(folder, 'letter.txt'), 'Dear all\nthis is a letter and no dataset.\n');
}

inWorkbench("18. the editor's own places", { fill }, (workbench) => {
  const shows = async (documents: number): Promise<Frame> => {
    const page = await workbench().webview('dataset');
    await page.locator('.overview dl.figures').getByText(String(documents), { exact: true }).first().waitFor();
    return page;
  };
  const closeAll = async (): Promise<void> => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  };
  const tabs = (): Promise<number> => workbench().page.locator('.tabs-container .tab').count();

  it('inspects a packed dataset by a double click, with the focus in the page', async () => {
    // until the extension's contributions are known, no editor of ours is
    await expect.poll(() => workbench().offersCommand('XML-CNN: Inspect Dataset')).toBe(true);
    await closeAll();
    await workbench().explorerRow('packed.jsonl.gz').dblclick();
    const page = await shows(60);
    await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true);
    await lookAt(workbench(), '18-packed', 'dataset');
  });

  it('shows it once, whoever opens it', async () => {
    await workbench().explorerMenu('packed.jsonl.gz', 'Inspect Dataset');
    await shows(60);
    expect(await tabs()).toBe(1);
    expect(workbench().runners('dataset').length).toBe(1);
  });

  it('finds a text in the page', async () => {
    const page = await shows(60);
    await page.locator('h1').first().click();
    await workbench().page.keyboard.press('ControlOrMeta+F');
    await workbench().page.locator('.simple-find-part.visible input').waitFor();
    await workbench().page.keyboard.press('Escape');
  });

  it('leaves text to the text editor, whose title has a button that inspects', async () => {
    await closeAll();
    await workbench().openFile('few.jsonl');
    await workbench().editorAction('Inspect Dataset').click();
    await shows(60);
    await workbench().editorAction('Inspect Dataset').waitFor({ state: 'detached' }); // it is the page's title now
    await workbench().explorerMenu('few.jsonl', 'Inspect Dataset');
    expect(await tabs()).toBe(2);
  });

  it('shows the page again after a reload, read as it was', async () => {
    await closeAll();
    await workbench().explorerMenu('few.jsonl', 'Inspect Dataset');
    const page = await shows(60);
    await page.getByRole('button', { name: 'Read As…' }).click();
    await page.getByRole('combobox', { name: 'Format' }).waitFor();
    await workbench().pagesStored('draft'); // the name alone was stored before the form was opened
    await workbench().reload();
    await shows(60);
    await (await workbench().webview('dataset')).getByRole('combobox', { name: 'Format' }).waitFor();
  });

  it('says of a file that is no dataset what is wrong, and opens it as text', async () => {
    await closeAll();
    await workbench().contextMenu(workbench().explorerRow('letter.txt'), 'Open With...');
    await workbench().pick('Inspect Dataset');
    const page = await workbench().webview('dataset');
    const asText = page.getByRole('button', { name: 'Open as Text' });
    await asText.waitFor();
    await lookAt(workbench(), '18-no-dataset', 'dataset');
    await asText.focus();
    await workbench().page.keyboard.press('Enter');
    await workbench().editor.locator('.view-line').filter({ hasText: 'Dear all' }).waitFor();
    await expect.poll(tabs).toBe(1);
  });
});
