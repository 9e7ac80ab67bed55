/**
 * The flags of the original program (code/main.py), what they did there and which key has the same meaning here.
 * In the original, Adam was built and never stepped, dropout stayed on while testing, and the loss was summed whatever was asked.
 */
export interface OriginalFlag {
  name: string;
  kind: 'number' | 'text';
  example: string;
  /** Takes several values. */
  several?: boolean;
  /** Key that carries it; absent where nothing here needs it. */
  key?: `${string}.${string}`;
  /** Why it has no effect in the original program, in the new config, or in either. */
  note?: (values: readonly string[], all: ReadonlyMap<string, readonly string[]>) => string | undefined;
}

const always = (text: string) => (): string => text;
const number = (
  name: string,
  example: number,
  key?: OriginalFlag['key'],
  note?: OriginalFlag['note'],
): OriginalFlag => ({
  name,
  kind: 'number',
  example: String(example),
  key,
  note,
});
const text = (name: string, example: string, key?: OriginalFlag['key'], note?: OriginalFlag['note']): OriginalFlag => ({
  name,
  kind: 'text',
  example,
  key,
  note,
});

export const isPretrained = (all: ReadonlyMap<string, readonly string[]>): boolean =>
  (all.get('--model_variation')?.[0] ?? 'pretrain') === 'pretrain';

const plots = always('no effect here: curves are always drawn from metrics.jsonl');
const cache = ([value]: readonly string[]): string =>
  Number(value)
    ? 'no effect here: it rebuilt the cache, which is now rebuilt by itself when a file or a setting changes'
    : 'no effect here: the cache is used whenever it fits';

export const originalFlags: readonly OriginalFlag[] = [
  number('--zd', 100, undefined, always('no effect: it only entered the name of the folder')),
  number('--mb', 128, 'training.batchSize'),
  number('--lr', 0.001, 'training.learningRate', ([value]) =>
    Number.isInteger(Number(value))
      ? undefined
      : 'the original program takes whole numbers only and ends with an error',
  ),
  number('--p', 0, undefined, always('no effect: nothing reads it; curves are always drawn from metrics.jsonl')),
  number('--e', 500, 'training.epochs'),
  number('--d', 0, undefined, plots),
  number('--sve', 1, 'training.save', always('no effect in the original program, which always saves')),
  number('--ss', 499, 'training.checkpointEvery'),
  text('--mn', 'wiki', 'output.name'),
  number('--tr', 0, undefined, ([value]) =>
    Number(value) ? undefined : 'no key: 0 means testing alone, which is `xmlcnn evaluate RUN` here',
  ),
  text(
    '--lm',
    'saved_models/wiki/model_best_test',
    undefined,
    ([value]) => `no key: a checkpoint of PyTorch is not resumed; \`xmlcnn import torch ${value}\` makes a run of it`,
  ),
  text('--ds', 'Wiki10-31K', 'dataset.train'),
  number(
    '--pp',
    0,
    undefined,
    always('no effect: the network does not scale its input; it only entered the name of the folder'),
  ),
  text('--loss', 'BCELoss', undefined, always('no effect: the loss was summed binary cross-entropy whatever it said')),
  number('--hidden_dims', 1024, 'model.hidden'),
  number('--sequence_length', 5000, 'text.maxLength'),
  number('--embedding_dim', 300, 'embedding.dim'),
  text('--model_variation', 'pretrain', undefined, (_, all) =>
    isPretrained(all) ? undefined : 'word vectors start at random: embedding.file stays away',
  ),
  text('--pretrain_type', 'glove', undefined, always('no effect: --model_type chooses the vectors')),
  number('--vocab_size', 100_000, 'text.vocabularySize'),
  number('--drop_prob', 0, undefined, always('no effect: --dropouts=1 means .25 and .5 whatever it says')),
  number('--load_data', 1, undefined, cache),
  number('--mg', 0, undefined, always('no effect: nothing reads it')),
  { ...number('--filter_sizes', 2, 'model.filterSizes'), example: '2 4 8', several: true },
  number('--num_filters', 32, 'model.filters'),
  number('--pooling_units', 32, 'model.pools', (_, all) =>
    (all.get('--pooling_type')?.[0] ?? 'max') === 'max'
      ? 'no effect in the original program, whose maximum is over two neighbours; the corrected network has so many chunks'
      : undefined,
  ),
  text('--pooling_type', 'max', 'model.pooling'),
  text('--model_type', 'glove', undefined, (_, all) =>
    isPretrained(all) ? undefined : 'no effect: word vectors start at random',
  ),
  number('--num_features', 300, 'embedding.dim', (_, all) =>
    isPretrained(all) ? undefined : 'no effect in the original program without pretrained vectors',
  ),
  number('--dropouts', 1, 'model.embeddingDropout'),
  number('--clip', 1000, 'training.clip'),
  number('--dataset_gpu', 1, undefined, always('no effect: nothing reads it')),
  number('--dp', 0, undefined, always('no effect here: training takes all cores of one machine (engine.threads)')),
];
