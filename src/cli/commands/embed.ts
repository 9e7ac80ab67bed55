import { datasetFile } from '../../core/data/datasetFile.ts';
import { basename, extname, join } from 'node:path';
import { createEngine, engineNames } from '../../core/engine/createEngine.ts';
import { embedDataset, type EmbeddingFiles } from '../../core/predict/embedDataset.ts';
import { loadPredictor } from '../../core/predict/predictor.ts';
import { evaluationName } from '../../core/training/evaluateRun.ts';
import { type Arguments, type Command, usage } from '../command.ts';
import { datasetOptions, sourceOptions } from '../dataset.ts';
import { counted, sanitise } from '../terminal/text.ts';
import { trainingOptions } from './train.ts';

export const embed: Command = {
  name: 'embed',
  summary: 'Write documents as vectors: the hidden layer, or the pooled vector of a model without one',
  details:
    'DATA is read as the dataset of the run is. The vectors go as float32 into a matrix for NumPy (.npy), a row per document, and with ids and labels into JSON lines (.jsonl).',
  positionals: [
    { name: 'RUN', description: 'Run folder' },
    { name: 'DATA', description: 'Documents, with the fields of the dataset' },
  ],
  options: {
    output: {
      short: 'o',
      value: 'FILE',
      description: 'FILE.npy or FILE.jsonl (default: both, in the run folder)',
      multiple: true,
    },
    checkpoint: { value: 'NAME', description: 'best (default) or last' },
    engine: trainingOptions.engine,
    threads: trainingOptions.threads,
    ...datasetOptions,
  },
  examples: ['xmlcnn embed runs/reuters test.jsonl', 'xmlcnn embed runs/reuters test.jsonl -o vectors.npy'],
  async run(args, terminal, signal) {
    const [folder, data] = args.positionals;
    const files = outputFiles(args, folder, data);
    const engine = args.oneOf('engine', engineNames);
    const predictor = await loadPredictor(folder, {
      checkpoint: args.oneOf('checkpoint', ['best', 'last'] as const),
      threads: args.whole('threads', 0),
      ...(engine && { makeEngine: (options) => createEngine(engine, options) }),
    });
    if (predictor.warning !== undefined) terminal.warn(sanitise(predictor.warning));
    try {
      const result = await embedDataset(predictor, datasetFile(data), files, {
        signal,
        given: sourceOptions(args),
        onProgress: terminal.progress.follow(() => `Embedding ${sanitise(basename(data))}`),
      });
      const { documents, layer, size } = result;
      const what = layer === 'hidden' ? 'the hidden layer' : 'the pooled vector';
      terminal.print(`${counted(documents, 'document')} as ${size} numbers each, ${what}.`);
      for (const file of Object.values(files)) terminal.print(`Written: ${sanitise(file)}`);
      return { json: { run: folder, data, ...result, files } };
    } finally {
      await predictor.dispose();
    }
  },
};

function outputFiles(args: Arguments, folder: string, data: string): EmbeddingFiles {
  const given = args.list('output');
  const base = join(folder, `embeddings-${evaluationName(data)}`);
  if (!given.length) return { npy: `${base}.npy`, jsonl: `${base}.jsonl` };
  const files: EmbeddingFiles = {};
  for (const file of given) {
    const kind = ({ '.npy': 'npy', '.jsonl': 'jsonl' } as const)[extname(file).toLowerCase()];
    if (!kind) throw usage('embed', `--output "${file}" ends neither in .npy nor in .jsonl`);
    if (files[kind] !== undefined) throw usage('embed', `--output names two .${kind} files`);
    files[kind] = file;
  }
  return files;
}
