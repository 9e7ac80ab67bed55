import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { createTokenizer } from '../../../src/core/text/tokenizer.ts';

/** Word ids of texts, by nothing but what lies beside an exported model. */
export async function wordIdsOf(folder: string, documents: readonly string[]): Promise<number[][]> {
  const lines = (await readFile(join(folder, 'vocabulary.txt'), 'utf8')).split('\n').slice(0, -1);
  const ids = new Map(lines.map((word, id) => [word, id]));
  const { text } = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  const tokenizer = await createTokenizer(text);
  return documents.map((document) => tokenizer.words(document, text.maxLength).map((word) => ids.get(word) ?? 1));
}

/** Probabilities of all labels, by number, as a run gives them.  [B, Y] */
export async function predicted(run: string, documents: string[]): Promise<number[][]> {
  const predictor = await loadPredictor(run);
  const found = await predictor.predict(documents, { top: predictor.labels.outputs });
  await predictor.dispose();
  return found.map(({ labels }) => labels.sort((a, b) => a.id - b.id).map(({ probability }) => probability));
}
