import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainSample, writeSampleConfig } from '../workbench/sample.ts';
import { entryTests, hiddenTitles, settings, writeFew } from './menuEntries.ts';

function fill(folder: string): void {
  copySample(folder);
  writeFew(folder);
  writeFileSync(join(folder, 'notes.md'), '# Notes\n\na large bird of prey with a hooked beak and broad wings\n');
  trainSample(folder, 'first', 5);
  trainSample(folder, 'second', 2, { seed: 2 });
  writeSampleConfig(folder, 'long', 3000);
  for (const name of ['third', 'fourth', 'fifth']) writeSampleConfig(folder, name, 1);
}

inWorkbench(
  '15. every entry of every menu',
  { fill, settings, viewport: { width: 1400, height: 1600 } },
  (workbench) => {
    it.each(entryTests)('$entry', ({ run }) => run(workbench()));

    it('keeps out of the palette what needs a row', async () => {
      expect(await workbench().offersCommand('XML-CNN: Train')).toBe(true);
      for (const title of hiddenTitles())
        expect(await workbench().offersCommand(`XML-CNN: ${title}`), title).toBe(false);
    });
  },
);
