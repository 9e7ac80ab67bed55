import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { choose } from '../workbench/controls.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleSize, trainSample } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'first', 12);
  const others = ['a large bird of prey', 'a red flower'].map((text) => JSON.stringify({ text, labels: [] }));
  writeFileSync(join(folder, 'glosses', 'others.jsonl'), others.join('\n'));
}

/** Micro F1, precision and recall in percent, counted from what the command line predicts for each document. */
function microAt(folder: string, threshold: number): string[] {
  const predict = ['predict', join(folder, 'runs', 'first'), join(folder, 'glosses', 'test.jsonl'), '--dataset'];
  const options = ['--threshold', String(threshold), '--top', '1000', '--json'];
  const output = execFileSync(process.execPath, ['dist/cli.js', ...predict, ...options], { maxBuffer: 1e9 });
  const { predictions } = JSON.parse(String(output)) as {
    predictions: { labels: { name: string }[]; truth: string[] }[];
  };
  let [hits, predicted, labelled] = [0, 0, 0];
  for (const { labels, truth } of predictions) {
    hits += labels.filter(({ name }) => truth.includes(name)).length;
    predicted += labels.length;
    labelled += truth.length;
  }
  return [(2 * hits) / (predicted + labelled), hits / predicted, hits / labelled].map((x) => (100 * x).toFixed(2));
}

inWorkbench('6. Predictions', { fill }, (workbench) => {
  const panel = (): Promise<Frame> => workbench().webview('predictions');
  const figures = async (row: 'Micro' | 'Macro'): Promise<string[]> => {
    const page = await panel();
    return page.getByRole('row', { name: row }).getByRole('cell').allInnerTexts();
  };

  it('lists the test documents of a run, with one to read', async () => {
    await workbench().runCommand('XML-CNN: Open Predictions');
    const page = await panel();
    await page
      .getByText(`${sampleSize('test').toLocaleString('en-US')} documents`)
      .first()
      .waitFor();
    await page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(3).waitFor();
    await page.locator('mark').first().waitFor();
    await lookAt(workbench(), '06-predictions', 'predictions');
  });

  it('gives the figures of evaluate at the same threshold, and others at another', async () => {
    const page = await panel();
    await page.getByText('0.50', { exact: true }).first().click();
    const file = join(workbench().workspace, 'runs', 'first', 'summary.json');
    const { evaluated } = JSON.parse(readFileSync(file, 'utf8')) as { evaluated: { metrics: Record<string, number> } };
    const percent = (name: string): string => (100 * evaluated.metrics[name]).toFixed(2);
    await page.getByText('(tuned on validation)').click();
    await expect.poll(() => figures('Micro')).toEqual(['microF1@tuned', 'microP@tuned', 'microR@tuned'].map(percent));
    await expect.poll(() => figures('Macro')).toEqual(['macroF1@tuned', 'macroP@tuned', 'macroR@tuned'].map(percent));
    for (const [link, suffix] of [
      ['a threshold per label', '@per-label'],
      ['best labels', '@top-k'],
    ]) {
      await page.locator('.threshold-marks').getByText(link).click();
      const names = ['microF1', 'microP', 'microR'].map((name) => percent(name + suffix));
      await expect.poll(() => figures('Micro')).toEqual(names);
    }
    await page.getByText('0.50', { exact: true }).first().click();
    await expect.poll(() => figures('Micro')).toEqual(['microF1', 'microP', 'microR'].map(percent));
    await expect.poll(() => figures('Macro')).toEqual(['macroF1', 'macroP', 'macroR'].map(percent));
    await page.locator('.threshold input[type="range"]').focus();
    const before = await figures('Micro');
    await workbench().page.keyboard.press('Home');
    await page.locator('.slider-value').getByText('0.01', { exact: true }).waitFor(); // scores below it are not stored
    await expect.poll(() => figures('Micro')).toEqual(microAt(workbench().workspace, 0.01));
    await page.getByText('0.50', { exact: true }).first().click();
    await expect.poll(() => figures('Micro')).toEqual(before);
    await page.locator('.threshold input[type="range"]').focus();
    for (let i = 0; i < 5; i++) await workbench().page.keyboard.press('ArrowLeft');
    await expect.poll(() => figures('Micro')).not.toEqual(before);
  });

  it('orders and filters the documents', async () => {
    const page = await panel();
    await page.locator('input[placeholder="Search texts and ids"]').first().fill('bird');
    const first = page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1);
    await first.filter({ hasText: /bird/i }).waitFor();
    await workbench().screenshot('06-search');
    await page.locator('input[placeholder="Search texts and ids"]').first().fill('');
  });

  it('shows the worst documents first, and turns the pages', async () => {
    const page = await panel();
    const first = page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1);
    await choose(page, 'Order', 'worst F1 first');
    await first.filter({ hasText: 'F1 0.00' }).waitFor();
    await page.getByRole('button', { name: 'Next Page' }).click();
    await page.getByText(`21–40 of ${sampleSize('test')}`).waitFor();
    await choose(page, 'Order', 'as in the file');
    await first.filter({ hasText: 'line 1' }).waitFor();
  });

  it('is used with the keyboard', async () => {
    const page = await panel();
    const { keyboard } = workbench().page;
    const rows = page.getByRole('grid', { name: 'Documents' }).getByRole('row');
    await rows.nth(1).focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await workbench().screenshotInThemes('06-focus');
    await keyboard.press('Enter');
    await page.locator('.reader').getByText('line 3', { exact: true }).waitFor();
    await page.locator('.reader .label-row').nth(1).focus();
    await keyboard.press('Enter');
    await expect.poll(() => page.locator('.reader .label-row').nth(1).getAttribute('aria-pressed')).toBe('true');
  });

  it('has a table of labels, whose counts lead to their documents', async () => {
    const page = await panel();
    await page.getByRole('tab', { name: 'Labels' }).click();
    await page.getByRole('grid', { name: 'Labels' }).getByRole('row').nth(3).waitFor();
    await lookAt(workbench(), '06-labels', 'predictions');
    await (await panel()).getByRole('grid', { name: 'Labels' }).getByText('animal', { exact: true }).click();
    await (await panel()).getByText('Label: animal').first().waitFor();
    await workbench().screenshot('06-label');
  });

  it("shows a label's misses and false positives", async () => {
    let page = await panel();
    for (const [column, verdict] of [
      [5, 'missed'],
      [6, 'false'],
    ] as const) {
      await page.getByRole('tab', { name: 'Labels' }).click();
      const row = page.getByRole('grid', { name: 'Labels' }).getByRole('row').filter({ hasText: 'animal' }).first();
      const cell = row.getByRole('gridcell').nth(column);
      const count = await cell.innerText();
      await cell.getByRole('button').click();
      page = await panel();
      const shown = page.locator('vscode-dropdown[aria-label="Show"]');
      await expect.poll(() => shown.evaluate((list) => (list as HTMLSelectElement).value)).toBe(verdict);
      await page.getByText(new RegExp(`of ${count}$|^${count} rows?$`)).waitFor();
      await page.locator('.reader .label-row').filter({ hasText: 'animal' }).getByText(verdict).waitFor();
    }
    await workbench().screenshot('06-false-positives');
  });

  it('shows which labels are predicted instead, a label at every threshold, and documents by several labels', async () => {
    const page = await panel();
    await page.getByRole('tab', { name: 'Labels' }).click();
    const animal = page.getByRole('grid', { name: 'Labels' }).getByRole('row').filter({ hasText: 'animal' }).first();
    await animal.getByRole('button', { name: /^Precision and Recall/ }).click();
    await page.getByRole('img', { name: /^Curve: precision over recall of animal/ }).waitFor();
    await lookAt(workbench(), '06-label-curve', 'predictions');
    await page.getByRole('tab', { name: 'Confusions' }).click();
    const pair = page.getByRole('grid', { name: 'Confusions' }).getByRole('row').nth(1);
    const [, predicted, documents] = await pair.getByRole('gridcell').allInnerTexts();
    await lookAt(workbench(), '06-confusions', 'predictions');
    await pair.focus();
    await workbench().page.keyboard.press('Enter');
    await page.locator('.filter-chip').getByText(predicted, { exact: true }).waitFor();
    await page.getByText(new RegExp(`of ${documents}$|^${documents} rows?$`)).waitFor();
    await lookAt(workbench(), '06-label-states', 'predictions');
    await page.getByRole('button', { name: `Leave Out ${predicted}` }).click();
  });

  it('predicts for a text as it is changed, and for that of the file again', async () => {
    const page = await panel();
    await page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1).click();
    await page.getByRole('button', { name: 'Edit Text' }).click();
    const first = page.locator('.reader .label-row').first();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('a large bird of prey with long wings');
    await first.filter({ hasText: /bird|animal/ }).waitFor();
    await lookAt(workbench(), '06-edited', 'predictions');
    await page.getByRole('button', { name: 'Back to the Text of the File' }).click();
    await page.getByRole('button', { name: 'Edit Text' }).waitFor();
  });

  it('judges a file that is chosen, without labels too', async () => {
    const page = await panel();
    await page.getByRole('button', { name: 'Open File…' }).click();
    await workbench().chooseFile('others.jsonl');
    await (await panel()).getByText(/2 documents \(2 without labels, which count 0\)/).waitFor();
    await (await panel()).locator('.reader .label-row').first().waitFor();
    await lookAt(workbench(), '06-file', 'predictions');
    await choose(await panel(), 'Documents', 'Test');
    await (
      await panel()
    )
      .getByText(`${sampleSize('test')} documents`)
      .first()
      .waitFor();
    await (await panel()).getByRole('tab', { name: 'Labels' }).click();
    await (await panel()).getByRole('grid', { name: 'Labels' }).getByText('animal', { exact: true }).click();
    await (await panel()).getByText('Label: animal').first().waitFor();
  });

  it('is there again after a reload of the window', async () => {
    await workbench().pagesStored('"animal"');
    await workbench().reload();
    await (await panel()).getByText('Label: animal').first().waitFor();
  });

  it('says what to do where a run has no model', async () => {
    rmSync(join(workbench().workspace, 'runs', 'first', 'checkpoints'), { recursive: true });
    await (
      await panel()
    )
      .getByText(/was trained further|Evaluate Again/)
      .first()
      .waitFor();
    await (await panel()).getByRole('button', { name: 'Evaluate Again' }).first().click();
    await (await panel()).getByText('This run has no model yet').waitFor();
    await (await panel()).getByRole('button', { name: 'Resume Training' }).waitFor();
    await lookAt(workbench(), '06-no-model', 'predictions');
  });
});
