import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';

const title = 'Get started with XML-CNN';

// What somebody does who has installed the extension into a fresh profile: the steps of the walkthrough, in their order.
inWorkbench('9. the walkthrough', {}, (workbench) => {
  const page = () => workbench().page;

  /** Goes back to the walkthrough, opens a step and presses its button. */
  async function press(step: string, button: string): Promise<void> {
    await workbench().tab('Welcome').click();
    const title = page().locator('.step-title', { hasText: new RegExp(`^${step}$`) });
    const row = page().locator('.getting-started-step').filter({ has: title }).first();
    await title.first().click();
    await row.getByText(button, { exact: true }).last().click();
  }

  it('opens the sample dataset', async () => {
    await workbench().runCommand('Welcome: Open Walkthrough...');
    await workbench().pick(title);
    await workbench().tab('Welcome').waitFor();
    await workbench().screenshotInThemes('09-walkthrough');
    for (const name of ['Open the sample dataset', 'Create a run config', 'Train', 'Hover over a document'])
      await page().locator('.getting-started-step').filter({ hasText: name }).first().waitFor();
    await page().locator('.gettingStarted').getByText('Open Sample Dataset', { exact: true }).first().click();
    await workbench().pick('Into workspace');
    await workbench().tab('train.jsonl').waitFor();
    // the file is then shown in the Explorer, which takes the focus
    await page()
      .locator('.explorer-folders-view .monaco-list-row.focused')
      .filter({ hasText: 'train.jsonl' })
      .waitFor();
    expect(existsSync(join(workbench().workspace, 'glosses', 'LICENSE-WordNet.txt'))).toBe(true);
  });

  it('creates a run config', async () => {
    await press('Create a run config', 'Create Run Config');
    const config = workbench().tab('glosses.xmlcnn.json');
    const dataset = page().locator('.quick-input-list .monaco-list-row').filter({ hasText: 'glosses' }).first();
    await config.or(dataset).first().waitFor();
    if (await dataset.isVisible()) await dataset.click();
    await config.waitFor();
    const file = join(workbench().workspace, 'glosses', 'glosses.xmlcnn.json');
    const text = readFileSync(file, 'utf8');
    const short = text.replace(/"epochs": \d+/, '"epochs": 3').replace(/"warmupSteps": \d+/, '"warmupSteps": 20');
    expect(short).not.toBe(text);
    writeFileSync(file, short); // who tries it out is in a hurry, too
  });

  it('trains', async () => {
    await press('Train', 'Train');
    const config = page().locator('.quick-input-list .monaco-list-row').filter({ hasText: 'glosses' }).first();
    const started = workbench().statusBar(/Epoch \d+/);
    await config.or(started).first().waitFor();
    if (await config.isVisible()) await config.click();
    await page().locator('.notifications-toasts').getByText('finished after epoch').waitFor({ timeout: 240_000 });
    await workbench().screenshot('09-trained');
  });

  it('reaches a hover with predicted labels', async () => {
    await workbench().openFile('glosses/test.jsonl');
    const hover = await workbench().hover('small tree');
    await hover.getByText('Because of').waitFor();
    expect(await hover.innerText()).toMatch(/plant/);
    await workbench().screenshot('09-hover');
  });
});
