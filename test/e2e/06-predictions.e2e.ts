import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleSize, trainSample } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'first', 12);
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
    await expect.poll(() => figures('Micro')).toEqual(['microF1', 'microP', 'microR'].map(percent));
    await expect.poll(() => figures('Macro')).toEqual(['macroF1', 'macroP', 'macroR'].map(percent));
    await page.locator('.threshold input[type="range"]').focus();
    const before = await figures('Micro');
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

  it('has a table of labels, whose counts lead to their documents', async () => {
    const page = await panel();
    await page.getByRole('tab', { name: 'Labels' }).click();
    await page.getByRole('grid', { name: 'Labels' }).getByRole('row').nth(3).waitFor();
    await lookAt(workbench(), '06-labels', 'predictions');
    await (await panel()).getByRole('grid', { name: 'Labels' }).getByText('animal', { exact: true }).click();
    await (await panel()).getByText('Label: animal').first().waitFor();
    await workbench().screenshot('06-label');
  });

  it('is there again after a reload of the window', async () => {
    await workbench().pagesStored();
    await workbench().reload();
    await (await panel()).getByText('Label: animal').first().waitFor();
  });
});
