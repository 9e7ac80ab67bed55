/** Documents by features in compressed rows, in single precision. Features ascend within a row. */
export interface FeatureMatrix {
  readonly documents: number;
  readonly features: number;
  /** Document i has values starts[i] … starts[i + 1) - 1. */
  readonly starts: Float64Array; // [documents + 1]
  readonly indices: Int32Array; // [values]
  readonly values: Float32Array; // [values]
}

/** Documents of each label, ascending. */
export interface LabelDocuments {
  /** Label l has documents[starts[l] … starts[l + 1]). */
  readonly starts: Uint32Array; // [labels + 1]
  readonly documents: Int32Array;
}

/** By label what a corpus has by document; labels from `count` on are left out. */
export function documentsByLabel(
  corpus: { size: number; labels: Int32Array; labelStarts: Uint32Array },
  count: number,
): LabelDocuments {
  const starts = new Uint32Array(count + 1);
  for (const label of corpus.labels) if (label < count) starts[label + 1]++;
  for (let l = 0; l < count; l++) starts[l + 1] += starts[l];
  const next = starts.slice(0, count);
  const documents = new Int32Array(starts[count]);
  for (let d = 0; d < corpus.size; d++)
    for (let i = corpus.labelStarts[d]; i < corpus.labelStarts[d + 1]; i++) {
      const label = corpus.labels[i];
      if (label < count) documents[next[label]++] = d;
    }
  return { starts, documents };
}
