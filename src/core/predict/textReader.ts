import { Cancelled } from '../base/errors.ts';
import { evidenceOf } from './evidence.ts';
import type { JudgedDocument, LabelEvidence } from './judged.ts';
import type { PredictedLabel, Prediction, Predictor } from './predictor.ts';

/** Longest text that is shown, in UTF-16 units; models read some hundred words. */
const longestText = 200_000;

/** A model reading texts one at a time: an engine does one thing at once. */
export class TextReader {
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly predictor: Predictor) {}

  /** The labels named and the `top` best, and what the model read of the text. */
  read(text: string, top: number, also: readonly string[], signal?: AbortSignal): Promise<Prediction> {
    return this.inTurn(() => this.predictor.explain(text, { top, also }), signal);
  }

  /** Labels and scores of some texts. */
  predict(texts: readonly string[], top: number, signal?: AbortSignal): Promise<Prediction[]> {
    return this.inTurn(() => this.predictor.predict(texts, { top, signal }), signal);
  }

  /** Undefined for a label that the model has no output for. */
  async evidence(text: string, label: string, signal?: AbortSignal): Promise<LabelEvidence | undefined> {
    const { labels } = await this.inTurn(() => this.predictor.explain(text, { top: 0, also: [label] }), signal);
    const found = labels.find(({ name }) => name === label);
    return found && evidenceOf(found.explanation, Math.min(text.length, longestText));
  }

  private inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.last.then(() => {
      if (signal?.aborted) throw new Cancelled();
      return work();
    });
    this.last = turn.catch(() => {});
    return turn;
  }
}

/** A text as it is shown, with what the model read of it. */
export function shownDocument(
  text: string,
  { words, unknownWords, truncated }: Prediction<PredictedLabel>,
): Pick<JudgedDocument, 'text' | 'omitted' | 'words' | 'unknownWords' | 'truncated'> {
  const shown = text.slice(0, longestText);
  return { text: shown, omitted: text.length - shown.length, words, unknownWords, truncated };
}
