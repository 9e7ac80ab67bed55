import { describe, expect, it } from 'vitest';
import { validateText } from '../../../src/core/config/validate.ts';
import { expectFixed, expectOne, fakeFiles, rangeOf, withTrain } from './helpers.ts';

describe('a right config', () => {
  it('has no diagnostics, with comments, trailing commas, BOM and CR LF', () => {
    const text = '\uFEFF// hello\r\n{\r\n  "extends": "wide", /* c */\r\n  "dataset": { "train": "a.txt", },\r\n}\r\n';
    expect(validateText(text)).toEqual([]);
  });
  it('may undo optional values with null, and may do without validation', () => {
    expect(validateText(withTrain('"embedding": { "file": null }, "text": { "stopWords": null }'))).toEqual([]);
    expect(
      validateText('{ "dataset": { "train": "a", "validationFraction": 0 }, "training": { "patience": 0 } }'),
    ).toEqual([]);
  });
});

describe('syntax', () => {
  it('inserts a missing comma behind the value, before the comment', () => {
    expectFixed(
      '{ "dataset": { "train": "a" } // data\n  "text": {} }',
      'syntax',
      '"text"',
      '{ "dataset": { "train": "a" }, // data\n  "text": {} }',
    );
  });
  it('inserts a missing colon', () => {
    expectFixed(withTrain('"text" {}'), 'syntax', '{', withTrain('"text": {}'), { n: 2 });
  });
  it('quotes bare and singly quoted words, and knows True', () => {
    expectFixed('{ dataset: { "train": "a" } }', 'syntax', 'dataset', '{ "dataset": { "train": "a" } }');
    expectFixed(`{ "dataset": { "train": 'a' } }`, 'syntax', `'a'`, '{ "dataset": { "train": "a" } }');
    expectFixed(withTrain('"output": { "cache": True }'), 'syntax', 'True', withTrain('"output": { "cache": true }'));
  });
  it('reports the first error only, and still what is wrong before it', () => {
    const text = '{ "dataset": { "train": "a" }, "modell": {}, "text": { "maxLength": } "x" "y" }';
    expect(validateText(text).map((d) => d.code)).toEqual(['unknown-key', 'syntax']);
  });
  it.each(['', '  // nothing\n', '[', '{', '/* open', '"', '{"a":'])('says something about %j', (text) => {
    const [{ range }, ...more] = validateText(text).filter((d) => d.code === 'syntax');
    expect(more).toEqual([]);
    const lines = text.split('\n');
    expect(range.end.character).toBeLessThanOrEqual(lines[range.end.line].length);
  });
  it('complains about half a key once', () => {
    expect(validateText(withTrain('"model": { "filt" }')).map((d) => d.code)).toEqual(['syntax']);
    expect(validateText(withTrain('"model": { "filters"\n "pools": 3 }')).map((d) => d.code)).toEqual(['syntax']);
  });
  it('survives deep nesting', () => {
    expect(validateText('['.repeat(200_000))[0].severity).toBe('error');
  });
  it('wants an object', () => {
    expectOne('[1]', 'wrong-type', '[1]');
  });
});

describe('keys', () => {
  it('names the nearest key', () => {
    expectFixed(
      withTrain('"model": { "filtres": 3 }'),
      'unknown-key',
      '"filtres"',
      withTrain('"model": { "filters": 3 }'),
    );
    expectFixed(withTrain('"trainings": {}'), 'unknown-key', '"trainings"', withTrain('"training": {}'));
  });
  it('does not also call a misspelt required key missing', () => {
    expectFixed('{ "dataset": { "trian": "a" } }', 'unknown-key', '"trian"', '{ "dataset": { "train": "a" } }');
  });
  it('says where a key belongs, by its name or by the flag of the original program', () => {
    expect(expectOne(withTrain('"epochs": 3'), 'unknown-key', '"epochs"').message).toContain('training.epochs');
    expect(
      expectOne(withTrain('"model": { "sequence_length": 3 }'), 'unknown-key', '"sequence_length"').message,
    ).toContain('text.maxLength');
  });
  it('removes a key that resembles none, with its line', () => {
    expectFixed(
      '{\n  "dataset": { "train": "a" },\n  "qqqqqq": 1,\n  "text": {}\n}',
      'unknown-key',
      '"qqqqqq"',
      '{\n  "dataset": { "train": "a" },\n  "text": {}\n}',
    );
  });
  it('removes the repeat of a key', () => {
    expectFixed(
      withTrain('"text": { "maxLength": 20, "maxLength": 30 }'),
      'duplicate-key',
      '"maxLength"',
      withTrain('"text": { "maxLength": 20,  }'),
      { n: 1 },
    );
  });
  it('is not led astray by __proto__', () => {
    expectOne(withTrain('"__proto__": { "polluted": true }'), 'unknown-key', '"__proto__"');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
  it('misses dataset.train', () => {
    expectOne('{ "dataset": { "test": "b" } }', 'missing-key', '"dataset"');
    expectOne('{ }', 'missing-key', '{');
  });
});

describe('values', () => {
  it.each([
    ['"training": { "epochs": "5" }', 'wrong-type', '"5"', '"training": { "epochs": 5 }'],
    ['"training": { "epochs": null }', 'wrong-type', 'null', '"training": { "epochs": 50 }'],
    ['"output": { "cache": "true" }', 'wrong-type', '"true"', '"output": { "cache": true }'],
    ['"output": { "name": 7 }', 'wrong-type', '7', '"output": { "name": "7" }'],
    ['"model": { "filterSizes": 3 }', 'wrong-type', '3', '"model": { "filterSizes": [3] }'],
    ['"text": { "maxLength": 20.5 }', 'not-integer', '20.5', '"text": { "maxLength": 21 }'],
    ['"training": { "epochs": 0 }', 'out-of-range', '0', '"training": { "epochs": 1 }'],
    ['"model": { "hiddenDropout": 1 }', 'out-of-range', '1', '"model": { "hiddenDropout": 0.2 }'],
    ['"training": { "learningRate": 0 }', 'out-of-range', '0', '"training": { "learningRate": 0.0005 }'],
    ['"training": { "learningRate": 1e999 }', 'out-of-range', '1e999', '"training": { "learningRate": 10 }'],
    [
      '"model": { "pooling": "dynamic-maximum" }',
      'unknown-value',
      '"dynamic-maximum"',
      '"model": { "pooling": "dynamic-max" }',
    ],
    ['"text": { "stopWords": "enn" }', 'unknown-value', '"enn"', '"text": { "stopWords": "en" }'],
    ['"model": { "filterSizes": [] }', 'too-few-items', '[]', '"model": { "filterSizes": [2, 4, 8] }'],
    ['"model": { "filterSizes": [2, 3, 2] }', 'repeated-item', '2', '"model": { "filterSizes": [2, 3] }', 1],
    ['"output": { "folder": "" }', 'empty-text', '""', '"output": { "folder": "runs" }'],
  ])('%s is mended', (given, code, piece, fixed, n = 0) => {
    expectFixed(withTrain(given), code, piece, withTrain(fixed), { n });
  });
  it('takes fields as names, numbers, or lists of them', () => {
    const fields = '"idField": 0, "textField": ["title", 2], "labelField": "labels", "labelColumns": [1, 2]';
    expect(validateText(`{ "dataset": { "train": "a", ${fields} } }`)).toEqual([]);
    expectOne('{ "dataset": { "train": "a", "textField": [true] } }', 'wrong-type', '[true]');
  });
  it('names the key and what is expected', () => {
    const { message } = expectOne(withTrain('"model": { "filters": "many" }'), 'wrong-type', '"many"');
    expect(message).toBe('model.filters must be a whole number from 1 to 65,536, but is the text "many".');
  });
});

describe('rules', () => {
  it('filter longer than the document', () => {
    expectFixed(
      withTrain('"text": { "maxLength": 4 }, "model": { "filterSizes": [2, 6], "pools": 1 }'),
      'filter-longer-than-document',
      '6',
      withTrain('"text": { "maxLength": 4 }, "model": { "filterSizes": [2], "pools": 1 }'),
    );
    expectFixed(
      withTrain('"text": { "maxLength": 4 }, "model": { "pools": 1 }'),
      'filter-longer-than-document',
      '4',
      withTrain('"text": { "maxLength": 4 }, "model": { "filterSizes": [2, 4], "pools": 1 }'),
    );
  });
  it('pools larger than the positions', () => {
    expectFixed(
      withTrain('"text": { "maxLength": 10 }, "model": { "padding": "fit", "pools": 4 }'),
      'pools-exceed-positions',
      '4',
      withTrain('"text": { "maxLength": 10 }, "model": { "padding": "fit", "pools": 3 }'),
    );
    expect(validateText(withTrain('"model": { "padding": "fit", "pools": 493 }'))).toEqual([]);
    expectOne(withTrain('"model": { "padding": "fit", "pools": 494 }'), 'pools-exceed-positions', '494');
    expect(validateText(withTrain('"model": { "pools": 500 }'))).toEqual([]);
    expectOne(withTrain('"model": { "pools": 501 }'), 'pools-exceed-positions', '501');
    expect(validateText(withTrain('"text": { "maxLength": 10 }, "model": { "pools": 4, "pooling": "seed" }'))).toEqual(
      [],
    );
  });
  it('points at what is extended where the value comes from there', () => {
    expectOne(
      '{ "extends": "paper", "dataset": { "train": "a" }, "model": { "filterSizes": [64] }, "text": { "maxLength": 70 } }',
      'pools-exceed-positions',
      '70',
    );
    const files = fakeFiles({ '/c/base.json': '{ "model": { "pools": 600 } }' });
    expectOne('{ "extends": "base.json", "dataset": { "train": "a" } }', 'pools-exceed-positions', '"base.json"', {
      file: '/c/x.json',
      files,
    });
  });
  it('k larger than the label count', () => {
    const text = withTrain('"evaluation": { "k": [1, 5] }, "training": { "monitor": "P@1" }');
    expectFixed(text, 'k-exceeds-labels', '5', text.replace('[1, 5]', '[1]'), { facts: { labelCount: 4 } });
    expect(validateText(text)).toEqual([]);
  });
  it('k of the defaults larger than the label count', () => {
    expectFixed(
      '{ "dataset": { "train": "a" } }',
      'k-exceeds-labels',
      '{',
      '{ "evaluation": { "k": [1, 3] }, "dataset": { "train": "a" } }',
      { facts: { labelCount: 3 } },
    );
  });
  it.each([
    ['P@2', 'P@1'],
    ['P@1 + P@4', 'P@1+P@3'],
    ['ndcg@5', 'nDCG@5'],
    ['PSP@10', 'PSP@5'],
    ['micro-f1', 'microF1'],
    ['Loss', 'loss'],
    ['P@1+loss', 'loss'],
  ])('monitor %s is not computed, %s is', (monitor, better) => {
    const text = withTrain(`"training": { "monitor": "${monitor}" }`);
    expectFixed(text, 'monitor-not-computed', `"${monitor}"`, withTrain(`"training": { "monitor": "${better}" }`));
  });
  it('monitors that are computed', () => {
    for (const monitor of [
      'P@1',
      'nDCG@3',
      'PSP@5',
      'PSnDCG@1',
      'R@5',
      'RP@3',
      'microF1',
      'macroF1',
      'logLoss',
      'loss',
      'P@1 + P@5',
      'microF1+macroF1',
    ]) {
      expect(validateText(withTrain(`"training": { "monitor": "${monitor}" }`))).toEqual([]);
    }
    const text = withTrain('"training": { "monitor": "P@10" }, "evaluation": { "k": [10] }');
    expect(validateText(text)).toEqual([]);
  });
  it('a monitor that matches nothing lists what there is', () => {
    const { message, fix } = expectOne(
      withTrain('"training": { "monitor": "happiness" }'),
      'monitor-not-computed',
      '"happiness"',
    );
    expect(message).toContain('PSnDCG@5');
    expect(fix).toBeUndefined();
  });
  it('seed pooling that does not fit, with its sizes', () => {
    const text = '{ "extends": "seed-eurlex", "dataset": { "train": "a" }, "model": { "pooling": "seed" } }';
    const { message, severity } = expectOne(text, 'model-too-large', '"seed"');
    expect(severity).toBe('error');
    // 32 filters x (5,000 + 4,999 + 4,997) windows, and MaxPool1d(2, 1) loses one of each size
    expect(message).toContain('1,024 x 479,869');
    expectFixed(text, 'model-too-large', '"seed"', text.replace('"seed" }', '"dynamic-max" }'));
    expect(validateText(withTrain('"model": { "pooling": "seed", "filters": 32 }'))).toEqual([]);
  });
  it('an output layer that does not fit, once the labels are known', () => {
    const text = '{ "extends": "wide", "dataset": { "train": "a" } }';
    expect(validateText(text, { facts: { labelCount: 100_000 } })).toEqual([]);
    const facts = { labelCount: 670_091 };
    const { message, fix } = expectOne(text, 'model-too-large', '"wide"', { facts });
    expect(message).toContain('670,091 x 2,048');
    const hidden = Number(/It fits with model\.hidden (\d+)/.exec(message)?.[1]);
    expect(fix).toBeDefined();
    const withHidden = (units: number): string => text.replace(' }', ` }, "model": { "hidden": ${units} }`);
    expect(validateText(withHidden(hidden), { facts })).toEqual([]);
    expectOne(withHidden(hidden + 64), 'model-too-large', String(hidden + 64), { facts });
  });
  it('bags of words have no word order', () => {
    for (const format of ['arff', 'libsvm', 'xmlrepo-sparse', 'numpy-bow'])
      expectOne(`{ "dataset": { "train": "a.arff", "format": "${format}" } }`, 'bag-of-words', `"${format}"`);
    const linear = '"extends": "linear", "dataset": { "train": "a.arff", "format": "arff" }';
    expect(validateText(`{ ${linear}, "linear": { "features": "tfidf", "sublinear": false } }`)).toEqual([]);
    expectOne(`{ ${linear}, "text": { "ngrams": 3 } }`, 'no-effect', '3');
    expectOne(`{ ${linear}, "linear": { "minWordLength": 3 } }`, 'no-effect', '3');
    expectOne(`{ ${linear}, "linear": { "features": "as-given", "sublinear": true } }`, 'no-effect', 'true');
    const texts = linear.replace('"arff" }', '"jsonl" }');
    expectOne(`{ ${texts}, "linear": { "features": "as-given" } }`, 'no-effect', '"as-given"');
  });
  it('keys that do not count for the kind of model', () => {
    const linear = '{ "extends": "linear", "dataset": { "train": "a" }, "model": { "filters": 8 } }';
    expect(expectOne(linear, 'no-effect', '8').message).toMatch(/model\.filters has no effect/);
    for (const stated of ['"text": { "maxLength": 9 }', '"engine": { "name": "wasm" }', '"embedding": { "dim": 9 }'])
      expectOne(
        `{ "extends": "linear", "dataset": { "train": "a" }, ${stated} }`,
        'no-effect',
        /"?(9|wasm)"?/.exec(stated)![0],
      );
    const seeded = '"training": { "seed": 2, "monitor": "P@3", "retrainOnAll": false, "save": false }';
    expect(validateText(`{ "extends": "linear", "dataset": { "train": "a" }, ${seeded} }`)).toEqual([]);
    expectOne('{ "dataset": { "train": "a" }, "linear": { "c": 2 } }', 'no-effect', '2');
    expectOne('{ "dataset": { "train": "a" }, "text": { "ngrams": 3 } }', 'no-effect', '3');
    expect(validateText('{ "extends": "linear", "dataset": { "train": "a" }, "linear": { "c": 2 } }')).toEqual([]);
  });
  it('the same file twice', () => {
    const text = '{ "dataset": { "train": "a", "validation": "b", "test": "./a" } }';
    expect(expectOne(text, 'same-file', '"./a"', { file: '/c/x.json' }).severity).toBe('warning');
  });
  it('no validation documents', () => {
    expectFixed(
      '{ "dataset": { "train": "a", "validationFraction": 0 } }',
      'no-validation',
      '0',
      '{ "training": { "patience": 0 }, "dataset": { "train": "a", "validationFraction": 0 } }',
    );
    const retrain = '{ "dataset": { "train": "a", "validationFraction": 0 }, "training": { "retrainOnAll": true } }';
    expectOne(retrain, 'no-validation', 'true');
  });
  it('several seeds of what has no chance in it, or no checkpoints', () => {
    expectFixed(
      '{ "extends": "linear", "dataset": { "train": "a" }, "training": { "seeds": 3 } }',
      'no-seeds',
      '3',
      '{ "extends": "linear", "dataset": { "train": "a" }, "training": { "seeds": 1 } }',
    );
    expectOne(withTrain('"training": { "seeds": 3, "save": false }'), 'no-seeds', '3');
    expect(validateText(withTrain('"training": { "seeds": 3 }'))).toEqual([]);
  });
  it('a way to decide that cannot be tuned, or is not asked for', () => {
    const decided = (thresholds: string): string =>
      `{ "dataset": { "train": "a", "validationFraction": 0 }, "training": { "patience": 0 }, "evaluation": { ${thresholds} } }`;
    expect(expectOne(decided('"thresholds": "per-label"'), 'no-validation', '"per-label"').severity).toBe('warning');
    expectOne(decided('"thresholds": "top-k"'), 'no-validation', '"top-k"');
    expect(validateText(decided('"thresholds": "top-k", "topK": 3'))).toEqual([]);
    expect(validateText(withTrain('"evaluation": { "thresholds": "per-label" }'))).toEqual([]);
    expectFixed(
      withTrain('"evaluation": { "topK": 3 }'),
      'no-effect',
      '3',
      withTrain('"evaluation": { "thresholds": "top-k", "topK": 3 }'),
    );
  });
  it('a split that is not there', () => {
    expectOne(withTrain('"evaluation": { "split": "test" }'), 'split-missing', '"test"');
    const drawn = '{ "dataset": { "train": "a", "testFraction": 0.1 }, "evaluation": { "split": "test" } }';
    expect(validateText(drawn)).toEqual([]);
    expectOne('{ "dataset": { "train": "a", "test": "b", "testFraction": 0.1 } }', 'unused-fraction', '0.1');
    expectOne(
      '{ "dataset": { "train": "a", "validationFraction": 0 }, "training": { "patience": 0 }, "evaluation": { "split": "validation" } }',
      'split-missing',
      '"validation"',
    );
  });
  it('complains about one thing once', () => {
    expectOne(withTrain('"model": { "pools": 9999999 }'), 'out-of-range', '9999999');
    expectOne(withTrain('"text": { "maxLength": 0 }'), 'out-of-range', '0');
  });
});

describe('files', () => {
  const vectors = 'the 0.1 0.2 0.3\n. . 1 2 3\n';
  const files = fakeFiles({
    '/d/train.jsonl': '',
    '/d/test.jsonl': '',
    '/d/v.txt': vectors,
    '/d/h.txt': `2 3\n${vectors}`,
    '/d/prose.txt': 'once upon\n',
  });
  const options = { file: '/d/x.xmlcnn.json', checkFiles: true, files };

  it('that do not exist, with the nearest one', () => {
    expectFixed(
      '{ "dataset": { "train": "./trian.jsonl" } }',
      'file-not-found',
      '"./trian.jsonl"',
      '{ "dataset": { "train": "./train.jsonl" } }',
      options,
    );
    const text = '{ "dataset": { "train": "train.jsonl", "test": "nowhere/else.csv" } }';
    expect(expectOne(text, 'file-not-found', '"nowhere/else.csv"', options).fix).toBeUndefined();
    expect(validateText(text, { ...options, checkFiles: false })).toEqual([]);
  });
  it('that another file states, without a fix here', () => {
    const parents = fakeFiles({ '/b/base.json': '{ "dataset": { "train": "trian.txt" } }', '/b/train.txt': '' });
    const { fix, message } = expectOne('{ "extends": "../b/base.json" }', 'file-not-found', '"../b/base.json"', {
      ...options,
      files: parents,
    });
    expect(message).toContain('/b/trian.txt');
    expect(fix).toBeUndefined();
  });
  it('output folders need not exist', () => {
    expect(validateText('{ "dataset": { "train": "train.jsonl" }, "output": { "folder": "new" } }', options)).toEqual(
      [],
    );
  });
  it('word vectors of another dimension', () => {
    const text = '{ "dataset": { "train": "train.jsonl" }, "embedding": { "dim": 100, "file": "v.txt" } }';
    expectFixed(text, 'embedding-dimension', '100', text.replace('100', '3'), options);
    const header = '{ "dataset": { "train": "train.jsonl" }, "embedding": { "file": "h.txt" } }';
    expectFixed(header, 'embedding-dimension', '"h.txt"', header.replace('{ "file"', '{ "dim": 3, "file"'), options);
  });
  it('word vectors that are none', () => {
    expectOne(
      '{ "dataset": { "train": "train.jsonl" }, "embedding": { "file": "prose.txt" } }',
      'embedding-unreadable',
      '"prose.txt"',
      options,
    );
  });
  it('two beginnings of the word vectors', () => {
    const text = withTrain('"embedding": { "file": "g.txt", "word2vec": true }');
    const facts = { embeddingDim: 300 };
    expectFixed(text, 'two-starts', 'true', text.replace('true', 'false'), { facts });
  });
  it('a learning rate that rises', () => {
    const text = withTrain('"word2vec": { "finalLearningRate": 0.5 }');
    expectFixed(text, 'learning-rate-rises', '0.5', text.replace('0.5', '0.025'));
  });
  it('word vectors whose dimension was told', () => {
    expectOne(withTrain('"embedding": { "file": "g.txt" }'), 'embedding-dimension', '"g.txt"', {
      facts: { embeddingDim: 50 },
    });
  });
});

describe('extends', () => {
  it('an unknown preset, with the nearest', () => {
    const text = '{ "extends": "widde", "dataset": { "train": "a" } }';
    expectFixed(text, 'unknown-preset', '"widde"', text.replace('widde', 'wide'));
  });
  it('a file that is not there, torn, or in a circle', () => {
    const files = fakeFiles({
      '/c/base.xmlcnn.json': '{ "text": { "maxLength": "x" } }',
      '/c/a.json': '{ "extends": "./b.json" }',
      '/c/b.json': '{ "extends": "a.json" }',
    });
    const extending = (base: string) => `{ "extends": "${base}", "dataset": { "train": "a" } }`;
    const options = { file: '/c/x.json', files };
    expect(
      expectOne(extending('bass.xmlcnn.json'), 'file-not-found', '"bass.xmlcnn.json"', options).fix?.edits[0].newText,
    ).toBe('"base.xmlcnn.json"');
    const torn = expectOne(extending('base.xmlcnn.json'), 'extends-invalid', '"base.xmlcnn.json"', options);
    expect(torn.message).toContain('/c/base.xmlcnn.json:1: text.maxLength');
    const circle = expectOne(extending('a.json'), 'extends-circle', '"a.json"', options);
    expect(circle.message).toContain('a.json -> b.json -> a.json');
    expect(
      expectOne(extending('x.json'), 'extends-circle', '"x.json"', {
        ...options,
        files: fakeFiles({ '/c/x.json': '{}' }),
      }).severity,
    ).toBe('error');
  });
  it('a file beside a config that has no folder yet', () => {
    const text = '{ "extends": "./base.json" }';
    expect(expectOne(text, 'extends-not-followed', '"./base.json"').severity).toBe('warning');
  });
});

it('ranges count lines of CR LF and CR', () => {
  const text = '{\r\n  "dataset": { "train": "a" },\r  "texts": {}\n}';
  expect(validateText(text)[0].range).toEqual({ start: { line: 2, character: 2 }, end: { line: 2, character: 9 } });
  expect(rangeOf('ab\ncd', 'd').start).toEqual({ line: 1, character: 1 });
});
