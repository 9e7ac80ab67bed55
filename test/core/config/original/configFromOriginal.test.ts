/** Every command line of the original program's README, and the forms that people's scripts have. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseOriginalCommandLine } from '../../../../src/core/config/original/commandLine.ts';
import { configFromOriginal } from '../../../../src/core/config/original/configFromOriginal.ts';
import { analyse } from '../../../../src/core/config/validate.ts';
import { UserError } from '../../../../src/core/base/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-original-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'datasets'));
for (const name of ['rcv', 'Wiki10-31K', 'Eurlex', 'EUR-Lex'])
  copyFileSync('test/fixtures/original/rcv-py2-p2.p', join(folder, 'datasets', `${name}.p`));

async function made(line: string, embeddings?: string) {
  const result = await configFromOriginal(line, { folder, embeddings });
  const { config, diagnostics } = analyse(result.text, { file: join(folder, 'seed.xmlcnn.json'), checkFiles: true });
  return { ...result, config, diagnostics };
}

const wiki = '--sequence_length=5000 --load_data=1  --hidden_dims=1024 --vocab_size=100000 --mn=wiki';
const eurlex = '--load_data=1  --hidden_dims=1024 --vocab_size=100000 --mn=eurlex --e=500  --ds=EUR-Lex';
const readme = [
  'python main.py # train a model',
  'python main.py --mn=rcv # train a model and save in directory rcv [inside saved_models]',
  'python main.py --lm=$DESTINATION_OF_SAVED_MODEL # This resumes training from the given checkpoint',
  'python main.py --lm=$DESTINATION OF SAVED MODEL # This resumes trainign from the given checkpoint',
  'python main.py --lm=$DESTINATION OF SAVED MODEL --tr=0 ',
  `PYTHONUNBUFFERED=1 python main.py --mb=128  --ss=499 ${wiki} --e=500  --ds=Wiki10-31K > out_wiki.txt`,
  `PYTHONUNBUFFERED=1 python main.py ${wiki}  --ds=Wiki10-31K --lm=../saved_models/wiki10/model_best_test >> out_wiki.txt`,
  `PYTHONUNBUFFERED=1 python main.py ${wiki}  --ds=Wiki10-31K --lm=../saved_models/wiki10/model_best_test --tr=0 > out_wiki_test.txt`,
  'PYTHONUNBUFFERED=1 python main.py --mb=128 --ss=499 --sequence_length=10000 --load_data=1  --hidden_dims=1024 --vocab_size=150000 --mn=eurlex --e=500  --ds=Eurlex  > out_eurlex.txt ',
  `PYTHONUNBUFFERED=1 python main.py --ss=250 --sequence_length=5000 ${eurlex} --lm=../saved_models/eurlex/model_best_test >> out_wiki.txt`,
  `PYTHONUNBUFFERED=1 python main.py --ss=250 --sequence_length=5000 ${eurlex} --lm=../saved_models/eurlex/model_best_test --tr=0 > out_eurlex_test.txt`,
  '--model_variation = 0',
];

test.each(readme)('%s', async (line) => {
  const { diagnostics, config, flags } = await made(line);
  expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(flags).toHaveLength(line.split('#')[0].match(/--/g)?.length ?? 0);
  expect(config.model).toMatchObject({ filterSizes: [2, 4, 8], filters: 32, pooling: 'dynamic-max' });
});

test('the settings for Wiki10-31K and for EUR-Lex', async () => {
  const { config, flags, text } = await made(readme[5]);
  expect(config.text).toMatchObject({ maxLength: 5000, vocabularySize: 100_000, tokenizer: 'kim' });
  expect(config.training).toMatchObject({
    batchSize: 128,
    checkpointEvery: 499,
    epochs: 500,
    learningRate: 1e-3,
    loss: 'bce-sum',
  });
  expect([config.model.hidden, config.output.name]).toEqual([1024, 'wiki']);
  expect(config.dataset.train).toBe(join(folder, 'datasets/Wiki10-31K.p#train'));
  expect(config.dataset.test).toBe(join(folder, 'datasets/Wiki10-31K.p#test'));
  expect(flags.filter(({ note }) => note).map(({ flag }) => flag)).toEqual(['--load_data']);
  expect(text).toContain('// --mb 128\n    "batchSize": 128,');
  expect((await made(readme[8])).config.text).toMatchObject({ maxLength: 10_000, vocabularySize: 150_000 });
});

describe('flags', () => {
  const notes = async (line: string) =>
    Object.fromEntries((await made(line)).flags.map(({ flag, note }) => [flag, note]));

  test('those without effect say why', async () => {
    const told = await notes(
      '--zd=100 --pp=0 --dataset_gpu=1 --loss=MSELoss --drop_prob=0 --mg=1 --p=1 --d=1 --dp=1 --pretrain_type=glove --load_data=0 --sve=0 --pooling_units=8 --tr=0 --lr=0.01',
    );
    for (const [flag, note] of Object.entries(told)) expect([flag, note]).toEqual([flag, expect.any(String)]);
    expect(told['--loss']).toContain('summed binary cross-entropy whatever');
    expect(told['--drop_prob']).toContain('.25 and .5');
    expect(await notes('--mb=2 --e=3 --clip=5 --tr=1 --pooling_units=8 --pooling_type=average --lr=1')).toEqual({
      '--mb': undefined,
      '--e': undefined,
      '--clip': undefined,
      '--tr': undefined,
      '--pooling_units': undefined,
      '--pooling_type': undefined,
      '--lr': undefined,
    });
  });

  test('dropouts, several filter sizes, pooling, the last of two', async () => {
    const { config } = await made(
      "main.py --dropouts 1 --filter_sizes 2 4 --mb=5 --pooling_type 'average' --mb = 6 --lr 0.01 --num_features=50",
    );
    expect(config.model).toMatchObject({
      embeddingDropout: 0.25,
      hiddenDropout: 0.5,
      filterSizes: [2, 4],
      pooling: 'dynamic-average',
    });
    expect(config.training).toMatchObject({ batchSize: 6, learningRate: 0.01 });
    expect(config.embedding.dim).toBe(50);
    expect((await made('--dropouts=0')).config.model).toMatchObject({ embeddingDropout: 0, hiddenDropout: 0 });
  });

  test('shortened, unknown, and stray ones', async () => {
    const line = parseOriginalCommandLine(
      'nohup python3 -u ../code/main.py --vocab 9 --seqence_length=3 stray --e=2 2>&1 > a.txt &',
    );
    expect(line.flags.map(({ name, values }) => [name, values])).toEqual([
      ['--vocab_size', ['9']],
      ['--e', ['2']],
    ]);
    expect(line.ignored).toEqual(['--seqence_length=3', 'stray']);
    expect((await made('--seqence_length=3')).ignored).toEqual([
      { word: '--seqence_length=3', nearest: '--sequence_length' },
    ]);
  });

  test('values that a flag cannot have', async () => {
    for (const line of ['--mb=many', '--mb', '--mb --e=2', '--pooling_type=min'])
      await expect(made(line)).rejects.toMatchObject({ code: 'seed-flag' });
    await expect(made('--mb=x')).rejects.toBeInstanceOf(UserError);
    const { diagnostics } = await made('--mb=0 --hidden_dims=1.5');
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toHaveLength(2);
  });
});

test('vectors are used where they are', async () => {
  const vectors = join(folder, 'glove.6B.3d.txt');
  writeFileSync(vectors, 'a 1 2 3\n');
  const { config, remarks } = await made('--num_features=3 --embedding_dim=3', vectors);
  expect([config.embedding.file, config.embedding.train, remarks]).toEqual([vectors, false, []]);
  expect((await made('--mb=3')).remarks.join()).toContain('glove.6B.300d.txt, which is not there');
  expect((await made('--model_variation=rand')).remarks).toEqual([]);
  expect((await made('--ds=None')).remarks[0]).toContain('The dataset None is not in');
});
