import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'first', 2);
  writeSampleConfig(folder, 'second', 2, { seed: 2 });
}

inWorkbench('5. the side panel', { fill }, (workbench) => {
  const row = (text: string | RegExp): Locator => workbench().treeRow('Runs', text);

  it('finds the datasets and their splits', async () => {
    await workbench().showContainer('XML-CNN');
    await workbench().treeRow('Datasets', 'glosses').first().waitFor();
    await workbench()
      .treeRow('Datasets', /training.*train\.jsonl/)
      .waitFor();
    await workbench()
      .treeRow('Datasets', /test.*test\.jsonl/)
      .waitFor();
  });

  it('says what to do where there is no run yet', async () => {
    await workbench().pane('Runs').getByText('There are no runs yet').waitFor();
    await (await workbench().webview('metrics')).getByRole('heading', { name: 'No runs yet' }).waitFor();
    await lookAt(workbench(), '05-no-runs', 'metrics');
  });

  it('lists a run with its best P@1, its checkpoints, config and evaluation', async () => {
    await workbench().explorerMenu('first.xmlcnn.json', 'Train');
    await workbench()
      .toast(/first finished/)
      .waitFor();
    await workbench().showContainer('XML-CNN');
    await row(/first.*\d+\.\d (val|test).*2 epochs/).click();
    await row(/checkpoint/)
      .first()
      .waitFor();
    await workbench().screenshotInThemes('05-runs');
  });

  it('trains from the title of the view', async () => {
    await workbench().pane('Runs').hover();
    await workbench().pane('Runs').locator('.pane-header .action-label[aria-label^="Train"]').click();
    await workbench().pick('second.xmlcnn.json');
    await workbench()
      .toast(/second finished/)
      .waitFor();
    await row(/second.*2 epochs/).waitFor();
  });

  it('evaluates a run from its row', async () => {
    await workbench().rowAction(row(/^\s*first/), 'Evaluate');
    await workbench().pick('Test documents');
    await workbench()
      .toast(/first on test: P@1 \d+\.\d/)
      .waitFor();
  });

  it("opens a run's config and its folder, and compares runs, from its row", async () => {
    await workbench().contextMenu(row(/^\s*first/), 'Open Config');
    await workbench().tab('config.json').waitFor();
    await workbench().contextMenu(row(/^\s*first/), 'Open Run Folder');
    await workbench().explorerRow('first').waitFor();
    await workbench().showContainer('XML-CNN');
    const selected = workbench().pane('Runs').locator('.monaco-list-row.selected');
    const select = async (): Promise<number> => {
      await row(/^\s*second/).click();
      await row(/^\s*first/).click({ modifiers: ['ControlOrMeta'] });
      return selected.count();
    };
    await expect.poll(select).toBe(2); // a row that is drawn anew in between is not selected
    await workbench().contextMenu(row(/^\s*first/), 'Compare Runs');
    await (await workbench().webview('compare')).getByText('2 runs').first().waitFor();
    await row(/^\s*first/).click(); // alone
  });

  it('deletes a run after asking', async () => {
    const folder = join(workbench().workspace, 'runs', 'first');
    expect(existsSync(folder)).toBe(true);
    await workbench().contextMenu(row(/^\s*first/), 'Delete Run');
    await workbench().page.locator('.monaco-dialog-box').waitFor();
    await workbench().screenshot('05-delete');
    await workbench().press('Move to Trash');
    const forGood = workbench().page.locator('.monaco-dialog-box').getByText('There is no trash here');
    if (
      await forGood.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      )
    )
      await workbench().press('Delete Permanently');
    await expect.poll(() => existsSync(folder)).toBe(false);
    await row(/^\s*first/).waitFor({ state: 'detached' });
  });
});
