import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, trainSample, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  trainSample(folder, 'moved', 2);
  renameSync(join(folder, 'runs'), join(folder, 'elsewhere'));
  writeSampleConfig(folder, 'slow', 1);
}

const settings = {
  'xmlcnn.runsFolder': 'elsewhere',
  'xmlcnn.defaultPreset': 'paper',
  'xmlcnn.engine': 'reference',
  'xmlcnn.threads': 1,
};

inWorkbench('settings', { fill, settings }, (workbench) => {
  it('finds runs in the folder that is set', async () => {
    await workbench().showContainer('XML-CNN');
    await workbench().treeRow('Runs', 'moved').waitFor();
  });

  it('begins configs with the preset that is set', async () => {
    await workbench().explorerMenu('glosses', 'Create Run Config');
    await workbench().tab('glosses.xmlcnn.json').waitFor();
    const file = join(workbench().workspace, 'glosses', 'glosses.xmlcnn.json');
    expect(readFileSync(file, 'utf8')).toContain('"extends": "paper"');
  });

  it('trains with the engine and the threads that are set', async () => {
    await workbench().explorerMenu('slow.xmlcnn.json', 'Train');
    const file = join(workbench().workspace, 'runs', 'slow', 'config.json');
    const engine = (): unknown => {
      try {
        return (JSON.parse(readFileSync(file, 'utf8')) as { engine: unknown }).engine;
      } catch {
        return undefined; // not written yet
      }
    };
    await expect.poll(engine).toMatchObject({ name: 'reference', threads: 1 });
    await workbench().runCommand('XML-CNN: Stop');
    await workbench()
      .statusBar(/slow was stopped|slow finished/)
      .or(workbench().toast(/slow finished/))
      .first()
      .waitFor();
  });
});
