import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';

const wrong = `{
  // a comment is no error here
  "dataset": { "trian": "train.jsonl" },
}
`;

function fill(folder: string): void {
  writeFileSync(join(folder, 'wrong.xmlcnn.json'), wrong);
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
});
