import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleSize, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'first', 2);
  writeFileSync(join(folder, 'wrong.xmlcnn.json'), '{ "dataset": { "trian": "glosses/train.jsonl" } }\n');
}

const settings = { 'security.workspace.trust.startupPrompt': 'never' };

inWorkbench('Restricted Mode', { fill, settings, asksForTrust: true }, (workbench) => {
  it('checks configs', async () => {
    await workbench().statusBar('Restricted Mode').waitFor();
    await workbench().openFile('wrong.xmlcnn.json');
    await workbench().editor.locator('.squiggly-error').first().waitFor();
  });

  it('inspects datasets', async () => {
    await workbench().explorerMenu('glosses', 'Inspect Dataset');
    const panel = await workbench().webview('dataset');
    await panel.locator('.overview').getByText(sampleSize('train').toLocaleString('en-US')).first().waitFor();
    await workbench().screenshot('10-inspect');
  });

  it('trains nothing, says why, and how that is changed', async () => {
    await workbench().explorerMenu('first.xmlcnn.json', 'Train');
    await workbench().toast('This workspace is not trusted').waitFor();
    await workbench().screenshot('10-not-trusted');
    expect(workbench().runners('training')).toEqual([]);
    await workbench().showContainer('XML-CNN');
    await workbench().pane('Runs').getByText('Nothing is trained in Restricted Mode').waitFor();
  });

  it('trains once the workspace is trusted', async () => {
    await workbench().press('Manage Workspace Trust');
    await workbench()
      .page.locator('.workspace-trust-editor .monaco-button')
      .filter({ hasText: /^Trust$/ })
      .first()
      .click();
    await workbench().statusBar('Restricted Mode').waitFor({ state: 'detached' });
    await workbench().explorerMenu('first.xmlcnn.json', 'Train');
    await workbench()
      .toast(/first finished/)
      .waitFor();
  });
});
