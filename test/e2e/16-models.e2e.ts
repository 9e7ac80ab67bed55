import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleSize, trainSample } from '../workbench/sample.ts';

const dataset = { train: 'glosses/train.jsonl', test: 'glosses/test.jsonl' };

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'network', 5);
  const config = { extends: 'linear', dataset, output: { folder: 'runs', name: 'linear' } };
  writeFileSync(join(folder, 'linear.xmlcnn.json'), JSON.stringify(config));
}

inWorkbench('16. linear models beside networks', { fill }, (workbench) => {
  it('trains one, and says how it ended', async () => {
    await workbench().explorerMenu('linear.xmlcnn.json', 'Train');
    const toast = workbench().toast(/linear finished/);
    await toast.waitFor({ timeout: 120_000 });
    expect(await toast.innerText()).toMatch(/P@1/);
    await workbench().showContainer('XML-CNN');
    await workbench()
      .treeRow('Runs', /^\s*linear/)
      .waitFor();
    await workbench().screenshotInThemes('16-runs');
  });

  it('draws its objective and its validation in Metrics', async () => {
    await workbench().runCommand('XML-CNN: Show Metrics');
    const view = await workbench().webview('metrics');
    await view.getByText('linear', { exact: true }).first().waitFor();
    await view.getByRole('button', { name: 'Open in Editor' }).click();
    await workbench().tab('Metrics').waitFor();
    const page = await workbench().webview('metrics');
    await expect.poll(() => page.locator('.js-plotly-plot .scatterlayer .trace').count()).toBeGreaterThan(1);
    await lookAt(workbench(), '16-metrics', 'metrics');
  });

  it('takes a document apart into terms that add up to its score', async () => {
    await workbench().contextMenu(workbench().treeRow('Runs', /^\s*linear/), 'Open Predictions');
    const page = await workbench().webview('predictions');
    await page
      .getByText(`${sampleSize('test').toLocaleString('en-US')} documents`)
      .first()
      .waitFor();
    await page.locator('mark').first().waitFor();
    await lookAt(workbench(), '16-predictions', 'predictions');
  });

  it('hovers over a document with its labels and why', async () => {
    await workbench().openFile('glosses/test.jsonl');
    await workbench().statusBar('linear').waitFor();
    const { text } = JSON.parse(readFileSync('examples/glosses/test.jsonl', 'utf8').split('\n')[2]) as { text: string };
    const hover = await workbench().hover(text.slice(0, 12));
    await hover.getByText('Because of').waitFor();
    await workbench().screenshotInThemes('16-hover', async () => {
      await workbench().page.mouse.move(5, 5);
      await workbench().hover(text.slice(0, 12));
    });
  });

  it('stands beside a network in Compare', async () => {
    await workbench().runCommand('XML-CNN: Compare Runs');
    for (const name of ['linear', 'network']) await workbench().pick(name);
    await workbench().page.keyboard.press('Enter');
    const panel = await workbench().webview('compare');
    await panel.getByText('2 runs').first().waitFor();
    await panel.getByRole('columnheader', { name: 'linear' }).first().waitFor();
    await lookAt(workbench(), '16-compare', 'compare');
  });
});
