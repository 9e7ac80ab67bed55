import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainSample } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'seed-1', 3, { seed: 1 });
  trainSample(folder, 'seed-2', 3, { seed: 2 });
  trainSample(folder, 'faster', 3, { seed: 1, learningRate: 0.01 });
}

inWorkbench('8. Compare Runs', { fill }, (workbench) => {
  it('shows settings, figures and curves side by side, seeds of one config as mean and spread', async () => {
    await workbench().runCommand('XML-CNN: Compare Runs');
    for (const name of ['seed-1', 'seed-2', 'faster']) await workbench().pick(name);
    await workbench().page.keyboard.press('Enter');
    const panel = await workbench().webview('compare');
    await panel.getByText('3 runs in 2 groups').waitFor();
    await panel.getByText('learningRate').first().waitFor();
    expect(await panel.getByText('±').count()).toBeGreaterThan(0);
    await expect.poll(() => panel.locator('.js-plotly-plot .scatterlayer .trace').count()).toBeGreaterThan(1);
    await lookAt(workbench(), '08-compare', 'compare');
  });

  it('measures the others against the run that is chosen', async () => {
    const panel = await workbench().webview('compare');
    const baseline = panel.getByText('the others are compared with it').locator('..').first();
    await expect.poll(() => baseline.innerText()).toContain('faster'); // the newest
    await panel.getByRole('combobox', { name: 'Compared with' }).click();
    await panel.getByRole('option', { name: /2 seeds/ }).click();
    await expect.poll(() => baseline.innerText()).toContain('2 seeds');
    expect(await panel.locator('.better, .worse').count()).toBeGreaterThan(0);
  });

  it('copies the comparison as Markdown', async () => {
    const panel = await workbench().webview('compare');
    await panel.getByRole('button', { name: 'Copy as Markdown' }).click();
    const clipboard = (): Promise<string> => workbench().page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(clipboard).toContain('| ');
    expect(await clipboard()).toContain('P@1');
  });

  it('is there again after a reload of the window', async () => {
    await workbench().pagesStored('seed-2');
    await workbench().reload();
    await (await workbench().webview('compare')).getByText('3 runs in 2 groups').waitFor();
  });

  it('is stale once a run is gone, and says what to do then', async () => {
    rmSync(join(workbench().workspace, 'runs', 'seed-2'), { recursive: true });
    await (await workbench().webview('compare')).getByText(/seed-2 has changed since/).waitFor();
    await lookAt(workbench(), '08-stale', 'compare');
    await (await workbench().webview('compare')).getByRole('button', { name: 'Read Again' }).click();
    await (await workbench().webview('compare')).getByRole('alert').waitFor();
    await (await workbench().webview('compare')).getByRole('button', { name: 'Choose Runs…' }).waitFor();
    await lookAt(workbench(), '08-failed', 'compare');
  });
});
