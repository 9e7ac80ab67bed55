import { datasetFile } from '../../core/data/datasetFile.ts';
import { type DatasetFile, pathOf } from '../../core/data/document.ts';
import { resolve } from 'node:path';
import { wordMeasures } from '../../core/explore/analysis/analysisApi.ts';
import { writeFileAtomic } from '../../core/base/files.ts';
import { embeddingCoverage, type EmbeddingCoverages } from '../../core/text/embeddingCoverage.ts';
import type { Arguments, Command } from '../command.ts';
import { datasetOptions, defaultTokenizer, filesOf, sourceOptions, survey, type SurveyedFile } from '../dataset.ts';
import { lookAgainst } from '../inspect/lookAgainst.ts';
import { coverageLine, distributionOf, onlyInTrainLine, showFile } from '../inspect/showFile.ts';
import { lookAtDocument } from '../inspect/lookAtDocument.ts';
import { lookAtLabel } from '../inspect/lookAtLabel.ts';
import { type LookContext, OpenedFile } from '../inspect/opened.ts';
import { lookAtQuality } from '../inspect/lookAtQuality.ts';
import { type Look, showSection } from '../inspect/look.ts';
import { lookAtWords } from '../inspect/lookAtWords.ts';
import { renderInspection } from '../report/inspection.ts';
import { counted, sanitise } from '../terminal/text.ts';

const HEAD = 15;

export const inspect: Command = {
  name: 'inspect',
  summary: 'Show what is in a dataset: counts, lengths, labels, words, and what is wrong with it',
  details:
    'Reads the data once and keeps nothing but counts. Of a folder with train, validation and test files, all are shown. ' +
    'The looks that are asked for (--words, --label, --document, --against, --quality) read it again after that; words and labels are those of train.',
  positionals: [{ name: 'DATA', description: 'Dataset file (plain or .gz), or a folder' }],
  options: {
    labels: { value: 'N', description: `Labels to list, most frequent first (default ${HEAD})` },
    words: { description: 'Show the words that mark the most frequent labels' },
    by: { value: 'NAME', description: 'With --words or --label: log-odds (the default) or chi-square' },
    label: { value: 'LABEL', description: 'Show one label: its words, what it occurs with, documents' },
    document: {
      value: 'ID',
      description: "Show one document: its labels and words; with --against, also the other set's nearest by labels",
    },
    against: {
      value: 'OTHER',
      description: 'Compare with another set, file or folder (with --document: for its nearest document alone)',
    },
    quality: { description: 'Look for duplicates, leakage, damaged texts and doubtful labels' },
    embeddings: { value: 'FILE', description: 'Tell how many of the words a file of word vectors knows' },
    'embeddings-entry': {
      value: 'NAME',
      description: 'With --embeddings: which file of a .zip, where several hold vectors',
    },
    html: { value: 'FILE', description: 'Write all that is shown as a page that works offline' },
    ...datasetOptions,
  },
  examples: [
    'xmlcnn inspect data/train.jsonl',
    'xmlcnn inspect data --words --quality --html data.html',
    'xmlcnn inspect data/test.jsonl --against data/train.jsonl --document 32003R0001',
  ],
  async run(args, terminal, signal) {
    const context: LookContext = { tokenizer: await defaultTokenizer(), terminal, signal };
    const path = args.positionals[0];
    const head = args.whole('labels', 0) ?? HEAD;
    const files: SurveyedFile[] = [];
    for (const { split, ...file } of await filesOf(datasetFile(path))) {
      const surveyed = await surveyWith(split, file, args, context);
      files.push(surveyed);
      showFile(surveyed, head, terminal);
    }
    const unseen = labelsOnlyOutsideTrain(files);
    for (const { split, labels } of unseen)
      terminal.print('', `${counted(labels, 'label')} of ${split} never occur${labels === 1 ? 's' : ''} in train.`);
    const onlyInTrain = labelsOnlyInTrain(files);
    if (onlyInTrain) terminal.print(onlyInTrainLine(onlyInTrain));
    const coverage = await coverageOf(files, args, context);
    const looks = await lookDeeper(files, args, context);
    const html = args.text('html');
    if (html !== undefined) {
      await writeFileAtomic(
        resolve(html),
        renderInspection({ path, files, unseen, onlyInTrain, coverage, looks: Object.values(looks) }),
      );
      terminal.print('', `Wrote ${sanitise(html)}`);
    }
    return {
      json: {
        path,
        files: files.map((file, i) => ({ ...fileJson(file), embeddings: coverage?.coverages[i] })),
        labelsOnlyOutsideTrain: unseen,
        labelsOnlyInTrain: onlyInTrain,
        embeddings: coverage && { file: coverage.file, dim: coverage.dim, vectors: coverage.vectors },
        ...Object.fromEntries(Object.entries(looks).map(([name, { json }]) => [name, json])),
        html,
      },
    };
  },
};

function fileJson({ split, source, reasons, options, statistics, findings }: SurveyedFile): object {
  return {
    split,
    file: pathOf(source),
    files: source.files,
    format: source.format,
    reason: reasons.format,
    options,
    bagOfWords: source.bagOfWords,
    bytes: source.totalBytes,
    statistics: {
      ...statistics,
      distribution: distributionOf(statistics),
      labelCounts: statistics.labelCounts.map((l) => ({ ...l, display: source.labelNames.get(l.name) })),
    },
    findings,
  };
}

const surveyWith = (
  split: SurveyedFile['split'],
  file: DatasetFile,
  args: Arguments,
  { tokenizer, terminal, signal }: LookContext,
): Promise<SurveyedFile> =>
  survey(split, file, { onError: 'skip', ...sourceOptions(args) }, tokenizer, terminal, signal);

/** Shows how many words of each file a file of vectors knows. */
async function coverageOf(
  files: readonly SurveyedFile[],
  args: Arguments,
  { terminal, signal }: LookContext,
): Promise<EmbeddingCoverages | undefined> {
  const [embeddings, entry] = [args.text('embeddings'), args.text('embeddings-entry')];
  if (embeddings === undefined) return undefined;
  const counts = files.map((file) => file.counts.wordCounts);
  const found = await embeddingCoverage(embeddings, counts, {
    entry,
    signal,
    onProgress: terminal.progress.follow(() => 'Reading word vectors'),
  });
  terminal.progress.clear();
  terminal.print('', `${sanitise(found.file)}: ${counted(found.vectors, 'vector')} of ${counted(found.dim, 'number')}`);
  found.coverages.forEach((coverage, i) => terminal.print(`  ${files[i].split}: ${coverageLine(coverage)}`));
  return found;
}

/** The looks that were asked for, one after the other, each shown when it is there. */
async function lookDeeper(
  surveyed: readonly SurveyedFile[],
  args: Arguments,
  context: LookContext,
): Promise<Record<string, Look>> {
  const files = surveyed.map((file) => new OpenedFile(file, context));
  const train = files[0];
  const looks: Record<string, Look> = {};
  const take = async (name: string, look: Promise<Look>): Promise<void> => {
    looks[name] = await look;
    context.terminal.progress.clear();
    showSection(looks[name].section, context.terminal);
  };
  const [label, document, otherPath] = [args.text('label'), args.text('document'), args.text('against')];
  const measure = args.oneOf('by', wordMeasures) ?? 'log-odds';
  if (args.flag('words')) await take('words', lookAtWords(train, measure));
  if (label !== undefined) await take('label', lookAtLabel(train, label, measure));
  const other = otherPath === undefined ? undefined : await openOther(otherPath, args, context);
  if (document !== undefined) await take('document', lookAtDocument(files, document, other));
  else if (other) await take('against', lookAgainst(train, other, context));
  if (args.flag('quality')) await take('quality', lookAtQuality(files, context));
  return looks;
}

/** The other set: of a folder with splits its train. Read with the options of the first. */
async function openOther(path: string, args: Arguments, context: LookContext): Promise<OpenedFile> {
  const [{ split, ...file }] = await filesOf(datasetFile(path));
  return new OpenedFile(await surveyWith(split, file, args, context), context);
}

/** Labels of validation and test that train does not have. */
function labelsOnlyOutsideTrain(files: SurveyedFile[]): { split: string; labels: number }[] {
  const train = files.find((f) => f.split === 'train');
  if (!train) return [];
  const known = new Set(train.statistics.labelCounts.map((l) => l.name));
  return files
    .filter((f) => f !== train)
    .map(({ split, statistics }) => ({
      split,
      labels: statistics.labelCounts.filter((l) => !known.has(l.name)).length,
    }))
    .filter(({ labels }) => labels > 0);
}

/** Labels of train that no other split has; undefined where there is no other. */
function labelsOnlyInTrain(files: SurveyedFile[]): number | undefined {
  const train = files.find((f) => f.split === 'train');
  const others = files.filter((f) => f !== train);
  if (!train || others.length === 0) return undefined;
  const seen = new Set(others.flatMap(({ statistics }) => statistics.labelCounts.map(({ name }) => name)));
  return train.statistics.labelCounts.filter(({ name }) => !seen.has(name)).length;
}
