import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';

// No server listens there: a download fails in the same way on every network.
const settings = { 'http.proxy': 'http://127.0.0.1:9' };

inWorkbench('engines', { settings }, (workbench) => {
  it('shows which work here, how fast, and how the others come to work', async () => {
    await workbench().runCommand('XML-CNN: Show Engines');
    const rows = workbench().page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: /wasm.*[\d,.]+ documents\/s in training a small network/s }).waitFor();
    await rows.filter({ hasText: /tensorflow.*native TensorFlow/s }).waitFor();
    await rows.filter({ hasText: /webgpu.*graphics card.*Choose it to install it/s }).waitFor();
    await workbench().screenshotInThemes('12-engines');
    await workbench().page.keyboard.press('Escape');
    await expect.poll(() => workbench().runners('engines')).toEqual([]);
  });

  it('says what to do where an engine cannot be downloaded', async () => {
    await workbench().runCommand('XML-CNN: Install Engine');
    await workbench().pick('webgpu');
    const toast = workbench().toast(/cannot be reached/);
    await toast.waitFor();
    expect(await toast.innerText()).toContain('the setting http.proxy');
    await workbench().screenshot('12-install-engine');
  });
});
