import { basename } from 'node:path';
import { pathOf, type DocumentSource } from '../../core/data/document.ts';
import { readIncidence, type LabelIncidence } from '../../core/explore/clusters/labelIncidence.ts';
import { readWordIndex, type WordIndex } from '../../core/explore/words/wordIndex.ts';
import type { WordScanner } from '../../core/text/tokenizer.ts';
import { readingBar, type SurveyedFile } from '../dataset.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What every look needs beside the data. */
export interface LookContext {
  tokenizer: WordScanner;
  terminal: Terminal;
  signal: AbortSignal;
}

/** A file that was surveyed, with its labels and words read at most once, when a look asks for them. */
export class OpenedFile {
  private readingLabels?: Promise<LabelIncidence>;
  private readingWords?: Promise<WordIndex>;

  constructor(
    readonly surveyed: SurveyedFile,
    private readonly context: LookContext,
  ) {}

  get source(): DocumentSource {
    return this.surveyed.source;
  }

  /** Its name among others: the split, or the file where there is but one. */
  get name(): string {
    return this.surveyed.split === 'all' ? basename(pathOf(this.source)) : this.surveyed.split;
  }

  labels(): Promise<LabelIncidence> {
    const { signal, terminal } = this.context;
    const onProgress = readingBar(terminal, 'Reading labels of');
    return (this.readingLabels ??= readIncidence(this.source, { signal, onProgress }));
  }

  words(): Promise<WordIndex> {
    const { signal, terminal, tokenizer } = this.context;
    const onProgress = readingBar(terminal, 'Reading words of');
    return (this.readingWords ??= readWordIndex(this.source, tokenizer, { signal, onProgress }));
  }

  /** What people call a label. */
  display(label: string): string {
    return this.source.labelNames.get(label) ?? label;
  }
}

/** Labels as people read them, with the id beside a name. */
export function labelText(file: OpenedFile, label: string): string {
  const display = file.display(label);
  return display === label ? label : `${display} (${label})`;
}

/** Words of a bag of words are the numbers of its features; their names, where the set tells them. */
export const wordText = (source: DocumentSource, word: string): string =>
  source.bagOfWords ? (source.featureNames?.[Number(word)] ?? `feature ${word}`) : word;

/** Said where words are shown. */
export const featureNote = (source: DocumentSource): string[] =>
  source.bagOfWords
    ? [`A bag of words: its features, by ${source.featureNames ? 'name' : 'number'}, stand for words.`]
    : [];
