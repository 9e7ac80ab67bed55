import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import type { ColumnedDocument } from '../../src/core/data/document.ts';
import { openDataset } from '../../src/core/data/openDataset.ts';
import { copySample, sampleSize, writeSampleConfig } from '../workbench/sample.ts';

function fill(folder: string): void {
  copySample(folder);
  writeSampleConfig(folder, 'first', 2);
}

inWorkbench('12. exporting a model and its predictions', { fill }, (workbench) => {
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
    await toast.hover(); // keeps it on the screen
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

  it('writes the predictions for a split, all above the threshold with their evidence, and opens the file', async () => {
    await workbench().runCommand('Notifications: Clear All Notifications');
    await workbench().contextMenu(workbench().treeRow('Runs', /^\s*first/), 'Export Predictions…');
    await workbench().pick('Test documents');
    await workbench().pick('Only Labels Above the Threshold');
    await workbench().pick('Evidence');
    await workbench().screenshot('12-export-predictions');
    await workbench().page.keyboard.press('Enter');
    await workbench().save();
    const count = sampleSize('test');
    const toast = workbench().toast(
      `first-test-predictions.csv: predictions for ${count.toLocaleString('en-US')} documents`,
    );
    await toast.hover(); // keeps it on the screen
    await workbench().screenshotInThemes('12-predictions-exported');
    const file = join(workbench().workspace, 'first-test-predictions.csv');
    const { source } = await openDataset({ file }, { textField: 'text', labelField: 'predicted_labels' });
    const inputs = readFileSync(join(workbench().workspace, 'glosses', 'test.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const written: ColumnedDocument[] = [];
    for await (const batch of source.columned()) written.push(...batch);
    expect(written.map(({ document }) => document.text)).toEqual(
      inputs.map((line) => (JSON.parse(line) as { text: string }).text),
    );
    const { names, values } = written.find(({ document }) => document.labels.length > 0)!.columns;
    expect(names.slice(-3)).toEqual(['predicted_labels', 'probabilities', 'evidence']);
    expect(Number(String(values[names.indexOf('probabilities')]).split(/[|;]/)[0])).toBeGreaterThan(0);
    expect(JSON.parse(String(values[values.length - 1]))).toMatchObject([{ for: expect.any(Array) as [] }]);
    await toast.getByText('Open', { exact: true }).click();
    await workbench().tab('first-test-predictions.csv').waitFor();
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
