import type { RunEvent } from '../base/events.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { type Script, tokenizerWarning } from '../base/scripts.ts';
import { type Corpus, cutDocuments, unknownId } from './corpus.ts';
import type { EmbeddingReport, PretrainedRows } from './embeddings.ts';
import type { LabelSet } from './labelSet.ts';
import { Vocabulary } from './vocabulary.ts';
import type { Finding, FindingLog, SourceOptions } from '../data/document.ts';

export interface PreparedData {
  /** Without the documents held out for validation. */
  train: Corpus;
  validation: Corpus | undefined;
  test: Corpus | undefined;
  /** Words of `train`. */
  vocabulary: Vocabulary;
  /** Labels of `train`, then those of validation only, then those of test only. */
  labels: LabelSet;
  pretrained?: PretrainedRows;
  /** How the training file was read, what was found included. */
  reading?: SourceOptions;
  /** Hash of the corrections that were applied to its files, where they change anything. */
  corrections?: string;
  report: PreparationReport;
  fromCache: boolean;
}

/** What the network of a blend sees of whole documents: `text.maxLength` words each, of the `text.vocabularySize` most frequent. */
export function networkData({ text, embedding }: RunConfig, data: PreparedData): PreparedData {
  const { words, counts } = data.vocabulary;
  const size = Math.min(words.length, (text.vocabularySize ?? Infinity) + 2); // padding and unknown word have ids of their own
  const cut = (corpus: Corpus): Corpus => cutDocuments(corpus, { maxLength: text.maxLength, vocabulary: size });
  const { rows, found } = data.pretrained ?? {};
  return {
    ...data,
    train: cut(data.train),
    validation: data.validation && cut(data.validation),
    vocabulary: new Vocabulary(words.slice(0, size), counts?.subarray(0, size)),
    pretrained: rows && found && { rows: rows.subarray(0, size * embedding.dim), found: found.subarray(0, size) },
  };
}

export interface PrepareOptions {
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

/** What preparing data found out, for the face and the run folder. Plain JSON. */

export interface SplitReport {
  file: string;
  documents: number;
  /** Words kept, unknown ones counted. */
  words: number;
  /** Share of the kept words that the vocabulary does not hold, 0 … 1. */
  unknownRate: number;
  /** Documents cut at `text.maxLength`. */
  truncated: number;
  /** Documents without a word. */
  empty: number;
  unlabelled: number;
  /** Documents whose labels are not those of the file; absent where there are none. */
  corrected?: number;
}

export interface PreparationReport {
  splits: { train: SplitReport; validation?: SplitReport; test?: SplitReport };
  /** Records left out, of all files. */
  skipped: number;
  /** Findings of the readers by code, of all files, and the first 1,000 of them. */
  findingCounts: FindingLog['counts'];
  findings: Finding[];
  unknownRate: { validation?: number; test?: number };
  /** Documents cut at `text.maxLength`, of all splits. */
  truncated: number;
  /** Labels of validation and of test that no training document has. */
  validationOnlyLabels: string[];
  testOnlyLabels: string[];
  /** Of the training file, where it has letters of a script without spaces. */
  script?: Script;
  embeddings?: EmbeddingReport;
}

const keptFindings = 1000;

export function splitReport(
  file: string,
  corpus: Corpus,
  { truncated, corrected }: Pick<SplitReport, 'truncated' | 'corrected'>,
): SplitReport {
  let unknown = 0;
  for (const word of corpus.words) if (word === unknownId) unknown++;
  return {
    file,
    documents: corpus.size,
    words: corpus.words.length,
    unknownRate: corpus.words.length > 0 ? unknown / corpus.words.length : 0,
    truncated,
    empty: emptyRows(corpus.wordStarts),
    unlabelled: emptyRows(corpus.labelStarts),
    ...(corrected && { corrected }),
  };
}

function emptyRows(starts: ArrayLike<number>): number {
  let empty = 0;
  for (let i = 1; i < starts.length; i++) if (starts[i] === starts[i - 1]) empty++;
  return empty;
}

export function preparationReport(
  splits: PreparationReport['splits'],
  logs: FindingLog[],
  onlyLabels: Pick<PreparationReport, 'validationOnlyLabels' | 'testOnlyLabels'>,
  { script, embeddings }: Pick<PreparationReport, 'script' | 'embeddings'>,
): PreparationReport {
  const { train, validation, test } = splits;
  const findingCounts: FindingLog['counts'] = {};
  for (const { counts } of logs)
    for (const [code, count] of Object.entries(counts) as [Finding['code'], number][])
      findingCounts[code] = (findingCounts[code] ?? 0) + count;
  return {
    splits,
    skipped: logs.reduce((sum, log) => sum + log.skipped, 0),
    findingCounts,
    findings: logs.flatMap((log) => log.first).slice(0, keptFindings),
    unknownRate: { validation: validation?.unknownRate, test: test?.unknownRate },
    truncated: train.truncated + (validation?.truncated ?? 0) + (test?.truncated ?? 0),
    ...onlyLabels,
    script,
    embeddings,
  };
}

type Notice = Extract<RunEvent, { type: 'notice' }>;

/** What of a report a user should see without asking. */
export function notices(report: PreparationReport, tokenizer: string): Notice[] {
  const { skipped, findings, validationOnlyLabels, testOnlyLabels, embeddings } = report;
  const found: Notice[] = [];
  const say = (level: Notice['level'], message: string) => found.push({ type: 'notice', level, message });
  if (skipped > 0) {
    const first = findings.find((finding) => finding.skipped);
    const where = first ? `; the first: ${first.file}:${first.line}: ${first.message}` : '';
    say('warning', `${records(skipped)} left out${where}`);
  }
  for (const { code, file, message } of findings) if (code === 'missing-file') say('warning', `${file}: ${message}`);
  const unfit = tokenizerWarning(report.script, tokenizer);
  if (unfit !== undefined) say('warning', unfit);
  const correctedIn = Object.values(report.splits).reduce(
    (sum, split?: SplitReport) => sum + (split?.corrected ?? 0),
    0,
  );
  if (correctedIn > 0)
    say('info', `${correctedIn} ${correctedIn === 1 ? 'document has' : 'documents have'} corrected labels`);
  const stale = report.findingCounts['stale-correction'] ?? 0;
  if (stale > 0)
    say(
      'warning',
      `${stale} ${stale === 1 ? 'correction is' : 'corrections are'} not applied: the documents have changed since`,
    );
  const { unlabelled, truncated, documents } = report.splits.train;
  if (unlabelled > 0) say('info', `${unlabelled} of ${documents} training documents have no label`);
  if (truncated > 0) say('info', `${truncated} of ${documents} training documents were cut at text.maxLength`);
  for (const split of ['validation', 'test'] as const) {
    const found = report.splits[split];
    if (found && found.documents > 0 && found.unlabelled === found.documents)
      say('warning', `No document of ${split} has a label: its figures are 0 and say nothing`);
  }
  if (validationOnlyLabels.length > 0)
    say(
      'info',
      `${labels(validationOnlyLabels)} of validation never in train: only "training.retrainOnAll" learns them`,
    );
  if (testOnlyLabels.length > 0)
    say('info', `${labels(testOnlyLabels)} of test never in train: no model can learn them`);
  for (const split of ['validation', 'test'] as const) {
    const rate = report.unknownRate[split] ?? 0;
    if (rate > 0.1) say('warning', `${percent(rate)} of the words of ${split} are not in the vocabulary`);
  }
  if (embeddings) found.push(...embeddingNotices(embeddings));
  return found;
}

function embeddingNotices(report: EmbeddingReport): Notice[] {
  const { file, form, found, words, tokenCoverage = 0, findings, counts } = report;
  const message = `${file} has vectors for ${found} of ${words} words (${percent(tokenCoverage)} of the text)`;
  const notice: Notice = { type: 'notice', level: found > 0 ? 'info' : 'warning', message };
  const problems = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (problems === 0) return [notice];
  const [first] = findings;
  const where = form === 'binary' ? `, record ${first.line}` : `:${first.line}`;
  const more = problems > 1 ? ` (and ${problems - 1} more like it or other)` : '';
  return [notice, { type: 'notice', level: 'warning', message: `${file}${where}: ${first.message}${more}` }];
}

const records = (n: number): string => (n === 1 ? '1 record was' : `${n} records were`);
const labels = (names: string[]): string => (names.length === 1 ? '1 label' : `${names.length} labels`);
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
