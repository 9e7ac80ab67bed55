/** The run config of the demo: a small, flat XML-CNN that learns glosses of a dozen words in a minute or two. */
export const demoConfig = `// XML-CNN on the glosses of WordNet's nouns. Change a value and train again: xmlcnn train wordnet.xmlcnn.json
{
  "dataset": {
    "train": "data/train.jsonl",
    "validation": "data/validation.jsonl",
    "test": "data/test.jsonl",
    "format": "jsonl",
    "labelNames": "data/label_names.tsv",
  },
  "text": {
    // Few glosses are longer.
    "maxLength": 64,
    // "of", "a" and numbers tell a synset's kind as well: nothing is dropped but words seen once.
    "minCount": 2,
  },
  "embedding": { "dim": 128 },
  "model": {
    // Words, pairs and longer phrases; one maximum per filter, no hidden layer.
    "filterSizes": [1, 2, 4],
    "filters": 256,
    "pools": 1,
    "hidden": 0,
    "embeddingDropout": 0.2,
    "hiddenDropout": 0.4,
    "padding": "fit",
    "outputBias": "log-odds",
  },
  "training": {
    "epochs": 5,
    "batchSize": 64,
    "learningRate": 0.002,
    "warmupSteps": 500,
    "schedule": "cosine",
    "monitor": "P@1+P@5",
    // The cosine spans all epochs.
    "patience": 0,
  },
}
`;
