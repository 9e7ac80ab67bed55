import { kill } from 'node:process';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'long', 2000);
  writeSampleConfig(folder, 'short', 20);
}

inWorkbench('4. training', { fill, settings: { 'xmlcnn.askBeforeMinutes': 0.02 } }, (workbench) => {
  const row = (text: string | RegExp): Locator => workbench().treeRow('Runs', text);
  const epochIn = async (locator: Locator): Promise<number> => {
    await locator.filter({ hasText: /Epoch \d+/ }).waitFor();
    return Number(/Epoch (\d+)/.exec(await locator.innerText())?.[1]);
  };

  it('trains with the config in the editor: status bar and Runs view tell epoch, speed and time left', async () => {
    await workbench().openFile('long.xmlcnn.json');
    await workbench()
      .codeLens(/about .+ per epoch, .+ in all/)
      .first()
      .waitFor();
    await workbench().editorAction('Train').click();
    const dialog = workbench().page.locator('.monaco-dialog-box');
    await dialog.getByText(/long\.xmlcnn\.json takes about .+ on this machine/).waitFor();
    await dialog.getByText(/^linear: about/).waitFor();
    await workbench().screenshot('04-takes-long');
    await workbench().press('Train');
    workbench().setSettings({ 'xmlcnn.askBeforeMinutes': 0 });
    const status = workbench().statusBar(/Epoch \d+\/2000/);
    await status.waitFor();
    await expect.poll(() => status.innerText()).toMatch(/documents\/s.* left/);
    await workbench().showContainer('XML-CNN');
    await row(/long.*Epoch \d+\/2000/).waitFor();
    await (await workbench().webview('metrics')).getByText(/long: epoch \d+/).waitFor();
    await workbench().screenshotInThemes('04-training');
  });

  it('stops with a checkpoint', async () => {
    await workbench().editorAction('Stop').click();
    await workbench().statusBar('was stopped with a checkpoint').waitFor();
    await row(/long.*stopped/).waitFor();
    await expect.poll(() => workbench().runners('training')).toEqual([]);
    await workbench().screenshot('04-stopped');
  });

  it('resumes where it stopped', async () => {
    const epochs = Number(/(\d+) epoch/.exec(await row('long').innerText())?.[1]);
    await workbench().rowAction(row('long'), 'Resume');
    expect(await epochIn(row('long'))).toBeGreaterThanOrEqual(epochs);
    await workbench().tab('long.xmlcnn.json').click();
    await workbench().editorAction('Stop').waitFor(); // the run is one of this config, whatever it was resumed from
  });

  it('tells when its process was killed, and goes on with the run', async () => {
    const [runner, ...others] = workbench().runners('training');
    expect(others).toEqual([]);
    kill(runner, 'SIGKILL');
    const toast = workbench().toast(/long/);
    await toast.waitFor();
    await workbench().screenshot('04-killed');
    expect(await toast.innerText()).toMatch(/process|runner/i);
    await workbench().press('Resume');
    await workbench()
      .statusBar(/Epoch \d+\/2000/)
      .waitFor();
    expect(workbench().runners('training')).not.toContain(runner);
  });

  it('offers to resume after the window was reloaded in mid-run', async () => {
    // shown for some seconds only, unless the pointer is on it
    await Promise.all([workbench().toast('was stopped when its window closed').hover(), workbench().reload()]);
    await workbench().showContainer('XML-CNN');
    await row(/long.*stopped/).waitFor();
    await expect.poll(() => workbench().runners('training')).toEqual([]);
    await workbench().screenshot('04-reloaded');
    await workbench().press('Resume');
    await workbench()
      .statusBar(/Epoch \d+\/2000/)
      .waitFor();
    await workbench().editorAction('Stop').waitFor();
  });

  it('runs two at once, and tells how the one that ends did', async () => {
    await workbench().openFile('short.xmlcnn.json');
    await workbench().runCommand('XML-CNN: Train');
    await Promise.all([
      workbench().statusBar('2 runs').waitFor(),
      expect.poll(() => workbench().runners('training').length).toBe(2),
    ]);
    await row('short').waitFor();
    await workbench().screenshot('04-two-runs');
    await workbench()
      .toast(/short finished after epoch 20.*P@1 \d+\.\d on test/s)
      .waitFor();
    await row(/short.*\d+\.\d test.*20 epochs/).waitFor();
    await row(/long.*Epoch \d+/).waitFor();
  });

  it('stops from the editor what was resumed from the notice', async () => {
    await workbench().editorAction('Train').waitFor(); // of the config whose run has ended
    await workbench().tab('long.xmlcnn.json').click();
    await workbench().editorAction('Stop').click();
    await row(/long.*stopped/).waitFor();
    await workbench().editorAction('Train').waitFor();
  });
});
