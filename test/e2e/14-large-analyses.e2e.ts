import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { chooseRow, openTab } from '../workbench/sections.ts';

const packed = '../shared/data/eurlex57k';
const isThere = existsSync(`${packed}/train.jsonl.xz`);
if (!isThere) console.log(`skipped: ${packed} not found`);
const patience = { timeout: 300_000 };

function fill(folder: string): void {
  mkdirSync(join(folder, 'eurlex'));
  for (const split of ['train', 'test'])
    writeFileSync(
      join(folder, 'eurlex', `${split}.jsonl`),
      execFileSync('xz', ['-dc', `${packed}/${split}.jsonl.xz`], { maxBuffer: 1 << 30 }),
    );
  cpSync(`${packed}/label_names.tsv`, join(folder, 'eurlex', 'label_names.tsv'));
}

describe.skipIf(!isThere)('deep looks at 45,000 documents with 4,108 labels', { timeout: 600_000 }, () => {
  inWorkbench('14. EURLEX57K', { fill }, (workbench) => {
    it('overview, labels and documents', async () => {
      await workbench().explorerMenu('eurlex', 'Inspect Dataset');
      const page = await workbench().webview('dataset');
      await page.getByText('51,000').first().waitFor(patience);
      await page.locator('.js-plotly-plot .main-svg').first().waitFor();
      await lookAt(workbench(), '14-overview', 'dataset');
      await page.getByText('What a maximum length cuts off').first().scrollIntoViewIfNeeded();
      await workbench().screenshotInThemes('14-overview-below');
      await openTab(workbench(), 'dataset', 'Labels');
      await page.getByRole('grid', { name: 'Labels' }).getByText('export refund').first().waitFor();
      await lookAt(workbench(), '14-labels', 'dataset');
      await openTab(workbench(), 'dataset', 'Documents');
      const documents = page.getByRole('grid', { name: 'Documents', exact: true }).filter({ visible: true });
      await documents.getByRole('row').nth(1).getByRole('button').last().click();
      await page.getByText('Open in Editor').filter({ visible: true }).first().waitFor();
      await lookAt(workbench(), '14-document', 'dataset');
    });

    it('co-occurrence needs no further pass', async () => {
      const page = await openTab(workbench(), 'dataset', 'Co-occurrence');
      await page.getByText('30 labels of 4,108').waitFor();
      await lookAt(workbench(), '14-cooccurrence', 'dataset');
    });

    it('words say beforehand how many passes they need, and can be stopped', async () => {
      const page = await openTab(workbench(), 'dataset', 'Words');
      await page.getByText('1 pass over 1 file of 219 MB').waitFor();
      await workbench().screenshot('14-words-offer');
      await page.getByRole('button', { name: 'Find the Words' }).click();
      await page.getByText(/train.jsonl: \d+ MB of 219 MB/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).filter({ visible: true }).click();
      await page.getByText(/Stopped after [\d,]+ of 45,000 documents/).waitFor();
      await workbench().screenshot('14-words-partial');
      await page.getByText('Read All').click();
      await chooseRow(page, 'Labels to choose from', 'export refund');
      await page
        .getByRole('table', { name: 'Words that mark the label' })
        .getByText('refund', { exact: true })
        .waitFor(patience);
      await lookAt(workbench(), '14-words', 'dataset');
    });

    it('quality', async () => {
      const page = await openTab(workbench(), 'dataset', 'Quality');
      await page.getByRole('button', { name: 'Check the Quality' }).click();
      await page.getByRole('table', { name: 'Findings by kind' }).getByText('Nearly repeated texts').click(patience);
      await page.getByText('The first 1,000 of').waitFor();
      await lookAt(workbench(), '14-quality', 'dataset');
    });

    it('comparison', async () => {
      const page = await openTab(workbench(), 'dataset', 'Compare');
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await page.getByText('Labels that moved').waitFor(patience);
      await lookAt(workbench(), '14-compare', 'dataset');
      await page.getByText('Nearest documents').click();
      await chooseRow(page, 'Documents to choose from', 'Commission');
      await page.getByText(/Nearest by labels: \d+ labels? shared/).waitFor();
      await lookAt(workbench(), '14-nearest', 'dataset');
    });

    it('clusters', async () => {
      await workbench().explorerMenu('eurlex', 'Explore Label Clusters');
      const page = await workbench().webview('clusters');
      await page.getByText(/Suggested: \d+ clusters/).waitFor(patience);
      await lookAt(workbench(), '14-clusters', 'clusters');
      await openTab(workbench(), 'clusters', 'Map');
      const cancel = page.getByRole('button', { name: 'Cancel' }).filter({ visible: true });
      for (let times = 0; times < 2; times++) {
        await cancel.click();
        await page.getByText('The map was not drawn').waitFor();
        await openTab(workbench(), 'clusters', 'Labels');
        await openTab(workbench(), 'clusters', 'Map');
        await page.getByRole('button', { name: 'Draw It' }).click();
      }
      await expect.poll(() => page.locator('.map .trace:not(:last-child) .points path').count(), patience).toBe(4108);
      await page.locator('.map').scrollIntoViewIfNeeded();
      await lookAt(workbench(), '14-map', 'clusters');
      await openTab(workbench(), 'clusters', 'Hierarchy');
      await page.getByRole('img', { name: /^Tree of \d+ clusters/ }).waitFor();
      await lookAt(workbench(), '14-hierarchy', 'clusters');
      await openTab(workbench(), 'clusters', 'Clusters');
      await page.locator('.card').last().scrollIntoViewIfNeeded();
      await lookAt(workbench(), '14-cards', 'clusters');
    });
  });
});
