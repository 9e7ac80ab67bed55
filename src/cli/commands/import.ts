import { basename, join } from 'node:path';
import { importEurlex, type ImportedEurlex } from '../../core/data/eurlex/importEurlex.ts';
import { importSeedRun } from '../../core/torch/importSeedRun.ts';
import { parameterCount } from '../../core/model/network.ts';
import type { Arguments } from '../arguments.ts';
import { usage } from '../arguments.ts';
import type { Command, Outcome } from '../command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, grouped, sanitise } from '../terminal/text.ts';

const kinds = { torch, eurlex };
type Kind = keyof typeof kinds;

export const importCommand: Command = {
  name: 'import',
  summary: 'Make a run of a PyTorch checkpoint, or a dataset of the EUR-Lex files',
  details:
    'torch: a checkpoint of the original program (torch.save, of any version) becomes a run folder that predicts and is evaluated; no code in it is run. ' +
    'Its words are in the vocab.npy beside the data. ' +
    'eurlex: the ARFF of the features with the qrels of the labels becomes a bag-of-words dataset, with its names. ' +
    'Pickles, .npz and .npy need no import: every command reads them as they are.',
  positionals: [
    { name: 'KIND', description: 'torch or eurlex' },
    { name: 'FILE', description: 'The checkpoint, or the ARFF' },
  ],
  options: {
    output: {
      short: 'o',
      value: 'FOLDER',
      description: 'Run folder (default: runs/NAME), or folder of the dataset (default: eurlex)',
    },
    data: { value: 'DATA', description: "torch: the original program's dataset folder, with vocab.npy" },
    vocabulary: { value: 'FILE', description: 'torch: vocab.npy or vocab_inv.npy, where it is elsewhere' },
    'label-set': { value: 'FILE', description: 'torch: names of the labels, lines of number:name' },
    'max-length': { value: 'N', description: 'torch: --sequence_length, where the weights fit several' },
    qrels: { value: 'FILE', description: 'eurlex: id2class_eurlex_eurovoc.qrels (plain or .gz)' },
    ids: { value: 'FILE', description: 'eurlex: the id map, a CSV with DocID and CelexID' },
    part: { value: 'PART', description: 'eurlex: tr or te, where the name of the ARFF does not say' },
  },
  examples: [
    'xmlcnn import torch saved_models/rcv/model_best_test --data datasets/rcv',
    'xmlcnn import eurlex eurlex_train.arff --qrels id2class_eurlex_eurovoc.qrels',
  ],
  async run(args, terminal, signal) {
    const [kind, file] = args.positionals;
    if (!Object.hasOwn(kinds, kind)) throw usage('import', `"${kind}" is neither torch nor eurlex`);
    return kinds[kind as Kind](file, args, terminal, signal);
  },
};

async function torch(file: string, args: Arguments, terminal: Terminal, signal: AbortSignal): Promise<Outcome> {
  const run = args.text('output') ?? join('runs', basename(file).replace(/\.(pt|pth|pkl|bin)$/i, ''));
  const { shape, epoch, unused } = await importSeedRun(file, {
    run,
    data: args.text('data'),
    vocabulary: args.text('vocabulary'),
    labelSet: args.text('label-set'),
    maxLength: args.whole('max-length'),
    signal,
  });
  terminal.print(
    `Wrote ${terminal.style.bold(sanitise(run))}: ${grouped(parameterCount(shape))} weights, ${counted(shape.labels, 'label')}, ${counted(shape.vocabulary, 'word')}, documents of ${counted(shape.maxLength, 'word')}.`,
    ...(unused.length ? [`Left out, as the original program never used them: ${sanitise(unused.join(', '))}`] : []),
    `Next: xmlcnn evaluate ${sanitise(run)}`,
  );
  return { json: { run, shape, epoch, unused } };
}

async function eurlex(arff: string, args: Arguments, terminal: Terminal, signal: AbortSignal): Promise<Outcome> {
  const qrels = args.text('qrels');
  if (qrels === undefined) throw usage('import', '--qrels is missing');
  const folder = args.text('output') ?? 'eurlex';
  const part = args.oneOf('part', ['tr', 'te'] as const);
  const made = await importEurlex({ arff, qrels, ids: args.text('ids') }, { folder, part, signal });
  show(made, folder, terminal);
  return { json: { folder, ...made } };
}

function show(made: ImportedEurlex, folder: string, terminal: Terminal): void {
  const { documents, features, labels, unlabelled, withoutCelex, files, dataset } = made;
  terminal.print(
    `Wrote into ${terminal.style.bold(sanitise(folder))}: ${files.join(', ')}`,
    `${counted(documents, 'document')} with ${counted(features, 'feature')}, ${counted(labels, 'label')} in the qrels.`,
    ...(unlabelled ? [`${counted(unlabelled, 'document')} not in the qrels: without a label.`] : []),
    ...(withoutCelex ? [`${counted(withoutCelex, 'document')} not in the id map: called by number.`] : []),
    `Next: xmlcnn inspect ${sanitise(dataset)}`,
  );
}
