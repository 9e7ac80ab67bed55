import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample } from '../workbench/sample.ts';

inWorkbench('2. Create Run Config', { fill: copySample }, (workbench) => {
  const config = (): string => join(workbench().workspace, 'glosses', 'glosses.xmlcnn.json');
  const fromPalette = async (): Promise<void> => {
    await workbench().runCommand('XML-CNN: Create Run Config');
    await workbench().pick('glosses');
  };

  it('writes a commented config for the dataset just inspected, and opens it', async () => {
    await workbench().explorerMenu('glosses', 'Inspect Dataset');
    const panel = await workbench().webview('dataset');
    await panel.getByRole('tab', { name: 'Overview' }).waitFor();
    await panel.getByText('Create Run Config').click();
    await workbench().tab('glosses.xmlcnn.json').waitFor();
    await workbench().statusBar('XML-CNN Run Config').waitFor();
    await workbench().screenshotInThemes('02-config');
    const text = readFileSync(config(), 'utf8');
    expect(text).toContain('//');
    expect(text).toMatch(/"train": "train\.jsonl"/);
  });

  it.each([
    ['the Explorer menu', () => workbench().explorerMenu('train.jsonl', 'Create Run Config')],
    ['the palette', () => fromPalette()],
  ])('is there in %s, too', async (_, create) => {
    await workbench().runCommand('View: Close All Editors');
    rmSync(config(), { force: true });
    await create();
    await workbench()
      .tab(/\.xmlcnn\.json$/)
      .waitFor();
    await workbench().statusBar('XML-CNN Run Config').waitFor();
  });

  it('has no problem', async () => {
    const problems = await workbench().problems();
    await workbench().page.getByText('No problems have been detected').waitFor();
    expect(await problems.count()).toBe(0);
  });
});
