import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample } from '../workbench/sample.ts';
import { chooseRow, openTab } from '../workbench/sections.ts';

const attack = '<img src=x onerror=alert(1)>';
const record = (id: string, text: string, labels: string[]): string => JSON.stringify({ id, text, labels });
const doubtful = [
  record('a', 'the very same text of several words', ['one', attack]),
  record('b', 'The very same  text of several words', ['two']),
  record('c', '', ['one']),
  record('d', 'alone', ['one', 'two']),
  record('e', 'a cafÃ© whose name went wrong on its way', ['Two']),
];

function fill(folder: string): void {
  copySample(folder);
  writeFileSync(join(folder, 'doubtful.jsonl'), `${doubtful.join('\n')}\n`);
  const test = readFileSync(join(folder, 'glosses', 'test.jsonl'), 'utf8').split('\n');
  writeFileSync(join(folder, 'generated.jsonl'), test.slice(0, 200).join('\n'));
}

inWorkbench('12. Looking deeper into a dataset', { fill }, (workbench) => {
  const tab = (title: string): Promise<Frame> => openTab(workbench(), 'dataset', title);

  it('tells how unevenly labels are spread, and what maximum lengths cut off', async () => {
    await workbench().explorerMenu('glosses', 'Inspect Dataset');
    const page = await workbench().webview('dataset');
    for (const figure of ['Power law', 'Label entropy', 'Labels not in training', 'What a maximum length cuts off'])
      await page.getByText(figure).first().waitFor();
  });

  it('shows the words that mark a label, by either measure, and their documents', async () => {
    const page = await tab('Words');
    await chooseRow(page, 'Labels to choose from', 'plant');
    const words = page.getByRole('table', { name: 'Words that mark the label' });
    await words.getByText('leaves').waitFor();
    await lookAt(workbench(), '12-words', 'dataset');
    await page.getByText('A document', { exact: true }).click();
    await chooseRow(page, 'Documents to choose from', 'Balearic');
    await page.getByRole('table', { name: 'Words that mark the document' }).getByText('balearic').waitFor();
    await workbench().screenshot('12-words-of-document');
    await page.getByText('A label', { exact: true }).click();
    await words.getByText('leaves').click();
    await page
      .getByRole('grid', { name: 'Documents', exact: true })
      .getByText(/leaves/i)
      .first()
      .waitFor();
  });

  it('shows which labels occur together, and the neighbours of one', async () => {
    const page = await tab('Co-occurrence');
    await page.locator('.heatmap .heatmaplayer image, .heatmap .hm image').first().waitFor({ state: 'attached' });
    await page.getByText('30 labels of 58').waitFor();
    await lookAt(workbench(), '12-cooccurrence', 'dataset');
    await page.locator('.documents vscode-text-field').filter({ visible: true }).first().locator('input').fill('plant');
    await chooseRow(page, 'Labels to choose from', 'plant');
    const neighbours = page.getByRole('grid', { name: 'Labels that occur with plant' });
    await neighbours.getByText('shrub').waitFor();
    expect(await neighbours.getByRole('row').count()).toBe(5); // with the head
    await lookAt(workbench(), '12-neighbours', 'dataset');
    const together = neighbours.getByRole('row').filter({ hasText: 'shrub' }).getByRole('gridcell').nth(1);
    const both = await together.innerText();
    await together.getByRole('button').click();
    await page.getByRole('status').getByText(`${both} documents`, { exact: true }).waitFor();
    expect(await page.locator('.filter-chip').count()).toBe(2);
    await page.getByRole('button', { name: 'Show All Documents' }).click();
  });

  it('finds repeated texts and leakage, each with its documents', async () => {
    const page = await tab('Quality');
    await page.getByRole('table', { name: 'Findings by kind' }).getByText('Leakage', { exact: true }).click();
    const leaks = page.getByRole('grid', { name: 'Leakage' });
    await leaks
      .getByText(/test line/)
      .first()
      .waitFor();
    await lookAt(workbench(), '12-quality', 'dataset');
    await leaks
      .getByText(/training line/)
      .first()
      .click();
    await page.locator('.reader').getByText('Open in Editor').waitFor();
  });

  it('compares two splits, and any document with its nearest', async () => {
    const page = await tab('Compare');
    await page.getByText('Labels that moved').waitFor();
    await page.getByRole('grid', { name: 'Labels that differ' }).getByText('tree').waitFor();
    await lookAt(workbench(), '12-compare', 'dataset');
    await page.getByText('Nearest documents').click();
    await chooseRow(page, 'Documents to choose from', 'Balearic');
    await page.getByText(/Nearest by labels: 1 label shared/).waitFor();
    await lookAt(workbench(), '12-nearest', 'dataset');
  });

  it('compares with a file that is no split', async () => {
    const page = await tab('Compare');
    await page.getByText('Choose File…').first().click();
    await workbench().chooseFile('generated.jsonl');
    await page.getByText('Second: generated.jsonl').waitFor();
    await workbench().screenshot('12-compare-file');
  });

  it('names what is doubtful, as the text that it is', async () => {
    await workbench().explorerMenu('doubtful.jsonl', 'Inspect Dataset');
    await workbench().tab('doubtful.jsonl').first().waitFor();
    await (await workbench().webview('dataset')).getByText('doubtful.jsonl').first().waitFor();
    const page = await tab('Quality');
    const kinds = page.getByRole('table', { name: 'Findings by kind' });
    for (const kind of ['Contradictory texts', 'Empty documents', 'One word', 'Suspicious: mojibake', 'Label variants'])
      await kinds.getByRole('button', { name: kind }).waitFor();
    await kinds.getByRole('button', { name: 'Contradictory texts' }).click();
    const copies = page.getByRole('grid', { name: 'Contradictory texts' }).locator('.copies li strong');
    await expect.poll(() => copies.count()).toBeGreaterThan(0); // what the copies differ in
    await workbench().screenshot('12-doubtful');
    const cooccurrence = await tab('Co-occurrence');
    await chooseRow(cooccurrence, 'Labels to choose from', 'one');
    await cooccurrence.getByRole('grid', { name: 'Labels that occur with one' }).getByText(attack).waitFor();
    expect(await cooccurrence.locator('img[src="x"]').count()).toBe(0);
  });

  it('says that a single file may be compared with any other', async () => {
    const page = await tab('Compare');
    await page.getByText('Compare with another set').waitFor();
    await workbench().screenshot('12-compare-empty');
  });
});
