import type { RunConfig } from './runConfig.ts';

/** Words read of a document: all. */
const wholeDocument = 1_000_000;

/**
 * How a run's texts become words. Linear models read whole documents. So does a blend, for its linear part, with every word in
 * the vocabulary: `text.maxLength` and `text.vocabularySize` say how much of that its network sees (`networkData`).
 */
export function preparedText({ model, text }: Pick<RunConfig, 'model' | 'text'>): RunConfig['text'] {
  if (model.type === 'xml-cnn') return text;
  const whole = { ...text, maxLength: wholeDocument };
  return model.type === 'blend' ? { ...whole, vocabularySize: null } : whole;
}
