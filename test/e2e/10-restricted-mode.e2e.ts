import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleSize, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'first', 2);
  const line = (i: number): string => JSON.stringify({ text: `word${i % 7}`, labels: [`a${i % 6}`, `b${i % 10}`] });
  writeFileSync(join(folder, 'few.jsonl'), Array.from({ length: 60 }, (_, i) => `${line(i)}\n`).join(''));
  writeFileSync(join(folder, 'wrong.xmlcnn.json'), '{ "dataset": { "trian": "glosses/train.jsonl" } }\n');
}

/** Commands that would compute with what the workspace holds: see SECURITY.md. */
const refused = [
  ...['Train', 'Resume', 'Evaluate', 'Open Predictions', 'Export Model', 'Export Predictions…', 'Select Model'],
  ...['Predict Labels for Selection', 'Highlight Evidence'],
];

/** Every file below a folder with its content. */
const filesOf = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((file) => [file, readFileSync(file, 'latin1')]),
  );

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

  it('does nothing with what the workspace holds, whatever command is called', async () => {
    const before = filesOf(workbench().workspace);
    await workbench().openFile('glosses/train.jsonl');
    for (const title of refused) {
      await workbench().runCommand('Notifications: Clear All Notifications');
      await workbench().toast('This workspace is not trusted').waitFor({ state: 'detached' });
      await workbench().runCommand(`XML-CNN: ${title}`);
      await workbench().toast('This workspace is not trusted').waitFor();
    }
    for (const service of ['training', 'predictor', 'predictions', 'exporter'])
      expect(workbench().runners(service), service).toEqual([]);
    expect(filesOf(workbench().workspace)).toEqual(before);
  });

  it('clusters labels, and keeps nothing of it', async () => {
    const before = filesOf(workbench().workspace);
    await workbench().explorerMenu('few.jsonl', 'Explore Label Clusters');
    const page = await workbench().webview('clusters');
    await page.getByText(/Suggested: \d+ clusters/).waitFor({ timeout: 120_000 });
    expect(filesOf(workbench().workspace)).toEqual(before);
  });

  it('trains once the workspace is trusted', async () => {
    await workbench().explorerMenu('first.xmlcnn.json', 'Train');
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
