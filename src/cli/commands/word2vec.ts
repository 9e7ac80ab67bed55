import { datasetFile } from '../../core/data/datasetFile.ts';
import { pathOf } from '../../core/data/document.ts';
import { resolve } from 'node:path';
import { completeConfig } from '../../core/config/layers.ts';
import { defaultCacheFolder, loadConfig } from '../../core/config/load.ts';
import { parseOverrides } from '../../core/config/overrides.ts';
import type { PartialConfig } from '../../core/config/presets.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import { writeVectors } from '../../core/data/vectors/writeVectors.ts';
import { prepareData } from '../../core/text/prepare.ts';
import { normalised, trainedVectors } from '../../core/word2vec/trainedVectors.ts';
import { type Arguments, type Command, type OptionSpec, usage } from '../command.ts';
import { datasetOptions, filesOf, sourceOptions } from '../dataset.ts';
import { RunReporter } from '../terminal/runReporter.ts';
import { counted, sanitise } from '../terminal/text.ts';

/** Options that stand for a key of the run config. */
const keyOptions: Record<string, OptionSpec & { key: string }> = {
  dim: { value: 'N', description: 'Numbers in a vector (default 300)', key: 'embedding.dim' },
  window: { value: 'N', description: 'Words to each side at most (default 10)', key: 'word2vec.window' },
  epochs: { value: 'N', description: 'Passes over the texts (default 5)', key: 'word2vec.epochs' },
  negative: { value: 'N', description: 'Words drawn against each (default 5)', key: 'word2vec.negative' },
  sample: { value: 'X', description: 'Share above which words are left out (default 0.001)', key: 'word2vec.sample' },
  'min-count': { value: 'N', description: 'Occurrences that a word needs (default 1)', key: 'word2vec.minCount' },
  seed: { value: 'N', description: 'Seed (default 1)', key: 'training.seed' },
  threads: {
    value: 'N',
    description: 'Threads (0: all cores); the vectors do not depend on it',
    key: 'engine.threads',
  },
};

export const word2vec: Command = {
  name: 'word2vec',
  summary: 'Train word vectors on a dataset and write them in word2vec format',
  details:
    'Of a folder with train, validation and test files, the training file is read; of a run config, its training documents, by its settings. ' +
    'The same seed gives the same vectors whatever the threads. Vectors are kept in .xmlcnn, in this folder or beside the config.',
  positionals: [{ name: 'DATA', description: 'Dataset file (plain or .gz), a folder, or a *.xmlcnn.json' }],
  options: {
    output: {
      short: 'o',
      value: 'FILE',
      description: 'Where to write: binary, or text where the name ends in .txt or .vec',
    },
    'skip-gram': { description: 'Foretell a word from each word around it, not from their mean' },
    normalise: { description: 'Write vectors of length 1' },
    ...Object.fromEntries(Object.entries(keyOptions).map(([name, { key: _, ...spec }]) => [name, spec])),
    set: {
      value: 'KEY=VALUE',
      description: 'Another value for a key of a run config, such as text.lowercase=false',
      multiple: true,
    },
    ...datasetOptions,
  },
  examples: [
    'xmlcnn word2vec data/train.jsonl -o vectors.bin',
    'xmlcnn word2vec data -o vectors.vec --dim 100 --skip-gram --min-count 5',
    'xmlcnn word2vec reuters.xmlcnn.json -o vectors.bin',
  ],
  async run(args, terminal, signal) {
    const output = args.text('output');
    if (output === undefined) throw usage('word2vec', 'There is no --output to write to');
    const config = await configOf(args);
    const { handle: onEvent } = new RunReporter(terminal);
    const data = await prepareData(config, { signal, onEvent });
    const vectors = await trainedVectors(config, data, { signal, onEvent });
    terminal.progress.clear();
    const { dim } = config.embedding;
    const { rows, found } = args.flag('normalise') ? normalised(vectors, dim) : vectors;
    const ids = [...found.keys()].filter((id) => found[id]);
    const words = ids.map((id) => data.vocabulary.words[id]);
    const vector = (i: number): Float32Array => rows.subarray(ids[i] * dim, (ids[i] + 1) * dim);
    const form = /\.(txt|vec)$/i.test(output) ? 'text' : 'binary';
    const count = await writeVectors(resolve(output), { words, vector, dim }, form);
    terminal.print(
      `Wrote ${terminal.style.bold(sanitise(output))}: ${counted(count, 'vector')} of ${counted(dim, 'number')}, ${form}.`,
      `Use them: "embedding": { "file": ${JSON.stringify(sanitise(output))}, "dim": ${dim} }`,
    );
    const { train } = data;
    return {
      json: {
        output,
        form,
        vectors: count,
        dim,
        words: train.words.length,
        documents: train.size,
        settings: config.word2vec,
      },
    };
  },
};

async function configOf(args: Arguments): Promise<RunConfig> {
  const [path] = args.positionals;
  const overrides = overridesOf(args);
  if (/\.xmlcnn\.json$/i.test(path)) {
    const { config } = await loadConfig(path, overrides);
    return { ...config, embedding: { ...config.embedding, file: undefined } };
  }
  const values = parseOverrides(overrides) as PartialConfig;
  const train = pathOf((await filesOf(datasetFile(path)))[0]);
  return completeConfig({
    ...values,
    dataset: { validationFraction: 0, onError: 'skip', ...values.dataset, ...sourceOptions(args), train },
    output: { cacheFolder: resolve(defaultCacheFolder), ...values.output },
  });
}

function overridesOf(args: Arguments): string[] {
  const stated = Object.entries(keyOptions).flatMap(([name, { key }]) => {
    const value = args.text(name);
    return value === undefined ? [] : [`${key}=${value}`];
  });
  return [...(args.flag('skip-gram') ? ['word2vec.algorithm=skip-gram'] : []), ...stated, ...args.list('set')];
}
