import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { segmenterVersion } from '../../../src/core/text/segmenter.ts';
import { train } from '../../../src/core/training/trainer.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { jsonLines, put, temporaryFolder } from '../text/helpers.ts';

test('a run records what cut its words; where it is used with other dictionaries, that is said', async () => {
  const folder = await temporaryFolder();
  const texts = ['手机的电池很快就没电了。', '球队进球以后赢得了冠军。'];
  const file = await put(
    join(folder, 'train.jsonl'),
    jsonLines(Array.from({ length: 16 }, (_, i) => ({ text: texts[i % 2], labels: [`l${i % 2}`] }))),
  );
  const config = completeConfig({
    dataset: { train: file, validationFraction: 0.25 },
    text: { tokenizer: 'segmenter', maxLength: 20 },
    embedding: { dim: 4 },
    model: { filterSizes: [1, 2], filters: 2, pools: 1, hidden: 0 },
    training: { epochs: 1, batchSize: 4 },
    evaluation: { k: [1], baselines: false },
    engine: { name: 'reference' },
    output: { folder, name: 'run', cache: false },
  });
  await train(config, { onEvent: () => {} });
  const run = join(folder, 'run');
  const stored = join(run, 'config.json');
  const written = await readFile(stored, 'utf8');
  expect(JSON.parse(written)).toMatchObject({ text: { segmenterVersion: segmenterVersion() } });

  const here = await loadPredictor(run);
  expect(here.warning).toBeUndefined();
  const text = '👩 我的电池，iPhone没电了';
  const { labels } = await here.explain(text, { top: 1 });
  for (const { text: ngram, start, end } of labels[0].explanation.contributions)
    expect(text.slice(start, end)).toBe(ngram);
  await here.dispose();

  await writeFile(stored, written.replace(/Chinese:\w+/, 'Chinese:00000000').replace(/icu:[\d.]+/, 'icu:1.0'));
  const elsewhere = await loadPredictor(run);
  expect(elsewhere.warning).toMatch(/ICU 1\.0, here is ICU .*Chinese into other words/);
  await elsewhere.dispose();
  const said: string[] = [];
  const onEvent = (event: { type: string; message?: string }): void => void said.push(event.message ?? '');
  await evaluateRun(run, { data: { file }, onEvent });
  expect(said.filter((message) => message.includes('into other words'))).toHaveLength(1);
});
