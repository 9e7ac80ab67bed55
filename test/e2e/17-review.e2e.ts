import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainConfig } from '../workbench/sample.ts';

const config = {
  extends: 'linear',
  dataset: { train: 'glosses/train.jsonl', test: 'glosses/test.jsonl' },
  output: { folder: 'runs', name: 'linear' },
};

function fill(folder: string): void {
  copySample(folder);
  trainConfig(folder, 'linear', JSON.stringify(config));
}

inWorkbench('17. Review Labels', { fill }, (workbench) => {
  const kept = (): Record<string, unknown>[] =>
    readFileSync(join(workbench().workspace, 'glosses', 'train.jsonl.corrections.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const review = () => workbench().webview('review');
  const told = async (text: string | RegExp): Promise<void> => {
    await expect.poll(async () => (await review()).locator('body').textContent(), { timeout: 60_000 }).toMatch(text);
  };

  it('shows what a model doubts, with the documents most like it', async () => {
    await workbench().explorerMenu('glosses', 'Review Labels');
    await (await review()).getByText('Choose Model').click();
    await told(/The (?:document has|model predicts) “.+Most like it/s);
    await lookAt(workbench(), '17-review', 'review');
  });

  it('takes decisions by mouse', async () => {
    const page = await review();
    await page.getByText('Labels Are Right (R)').click();
    await told('decided: 1');
    expect(kept()).toHaveLength(1);
    expect(kept()[0].after).toEqual(kept()[0].before);
  });

  it('takes decisions by keyboard alone, adds a label that is new, and takes back', async () => {
    const page = await review();
    await page.locator('.review-text').click();
    const { keyboard } = workbench().page;
    const text = (): Promise<string | null> => page.locator('.review-text').textContent();
    const first = await text();
    await keyboard.press('a');
    await told('decided: 2');
    await expect.poll(text).not.toBe(first); // keys are for the document that is shown
    await keyboard.press('l');
    await workbench().quickInput.waitFor();
    await keyboard.type('brand-new');
    await keyboard.press('Enter');
    await told('decided: 3');
    expect(kept()[2].after).toContain('brand-new');
    await page.locator('.review-text').click();
    for (const left of [2, 1, 0]) {
      await keyboard.press('u');
      await told(`decided: ${left}`);
    }
    expect(kept()).toHaveLength(6);
    rmSync(join(workbench().workspace, 'glosses', 'train.jsonl.corrections.jsonl'));
  });
});
