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
    await lookAt(workbench(), '05-metrics-view', 'metrics');
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

  it('draws them over steps, and other metrics', async () => {
    const page = await workbench().webview('metrics');
    const titles = (axis: 'x' | 'y'): Promise<string[]> =>
      page.locator(`.js-plotly-plot .${axis}title`).allTextContents();
    const curves = page.getByRole('img', { name: /^Validation/ }).locator('.scatterlayer .trace:has(.lines path)');
    await expect.poll(() => curves.count()).toBe(6);
    await page.getByText('Steps', { exact: true }).click();
    await expect.poll(() => titles('x')).toEqual(['Step', 'Step']);
    await page.getByText('nDCG@k', { exact: true }).click();
    await expect.poll(() => titles('y')).toEqual(['Training loss', 'Validation nDCG@k, %']);
    await page.getByRole('checkbox', { name: '@5' }).click();
    await expect.poll(() => curves.count()).toBe(4);
    await workbench().screenshotInThemes('05-metrics-steps');
    await page.getByRole('checkbox', { name: '@5' }).click();
    await page.getByText('P@k', { exact: true }).click();
    await page.getByText('Epochs', { exact: true }).click();
    await expect.poll(() => titles('x')).toEqual(['Epoch', 'Epoch']);
  });

  it('draws them over the time of training, smoothed, the loss on a logarithmic axis, and F1 and loss of validation', async () => {
    const page = await workbench().webview('metrics');
    const title = (axis: 'x' | 'y'): Promise<string[]> =>
      page.locator(`.js-plotly-plot .${axis}title`).allTextContents();
    await page.getByText('Time', { exact: true }).click();
    await expect.poll(() => title('x')).toEqual(['Training time, s', 'Training time, s']);
    const curves = page.getByRole('img', { name: /^Training loss/ }).locator('.scatterlayer .trace:has(.lines path)');
    await expect.poll(() => curves.count()).toBe(2);
    await page.getByRole('slider', { name: 'Smoothing' }).focus();
    for (let i = 0; i < 12; i++) await workbench().page.keyboard.press('ArrowRight');
    await expect.poll(() => curves.count()).toBe(4); // what was logged shines through
    await page.getByRole('checkbox', { name: 'Logarithmic loss' }).click();
    await page.getByText('F1', { exact: true }).click();
    await expect.poll(() => title('y')).toEqual(['Training loss', 'Validation F1, %']);
    await lookAt(workbench(), '05-metrics-smooth', 'metrics');
    await page.locator('.segment').getByText('Loss', { exact: true }).click();
    await expect.poll(() => title('y')).toEqual(['Training loss', 'Validation loss']);
    await page.getByRole('slider', { name: 'Smoothing' }).focus();
    await workbench().page.keyboard.press('Home');
    await expect.poll(() => curves.count()).toBe(2);
    await page.getByRole('checkbox', { name: 'Logarithmic loss' }).click();
    await page.getByText('P@k', { exact: true }).click();
    await page.getByText('Epochs', { exact: true }).click();
    await expect.poll(() => title('x')).toEqual(['Epoch', 'Epoch']);
  });

  it('tells the values at the mouse', async () => {
    const page = await workbench().webview('metrics');
    const plot = page.getByRole('img', { name: /^Validation/ });
    await plot.hover();
    const told = plot.locator('.hoverlayer');
    await expect.poll(() => told.textContent()).toMatch(/Epoch 3.*second P@1.*\d+\.\d\d/);
    await workbench().screenshotInThemes('05-metrics-hover', async () => {
      await workbench().page.mouse.move(5, 5);
      await plot.hover();
      await expect.poll(() => told.textContent()).toMatch(/Epoch 3/);
    });
  });

  it('shows the names of runs at once when its list is drawn anew', async () => {
    const page = await workbench().webview('metrics');
    const display = await page.evaluate(() => {
      const box = document.createElement('vscode-checkbox');
      box.append('a run');
      document.body.append(box);
      const label = box.shadowRoot?.querySelector('[part="label"]');
      const { display } = getComputedStyle(label!);
      box.remove();
      return display;
    });
    expect(display).not.toBe('none');
  });

  it.each([
    ['PNG', '\u0089PNG'],
    ['SVG', '<svg'],
  ])('exports a plot as %s', async (kind, beginning) => {
    const page = await workbench().webview('metrics');
    await page.getByRole('button', { name: kind }).first().click();
    await workbench().save();
    const ending = `loss.${kind.toLowerCase()}`;
    const saved = (): string | undefined => readdirSync(workbench().workspace).find((name) => name.endsWith(ending));
    await expect.poll(saved).toBeDefined();
    expect(readFileSync(join(workbench().workspace, saved()!), 'latin1').startsWith(beginning)).toBe(true);
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
    await page.getByText('was stopped').first().waitFor();
    await lookAt(workbench(), '05-metrics-interrupted', 'metrics');
  });
});
