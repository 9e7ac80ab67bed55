import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleConfig, writeSampleConfig } from '../workbench/sample.ts';

const wrong = `{
  // a comment is no error here
  "dataset": { "trian": "train.jsonl" },
}
`;

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'right', 2);
  writeFileSync(join(folder, 'wrong.xmlcnn.json'), wrong);
  const numbers = (count: number): string => Array.from({ length: count }, (_, i) => (i % 7) / 10).join(' ');
  writeFileSync(join(folder, 'good.vec'), ['plant', 'tree', 'of'].map((word) => `${word} ${numbers(32)}\n`).join(''));
  writeFileSync(join(folder, 'torn.vec'), 'these are no vectors\n');
  const pretrained = JSON.parse(sampleConfig('pretrained', 1)) as { embedding: object };
  pretrained.embedding = { file: 'torn.vec', dim: 32 };
  writeFileSync(join(folder, 'pretrained.xmlcnn.json'), JSON.stringify(pretrained, null, 2));
}

inWorkbench('3. the run-config language', { fill }, (workbench) => {
  it('shows what is wrong in a config, once', async () => {
    await workbench().openFile('wrong.xmlcnn.json');
    await workbench().editor.locator('.squiggly-error').first().waitFor();
    const problems = await workbench().problems();
    const typo = problems.filter({ hasText: 'Did you mean "train"?' });
    await typo.waitFor();
    expect(await typo.count()).toBe(1);
    await expect.poll(() => workbench().statusBar('XML-CNN Run Config').count()).toBe(1);
    await workbench().screenshotInThemes('03-diagnostics');
  });

  it('mends a mistyped key by a quick fix', async () => {
    await workbench().openFile('wrong.xmlcnn.json');
    const { x, y, width, height } = await workbench().boxOf('trian');
    await workbench().page.mouse.click(x + width / 2, y + height / 2);
    await workbench().page.keyboard.press('Control+.');
    const fix = workbench().page.locator('.action-widget .monaco-list-row').filter({ hasText: '"train"' }).first();
    await fix.waitFor();
    await workbench().screenshot('03-quick-fix');
    await fix.click();
    await expect.poll(() => workbench().visibleText()).toContain('"train": "train.jsonl"');
  });

  it('explains a key with its default and source', async () => {
    await workbench().openFile('right.xmlcnn.json');
    const hover = await workbench().hover('filterSizes');
    await hover
      .getByText(/default/i)
      .first()
      .waitFor();
    await workbench().screenshotInThemes('03-hover', async () => {
      await workbench().page.mouse.move(5, 5);
      await workbench().hover('filterSizes');
    });
  });

  it('completes keys', async () => {
    await workbench().page.mouse.move(5, 5);
    await workbench().goTo(9, 13); // behind "model": {
    await workbench().page.keyboard.press('End');
    await workbench().page.keyboard.press('Enter');
    const list = workbench().page.locator('.suggest-widget .monaco-list-row');
    const dropout = list.filter({ hasText: 'dropout' }).first();
    // A list that is asked for while the editor still takes in the line break closes again: asked for until it stays.
    const isListed = async (): Promise<boolean> => {
      if (await dropout.isVisible()) return true;
      await workbench().page.keyboard.press('Escape');
      await workbench().page.keyboard.press('Control+Space');
      return dropout.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(isListed).toBe(true);
    await workbench().screenshotInThemes('03-completion');
    await workbench().page.keyboard.press('Escape');
    for (let i = 0; i < 3; i++) await workbench().page.keyboard.press('Control+Z');
  });

  it('comments a line out, and formats', async () => {
    const { keyboard } = workbench().page;
    const text = (): Promise<string> => workbench().visibleText();
    const before = await text();
    await workbench().goTo(4, 1);
    await keyboard.press('Control+/');
    await expect.poll(text).toContain('// "test"');
    await keyboard.press('Control+Z');
    await workbench().goTo(2, 1);
    await keyboard.type('        ');
    await workbench().runCommand('Format Document');
    await expect.poll(text).toBe(before);
  });

  it('trains from the lens above it', async () => {
    await workbench().goTo(1);
    await workbench()
      .codeLens(/parameters/)
      .first()
      .waitFor();
    await workbench().screenshot('03-lens');
    await workbench().codeLens('Train').first().click();
    for (const title of ['Stop', 'Show Metrics']) await workbench().codeLens(title).first().waitFor();
    expect(await workbench().codeLens('Train').count()).toBe(0);
    await workbench()
      .toast(/right finished/)
      .waitFor();
    for (const title of ['Resume', 'Evaluate', /about .+ per epoch, .+ in all/])
      await workbench().codeLens(title).first().waitFor();
    await workbench().screenshotInThemes('03-lens-after');
  });

  it('says what is wrong with word vectors, offers those there are, and tells what they cover', async () => {
    const { page } = workbench();
    await workbench().openFile('pretrained.xmlcnn.json');
    const complaint = (await workbench().problems()).filter({ hasText: 'torn.vec' });
    await complaint.first().waitFor();
    expect(await complaint.first().innerText()).toContain('embedding.file');
    await workbench().screenshot('03-vectors-wrong');
    const lines = (await workbench().visibleText()).split('\n');
    const line = lines.findIndex((text) => text.includes('"torn.vec"'));
    expect(lines[0]).toBe('{');
    await workbench().goTo(line + 1, lines[line].indexOf('torn.vec') + 1);
    for (let i = 0; i < 'torn.vec'.length; i++) await page.keyboard.press('Delete');
    await page.keyboard.press('Control+Space');
    const offered = page.locator('.suggest-widget .monaco-list-row').filter({ hasText: 'good.vec' });
    await offered.waitFor();
    await workbench().screenshot('03-vectors-offered');
    await offered.click();
    await expect.poll(() => workbench().visibleText()).toContain('"file": "good.vec"');
    await expect.poll(() => complaint.count()).toBe(0);
    await workbench().goTo(1);
    await workbench().codeLens('Train').first().click();
    await workbench()
      .toast(/pretrained finished/)
      .waitFor();
    expect(workbench().extensionLog()).toMatch(/good\.vec has vectors for 3 of \d+ words \([\d.]+% of the text\)/);
  });
});
