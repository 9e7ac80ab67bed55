import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainSample, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'first', 5);
  trainSample(folder, 'second', 5, { seed: 2 });
  writeSampleConfig(folder, 'long', 2000);
}

inWorkbench('5. the Metrics view', { fill }, (workbench) => {
  it('draws loss and validation of runs over each other', async () => {
    await workbench().showContainer('XML-CNN');
    await workbench().runCommand('XML-CNN: Show Metrics');
    const view = await workbench().webview('metrics');
    for (const name of ['first', 'second']) await view.getByText(name, { exact: true }).first().waitFor();
    await expect.poll(() => view.locator('.js-plotly-plot .scatterlayer .trace').count()).toBeGreaterThan(1);
    await workbench().screenshotInThemes('05-metrics-view');
  });

  it('opens in an editor, with a table in which the best is marked', async () => {
    const view = await workbench().webview('metrics');
    await view.getByRole('button', { name: 'Open in Editor' }).click();
    await workbench().tab('Metrics').waitFor();
    await workbench().runCommand('View: Close Primary Side Bar');
    const page = await workbench().webview('metrics');
    const [first, second] = ['first', 'second'].map((name) => page.getByRole('checkbox', { name, exact: true }));
    for (const box of [first, second]) if ((await box.getAttribute('aria-checked')) !== 'true') await box.click();
    await expect.poll(() => page.locator('.js-plotly-plot').count()).toBe(2);
    const best = page.locator('details tr.best').first();
    if (!(await best.isVisible())) await page.getByText('Epochs of').first().click();
    await best.waitFor();
    await lookAt(workbench(), '05-metrics', 'metrics');
  });

  it('exports the curves as CSV', async () => {
    const page = await workbench().webview('metrics');
    await page.getByRole('button', { name: 'CSV' }).click();
    await workbench().save();
    const saved = (): string | undefined => readdirSync(workbench().workspace).find((name) => name.endsWith('.csv'));
    await expect.poll(saved).toMatch(/metrics\.csv$/);
    expect(readFileSync(join(workbench().workspace, saved()!), 'utf8').split('\n')[0]).toContain('epoch');
  });

  it('follows a run that is being trained', async () => {
    await workbench().openFile('long.xmlcnn.json');
    await workbench().runCommand('XML-CNN: Train');
    await workbench()
      .statusBar(/Epoch [2-9]/)
      .waitFor();
    await workbench().tab('Metrics').click();
    const page = await workbench().webview('metrics');
    const box = page.getByRole('checkbox', { name: 'long', exact: true });
    await expect
      .poll(async () => {
        if ((await box.getAttribute('aria-checked')) === 'true') return true;
        const place = await box.boundingBox(); // the list may be drawn anew at any moment
        if (place) await workbench().page.mouse.click(place.x + 8, place.y + 8);
        return false;
      })
      .toBe(true);
    await page
      .getByText(/long: epoch \d+, loss \d/)
      .first()
      .waitFor();
    await workbench().screenshot('05-metrics-live');
    await workbench().runCommand('XML-CNN: Stop');
    await page.getByText('was interrupted').first().waitFor();
    await workbench().screenshot('05-metrics-interrupted');
  });
});
