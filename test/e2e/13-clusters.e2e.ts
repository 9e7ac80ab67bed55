import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { choose } from '../workbench/controls.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample } from '../workbench/sample.ts';
import { openTab } from '../workbench/sections.ts';

function fill(folder: string): void {
  copySample(folder);
  writeFileSync(join(folder, 'one-label.jsonl'), '{"text":"a","labels":["x"]}\n');
}

inWorkbench('13. Explore Label Clusters', { fill }, (workbench) => {
  const saved = (): string => join(workbench().workspace, 'glosses', 'train.jsonl.clusters.json');

  it('draws the curves, suggests a number and describes its clusters', async () => {
    await workbench().explorerMenu('glosses', 'Explore Label Clusters');
    const page = await workbench().webview('clusters');
    await page.getByText(/Suggested: \d+ clusters/).waitFor({ timeout: 120_000 });
    await page
      .getByRole('heading', { name: /^\d+: ./ })
      .first()
      .waitFor();
    await page
      .getByText(/with 1 document/)
      .first()
      .waitFor();
    await expect.poll(() => page.locator('.figure .js-plotly-plot .points path').count()).toBeGreaterThan(20);
    await lookAt(workbench(), '13-clusters', 'clusters');
    expect(existsSync(saved())).toBe(false); // looking writes nothing beside the data
  });

  it('finds the words that mark each cluster', async () => {
    const page = await workbench().webview('clusters');
    await page.getByText('Find the Words').click();
    await page.getByText('Words', { exact: true }).first().waitFor();
    await page.locator('.cards').scrollIntoViewIfNeeded();
    await workbench().screenshot('13-words');
  });

  it('shows another number of clusters', async () => {
    const page = await workbench().webview('clusters');
    await page.getByText('Show', { exact: true }).locator('..').locator('vscode-dropdown').click();
    await page.getByRole('option', { name: '4 clusters' }).first().click();
    await expect.poll(() => page.getByRole('heading', { name: /^\d+: ./ }).count()).toBe(4);
  });

  it('draws a map of the labels, lists those of a lasso, and finds one', async () => {
    const page = await openTab(workbench(), 'clusters', 'Map');
    const points = page.locator('.map .trace:not(:last-child) .points path'); // the last holds the names
    await expect.poll(() => points.count(), { timeout: 90_000 }).toBe(58);
    await page.locator('.map').scrollIntoViewIfNeeded();
    await lookAt(workbench(), '13-map', 'clusters');
    await points.first().hover({ force: true }); // the layer that takes the mouse lies over the points
    const told = page.locator('.map .hoverlayer');
    await expect.poll(() => told.textContent()).toMatch(/.+\d+ documents/);
    await (await workbench().webview('clusters')).getByText('Lasso', { exact: true }).click();
    await page.locator('.map .nsewdrag').first().waitFor();
    const box = await page.locator('.map').boundingBox();
    if (!box) throw new Error('The map has no place.');
    const { mouse } = workbench().page;
    const move = (x: number, y: number): Promise<void> =>
      mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 8 });
    await move(0.03, 0.03);
    await mouse.down();
    for (const [x, y] of [
      [0.97, 0.03],
      [0.97, 0.97],
      [0.03, 0.97],
      [0.03, 0.04],
    ])
      await move(x, y);
    await mouse.up();
    await page.getByText(/\d+ labels in the lasso/).waitFor();
    await workbench().screenshot('13-lasso');
    await page.locator('input[placeholder="Search the map"]').fill('fish');
    await page.getByText('1 label found').waitFor();
  });

  it('looks closer at the map, and at the whole again', async () => {
    const page = await workbench().webview('clusters');
    const width = (): Promise<number> =>
      page.locator('.map').evaluate((map) => {
        type Drawn = Partial<{ _fullLayout: { xaxis: { range: [number, number] } } }>;
        const drawn = [map, ...map.querySelectorAll('*')].find((element) => '_fullLayout' in element) as Drawn;
        const [from, to] = drawn._fullLayout!.xaxis.range;
        return to - from;
      });
    const whole = await width();
    await page.getByRole('button', { name: 'Zoom In' }).click();
    await expect.poll(width).toBeLessThan(0.7 * whole);
    await page.getByRole('button', { name: 'Whole Map' }).click();
    await expect.poll(width).toBeCloseTo(whole, 3);
  });

  it('joins the clusters in a tree', async () => {
    const page = await openTab(workbench(), 'clusters', 'Hierarchy');
    await expect.poll(() => page.getByRole('img', { name: /^Tree of 4 clusters/ }).count()).toBe(1);
    await lookAt(workbench(), '13-hierarchy', 'clusters');
  });

  it('searches the labels', async () => {
    const page = await openTab(workbench(), 'clusters', 'Labels');
    await page.locator('input[placeholder="Search labels"]').fill('furnit');
    const rows = page.getByRole('grid', { name: 'Labels of clusters' }).filter({ visible: true }).getByRole('row');
    await expect.poll(() => rows.count()).toBe(2); // with the head
    await lookAt(workbench(), '13-labels', 'clusters');
  });

  it('lists the documents of a cluster where the dataset is inspected', async () => {
    const page = await openTab(workbench(), 'clusters', 'Clusters');
    const card = page.locator('.card').first();
    const name = `cluster ${(await card.locator('h3').innerText()).split(':')[0]}`;
    await card.getByText('Documents', { exact: true }).click();
    const dataset = await workbench().webview('dataset');
    await dataset.getByText(`${name} of 4`).waitFor();
    const rows = dataset.getByRole('grid', { name: 'Documents', exact: true }).getByRole('row');
    await expect.poll(() => rows.count()).toBeGreaterThan(5);
    await lookAt(workbench(), '13-documents', 'dataset');
  });

  it('writes a cluster as a dataset of its own', async () => {
    await workbench()
      .tab(/Clusters of/)
      .click();
    const page = await workbench().webview('clusters');
    await page.locator('.card').first().getByText('Save as Dataset…').click();
    await workbench().save();
    const said = page.getByText(/Wrote [\d,]+ documents? with the labels of cluster \d+ alone/);
    await said.waitFor();
    const [, file] = /alone: (.+)$/.exec(await said.innerText()) ?? [];
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines[0])).toMatchObject({ labels: expect.any(Array) as string[] });
  });

  it('exports the labels of the clusters', async () => {
    const page = await workbench().webview('clusters');
    await choose(page, 'Export', 'Labels with clusters (CSV)');
    await workbench().save();
    const said = page.getByText(/^Wrote .+\.csv$/);
    await said.waitFor();
    const file = (await said.innerText()).replace(/^Wrote /, '');
    const [head, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    expect(head).toBe('label,name,documents,cluster');
    expect(rows).toHaveLength(58);
  });

  it('exports curves and clusters, and the co-occurrences for SciPy and MATLAB', async () => {
    const page = await workbench().webview('clusters');
    const kinds = {
      json: ['Curves and clusters (JSON)', '{'],
      npz: ['Co-occurrence for SciPy (.npz)', 'PK'],
      mat: ['Co-occurrence for MATLAB (.mat)', 'MATLAB 5.0 MAT-file'],
    };
    for (const [extension, [kind, begins]] of Object.entries(kinds)) {
      await choose(page, 'Export', kind);
      await workbench().save();
      const said = page.getByText(new RegExp(`^Wrote .+\\.${extension}$`));
      await said.waitFor();
      const file = (await said.innerText()).replace(/^Wrote /, '');
      expect(readFileSync(file, 'latin1').startsWith(begins), kind).toBe(true);
    }
  });

  it('clusters anew with other options, and tells a number that cannot be', async () => {
    const page = await workbench().webview('clusters');
    await page.getByText('Options', { exact: true }).click();
    const numbers = page.getByRole('textbox', { name: 'Numbers of clusters' });
    await numbers.fill('3, 5, 1000000000');
    await choose(page, 'Scaling', 'Rows to length 1 (cosine)');
    await page.getByRole('button', { name: 'Cluster Again' }).click();
    await page.getByText('1,000,000,000 clusters cannot be made of 58 labels: 58 at most.').waitFor();
    await lookAt(workbench(), '13-options', 'clusters');
    await (await workbench().webview('clusters')).getByRole('textbox', { name: 'Numbers of clusters' }).fill('3, 5');
    await page.getByRole('button', { name: 'Cluster Again' }).click();
    await page.getByText(/None is suggested: .* with 5 the share is smallest/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/^Wrote .+train\.jsonl\.clusters\.json$/).waitFor();
    const { content } = JSON.parse(readFileSync(saved(), 'utf8')) as { content: string };
    expect((JSON.parse(content) as { settings: object }).settings).toMatchObject({ ks: [3, 5], scaling: 'cosine' });
  });

  it('is there again after a reload of the window, from what was saved', async () => {
    await workbench().pagesStored('"ks":[3,5]');
    await workbench().reload();
    await workbench()
      .tab(/Clusters of/)
      .click();
    await (
      await workbench().webview('clusters')
    )
      .getByText(/Read from train.jsonl.clusters.json/)
      .waitFor({ timeout: 60_000 });
  });

  it('tells why there is nothing to cluster', async () => {
    await workbench().explorerMenu('one-label.jsonl', 'Explore Label Clusters');
    await workbench()
      .tab(/Clusters of one-label/)
      .waitFor();
    await expect
      .poll(async () => (await workbench().webview('clusters')).getByText('clusters need at least two').count())
      .toBe(1);
    await lookAt(workbench(), '13-one-label', 'clusters');
  });
});
