import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainSample } from '../workbench/sample.ts';

const text = 'a large bird of prey with a hooked beak and broad wings';

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'first', 5);
  trainSample(folder, 'second', 2, { seed: 2 });
  writeFileSync(join(folder, 'notes.md'), `# Notes\n\n${text}\n`);
}

inWorkbench('7. hover over a document', { fill }, (workbench) => {
  it('tells labels with probabilities, marks the true ones, and says why', async () => {
    await workbench().openFile('glosses/test.jsonl');
    await workbench().statusBar('second').waitFor(); // the newest run's model
    const { text, labels } = JSON.parse(readFileSync('examples/glosses/test.jsonl', 'utf8').split('\n')[2]) as {
      text: string;
      labels: string[];
    };
    const hover = await workbench().hover(text.slice(0, 12));
    await hover.getByText('Because of').waitFor();
    expect(await hover.innerText()).toMatch(/\d%|0\.\d/);
    expect(await hover.innerText()).toContain(labels[0]);
    await workbench().screenshotInThemes('07-hover', async () => {
      await workbench().page.mouse.move(5, 5);
      await workbench().hover(text.slice(0, 12));
    });
  });

  it('switches to another model', async () => {
    await workbench().runCommand('XML-CNN: Select Model');
    await workbench().screenshot('07-select-model');
    await workbench().pick('first');
    await workbench().statusBar('first').waitFor();
  });

  it('tells the labels of a paragraph in Markdown', async () => {
    await workbench().openFile('notes.md');
    const hover = await workbench().hover('bird of prey');
    await hover.getByText('animal').first().waitFor();
    expect(await hover.innerText()).toContain('Model: first');
    await workbench().screenshot('07-paragraph');
  });

  it('highlights the words that speak for a label', async () => {
    await workbench().goTo(3, 5);
    await workbench().runCommand('XML-CNN: Highlight Evidence');
    await workbench()
      .page.locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: 'animal' })
      .first()
      .waitFor();
    await workbench().screenshot('07-pick-label');
    await workbench().pick('animal');
    await workbench().statusBar('Marked: what speaks for animal').waitFor();
    await workbench().screenshotInThemes('07-evidence');
    await workbench().editor.click();
    await workbench().page.keyboard.press('Escape');
    await workbench().statusBar('Marked: what speaks').waitFor({ state: 'detached' });
  });

  it('predicts the labels of a selection', async () => {
    await workbench().goTo(3, 1);
    await workbench().page.keyboard.press('Shift+End');
    await workbench().runCommand('XML-CNN: Predict Labels for Selection');
    await workbench()
      .page.locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: 'animal' })
      .first()
      .waitFor();
    await workbench().screenshot('07-predict-selection');
    await workbench().page.keyboard.press('Escape');
  });

  it('is off in one setting', async () => {
    workbench().setSettings({ 'xmlcnn.hover.enabled': false });
    await workbench().page.waitForTimeout(2000);
    await workbench().page.mouse.move(5, 5);
    const { x, y, height } = await workbench().boxOf('bird of prey');
    await workbench().page.mouse.move(x + 20, y + height / 2, { steps: 5 });
    await workbench().page.waitForTimeout(2000);
    expect(await workbench().page.locator('.monaco-hover:visible').filter({ hasText: 'Model:' }).count()).toBe(0);
  });
});
