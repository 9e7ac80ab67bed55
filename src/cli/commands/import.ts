import { basename, join } from 'node:path';
import { type ImportedEurlex, importEurlex } from '../../core/data/eurlex/importEurlex.ts';
import { importOriginalRun } from '../../core/original/importOriginalRun.ts';
import { importSafetensors } from '../../core/export/importSafetensors.ts';
import { type NetworkShape, parameterCount } from '../../core/model/network.ts';
import { type Arguments, type Command, type Outcome, usage } from '../command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, grouped, sanitise } from '../terminal/text.ts';

const kinds = { torch, safetensors, eurlex };
type Kind = keyof typeof kinds;

export const importCommand: Command = {
  name: 'import',
  summary: 'Make a run of a PyTorch model, or a dataset of the EUR-Lex files',
  details:
    'torch: a checkpoint of the original program (torch.save, of any version) becomes a run folder that predicts and is evaluated; no code in it is run. ' +
    'Its words are in the vocab.npy beside the data. ' +
    "safetensors: the parameters of LibMultiLabel's XMLCNN or KimCNN become a run, with the config, vocabulary and labels beside them, where `xmlcnn export` writes them, unless they are named. " +
    'eurlex: the ARFF of the features with the qrels of the labels becomes a bag-of-words dataset, with its names. ' +
    'Pickles, .npz and .npy need no import: every command reads them as they are.',
  positionals: [
    { name: 'KIND', description: 'torch, safetensors or eurlex' },
    { name: 'FILE', description: 'The checkpoint, the model, or the ARFF' },
  ],
  options: {
    output: {
      short: 'o',
      value: 'FOLDER',
      description: 'Run folder (default: runs/NAME), or folder of the dataset (default: eurlex)',
    },
    data: { value: 'DATA', description: "torch: the original program's dataset folder, with vocab.npy" },
    vocabulary: {
      value: 'FILE',
      description: 'torch: vocab.npy or vocab_inv.npy, where it is elsewhere; safetensors: words by id, one a line',
    },
    config: { value: 'FILE', description: 'safetensors: the run config that says how texts are read' },
    labels: { value: 'FILE', description: 'safetensors: labels.json of a run, or labels by output, one a line' },
    'label-set': { value: 'FILE', description: 'torch: names of the labels, lines of number:name' },
    'max-length': { value: 'N', description: 'torch: --sequence_length, where the weights fit several' },
    qrels: { value: 'FILE', description: 'eurlex: id2class_eurlex_eurovoc.qrels (plain or .gz)' },
    ids: { value: 'FILE', description: 'eurlex: the id map, a CSV with DocID and CelexID' },
    part: { value: 'PART', description: 'eurlex: tr or te, where the name of the ARFF does not say' },
  },
  examples: [
    'xmlcnn import torch saved_models/rcv/model_best_test --data datasets/rcv',
    'xmlcnn import safetensors model/model.safetensors -o runs/imported',
    'xmlcnn import eurlex eurlex_train.arff --qrels id2class_eurlex_eurovoc.qrels',
  ],
  async run(args, terminal, signal) {
    const [kind, file] = args.positionals;
    if (!Object.hasOwn(kinds, kind)) throw usage('import', `"${kind}" is none of ${Object.keys(kinds).join(', ')}`);
    return kinds[kind as Kind](file, args, terminal, signal);
  },
};

async function torch(file: string, args: Arguments, terminal: Terminal, signal: AbortSignal): Promise<Outcome> {
  const run = args.text('output') ?? join('runs', basename(file).replace(/\.(pt|pth|pkl|bin)$/i, ''));
  const { shape, epoch, unused } = await importOriginalRun(file, {
    run,
    data: args.text('data'),
    vocabulary: args.text('vocabulary'),
    labelSet: args.text('label-set'),
    maxLength: args.whole('max-length'),
    signal,
  });
  const left = unused.length
    ? [`Left out, as the original program never used them: ${sanitise(unused.join(', '))}`]
    : [];
  showRun(run, shape, terminal, left);
  return { json: { run, shape, epoch, unused } };
}

async function safetensors(file: string, args: Arguments, terminal: Terminal, signal: AbortSignal): Promise<Outcome> {
  const run = args.text('output') ?? join('runs', basename(file, '.safetensors'));
  const [config, vocabulary, labels] = ['config', 'vocabulary', 'labels'].map((name) => args.text(name));
  const shape = await importSafetensors(file, { output: run, config, vocabulary, labels, signal });
  showRun(run, shape, terminal);
  return { json: { run, shape } };
}

function showRun(run: string, shape: NetworkShape, terminal: Terminal, notes: string[] = []): void {
  terminal.print(
    `Wrote ${terminal.style.bold(sanitise(run))}: ${grouped(parameterCount(shape))} weights, ${counted(shape.labels, 'label')}, ${counted(shape.vocabulary, 'word')}, documents of ${counted(shape.maxLength, 'word')}.`,
    ...notes,
    `Next: xmlcnn evaluate ${sanitise(run)}`,
  );
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
