import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'first', 2);
}

inWorkbench('12. exporting a model', { fill }, (workbench) => {
  it('writes a model from its row and opens its card', async () => {
    await workbench().explorerMenu('first.xmlcnn.json', 'Train');
    await workbench()
      .toast(/first finished/)
      .waitFor();
    await workbench().showContainer('XML-CNN');
    await workbench().contextMenu(workbench().treeRow('Runs', /^\s*first/), 'Export Model');
    await workbench().page.getByPlaceholder('Format to export the model in').waitFor();
    await workbench().screenshot('12-export-formats');
    await workbench().pick('ONNX');
    const toast = workbench().toast(/first exported: model\.onnx, \d+\.\d MB/);
    await toast.waitFor();
    const folder = join(workbench().workspace, 'runs', 'first', 'exports', 'onnx');
    for (const name of ['model.onnx', 'vocabulary.txt', 'labels.json', 'config.json', 'README.md'])
      expect(existsSync(join(folder, name)), name).toBe(true);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('| Training file | train.jsonl |');
    await workbench().screenshotInThemes('12-exported');
    await toast.getByText('Open Model Card').click();
    await workbench()
      .page.getByRole('tab', { name: /README\.md/ })
      .waitFor();
    // once it is there it takes the focus, and would close what is opened before
    const shown = (): Promise<number[]> =>
      Promise.all(
        workbench()
          .page.frames()
          .map((frame) =>
            frame
              .getByRole('heading', { name: 'first', exact: true })
              .count()
              .catch(() => 0),
          ),
      );
    await expect.poll(shown).toContain(1);
    await workbench().screenshot('12-card');
  });

  it('exports the only run there is from the palette, without asking which', async () => {
    await workbench().runCommand('XML-CNN: Export Model');
    await workbench().page.getByPlaceholder('Format to export the model in').waitFor();
    await workbench().pick('TensorFlow.js');
    await workbench()
      .toast(/first exported: model\.json/)
      .waitFor();
  });
});
