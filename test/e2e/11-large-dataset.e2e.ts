import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';

const packed = '../shared/data/eurlex57k/train.jsonl.xz';
const isThere = existsSync(packed);
if (!isThere) console.log(`skipped: ${packed} not found`);

function fill(folder: string): void {
  writeFileSync(join(folder, 'eurlex.jsonl'), execFileSync('xz', ['-dc', packed], { maxBuffer: 1 << 30 }));
  writeFileSync(join(folder, 'notes.txt'), 'Notes.\n');
}

describe.skipIf(!isThere)('a dataset of 45,000 documents', () => {
  inWorkbench('EURLEX57K', { fill }, (workbench) => {
    it('is inspected while typing goes on', async () => {
      const { page } = workbench();
      await workbench().explorerMenu('eurlex.jsonl', 'Inspect Dataset');
      const panel = await workbench().webview('dataset');
      await panel
        .getByText(/^Cancel$|45,000/)
        .filter({ visible: true })
        .first()
        .waitFor(); // it may be read within seconds
      await workbench().screenshot('11-reading');
      await workbench().openFile('notes.txt');
      const typed = 'The quick brown fox jumps over the lazy dog. ';
      await workbench().editor.locator('.view-line').first().click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type(typed, { delay: 20 });
      await expect.poll(() => workbench().visibleText()).toMatch(new RegExp(`^${typed}`));
      await workbench().tab('eurlex.jsonl').click();
      const read = (await workbench().webview('dataset')).locator('.overview').getByText('45,000');
      await read.first().waitFor({ timeout: 120_000 });
      await workbench().screenshot('11-read');
    });

    it('stops reading when told so, and says what it shows', async () => {
      const panel = await workbench().webview('dataset');
      await panel.getByText('Reload').first().click();
      await panel
        .locator('.progress-text')
        .getByText(/· [1-9][\d,]* documents?$/)
        .waitFor(); // some are read by then, not all
      await panel.getByText('Cancel').first().click();
      await panel.getByText('Reading was stopped after').waitFor();
      await workbench().screenshot('11-stopped');
    });

    it('opens a record in a file that the editor serves to no extension as a document of its own', async () => {
      const panel = await workbench().webview('dataset');
      await panel.getByRole('tab', { name: 'Documents' }).click();
      const row = panel.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1);
      await row.getByRole('button').last().click();
      await panel.getByText('Open in Editor').click();
      await workbench().statusBar('Dataset Document').waitFor();
      await workbench()
        .codeLens(/Raw line 1/)
        .first()
        .waitFor();
    });
  });
});
