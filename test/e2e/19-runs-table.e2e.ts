import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainConfig, trainSample } from '../workbench/sample.ts';

const other = JSON.stringify({
  dataset: { train: 'glosses/test.jsonl' },
  extends: 'linear',
  output: { folder: 'runs', name: 'other-data' },
});

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'slow', 3, { learningRate: 0.0005 });
  trainSample(folder, 'middle', 3, { learningRate: 0.002 });
  trainSample(folder, 'fast', 3, { learningRate: 0.02, seed: 2 });
  trainConfig(folder, 'other-data', other);
}

inWorkbench('19. the table of runs', { fill }, (workbench) => {
  const page = (): Promise<Frame> => workbench().webview('runs');
  const rows = async (): Promise<Locator> => (await page()).locator('.runs-table tbody tr');
  const names = async (): Promise<string[]> =>
    (await (await rows()).locator('.run-name > span:not(.pin):not(.tag)').allInnerTexts()).map((name) => name.trim());
  const row = async (name: string): Promise<Locator> => (await rows()).filter({ hasText: name });
  const press = async (name: string): Promise<void> =>
    (await page()).getByRole('button', { name, exact: true }).click();
  const notes = (run: string): string => join(workbench().workspace, 'runs', run, 'notes.json');

  it('opens from the title of the view, with a row for each run, grouped by dataset', async () => {
    await workbench().showContainer('XML-CNN');
    await workbench().treeRow('Runs', 'middle').first().waitFor();
    await workbench().pane('Runs').hover();
    await workbench().pane('Runs').locator('.pane-header .action-label[aria-label^="Show Runs Table"]').click();
    await expect.poll(names).toHaveLength(4);
    await workbench().runCommand('View: Close Primary Side Bar');
    const head = (await page()).locator('.runs-table thead');
    for (const title of ['val P@1', 'test P@1', 'learningRate', 'Time'])
      await head.getByText(title, { exact: true }).waitFor();
    await expect.poll(async () => (await rows()).filter({ hasText: 'best' }).count()).toBeGreaterThan(0);
    expect(await (await row('other-data')).getByText('best').count()).toBe(0); // the only one of its dataset
    await lookAt(workbench(), '19-runs', 'runs');
  });

  it('sorts by a setting, as numbers, with the keyboard', async () => {
    const header = (await page()).getByRole('button', { name: 'learningRate', exact: true });
    await header.focus();
    await workbench().page.keyboard.press('Enter');
    const learned = async (): Promise<string[]> => (await names()).filter((name) => name !== 'other-data');
    await expect.poll(learned).toEqual(['fast', 'middle', 'slow']);
    await workbench().page.keyboard.press('Enter');
    await expect.poll(learned).toEqual(['slow', 'middle', 'fast']);
  });

  it('finds runs by the value of a setting', async () => {
    const field = (await page()).locator('.table-search input');
    await field.fill('learningRate=0.02');
    await expect.poll(names).toEqual(['fast']);
    await field.fill('no such words');
    await (await page()).getByText('No run has these words.').first().waitFor();
    await lookAt(workbench(), '19-none', 'runs');
    await field.fill('');
    await expect.poll(names).toHaveLength(4);
  });

  it('renames, notes, tags and pins, in a file of the run folder', async () => {
    await (await page()).getByRole('checkbox', { name: 'Select middle' }).click();
    await press('Rename…');
    await workbench().answer('The baseline');
    await (await row('The baseline')).waitFor();
    await press('Note…');
    await workbench().answer('as in the paper');
    await (await row('as in the paper')).waitFor();
    await press('Tags…');
    await workbench().answer('paper, final');
    await (await row('final')).waitFor();
    await press('Pin');
    await expect.poll(async () => (await names())[0]).toBe('The baseline');
    const kept = { title: 'The baseline', note: 'as in the paper', tags: ['paper', 'final'], pinned: true };
    expect(JSON.parse(readFileSync(notes('middle'), 'utf8'))).toEqual(kept);
    await lookAt(workbench(), '19-noted', 'runs');
  });

  it('shows the name in the Runs view and in Compare, which opens for the selected runs', async () => {
    await (await page()).getByRole('checkbox', { name: 'Select fast' }).click();
    await press('Compare');
    const compare = await workbench().webview('compare');
    await compare.getByRole('columnheader').filter({ hasText: 'The baseline' }).first().waitFor();
    await workbench().showContainer('XML-CNN');
    await workbench().treeRow('Runs', 'The baseline').first().waitFor();
    await workbench().runCommand('View: Close Primary Side Bar');
    await workbench().tab('Runs').click();
    await expect.poll(names).toHaveLength(4);
  });

  it('selects all and none, and by keyboard', async () => {
    const selected = (n: number): Promise<void> =>
      page().then((frame) => frame.getByText(`${n} of 4 runs selected`).waitFor());
    await selected(2);
    await press('Select All');
    await selected(4);
    await press('Select None');
    await selected(0);
    await (await rows()).first().focus();
    await workbench().page.keyboard.press('ArrowDown');
    await workbench().page.keyboard.press('Enter');
    await selected(1);
  });

  it('draws parallel coordinates of the runs of a dataset, in which a click selects', async () => {
    await (await page()).getByRole('tab', { name: 'Parallel Coordinates' }).click();
    const lines = (await page()).locator('.run-line');
    await expect.poll(() => lines.count()).toBe(3);
    const line = (await page()).locator('.run-target[data-run="slow"]');
    await line.scrollIntoViewIfNeeded();
    const middle = await line.evaluate((path: SVGPathElement) => {
      const { x, y } = path.getPointAtLength(path.getTotalLength() * 0.3);
      const { left, top } = path.ownerSVGElement!.getBoundingClientRect();
      return { x: x + left, y: y + top };
    });
    const frame = await (await (await page()).frameElement()).boundingBox();
    await workbench().page.mouse.move(frame!.x + middle.x, frame!.y + middle.y);
    await (await page()).getByText(/slow · .*learningRate 0.0005/).waitFor();
    const selected = async (): Promise<string> => (await page()).locator('.count').innerText();
    const before = await selected();
    await workbench().page.mouse.click(frame!.x + middle.x, frame!.y + middle.y);
    await expect.poll(selected).not.toBe(before);
    await lookAt(workbench(), '19-parallel', 'runs');
    await (await page()).getByRole('tab', { name: 'Table' }).click();
  });

  it('is there again after a reload of the window', async () => {
    await workbench().pagesStored('parallel');
    await workbench().reload();
    await expect.poll(names).toHaveLength(4);
  });

  it('deletes runs after asking', async () => {
    await (await page()).getByRole('tab', { name: 'Table' }).click();
    await press('Select All');
    await press('Select None');
    await (await page()).getByRole('checkbox', { name: 'Select slow' }).click();
    await press('Delete…');
    await workbench().press('Move to Trash');
    const folder = join(workbench().workspace, 'runs', 'slow');
    const forGood = workbench().page.locator('.monaco-dialog-box').getByText('There is no trash here');
    await expect.poll(async () => !existsSync(folder) || (await forGood.isVisible())).toBe(true);
    if (existsSync(folder)) await workbench().press('Delete Permanently');
    await expect.poll(names).toHaveLength(3);
  });
});
