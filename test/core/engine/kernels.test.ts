import { afterAll, describe, expect, it } from 'vitest';
import { calls, kernelNames, records } from '../../../src/core/engine/wasm/calls.generated.ts';
import { chunkEnd, chunkStart } from '../../../src/core/model/network.ts';
import { bitsAt, dropThreshold } from '../../../src/core/base/random.ts';
import { expectClose } from './closeTo.ts';
import { dot, KernelMemory, panels, rowsOf, transposed, type Matrix } from './kernelMemory.ts';

const TOLERANCE = 1e-5;
const keep = (key: number, index: number, rate: number): boolean => bitsAt(key, index) >= dropThreshold(rate);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

for (const [build, threads] of [
  ['relaxed-simd', 2],
  ['simd', 1],
] as const)
  // prettier-ignore
  describe(`kernels alone, ${build}, ${threads} threads`, () => {
    const memory = new KernelMemory(build, threads);
    afterAll(() => memory.dispose());
    const close = (address: number, expected: readonly number[], what: string): void =>
      expectClose(memory.read(address, expected.length), expected, TOLERANCE, what);

    const factors = { rate: 0.02, beta1: 0.9, beta2: 0.99, correction2: 3, epsilon: 1e-6, decay: 0.01, averageStep: 0.1, gradientScale: 0.5 }; // prettier-ignore

    // ---- panels ---------------------------------------------------------------------------------------------------

    it('packRows: rows in panels of 4', () => {
      const rows = rowsOf(memory.random(7 * 12), 12);
      const target = memory.room(8 * 12);
      memory.run(calls.packRows(2, { rows: 7, k: 12, source: memory.floats(rows.flat()), stride: 48, target }));
      close(target, panels(rows, 4), 'panels');
    });

    it('packColumns: columns in panels of 8', () => {
      const rows = rowsOf(memory.random(5 * 72), 72);
      const target = memory.room(5 * 72);
      memory.run(calls.packColumns(2, { k: 5, source: memory.floats(rows.flat()), stride: 72 * 4, target }));
      close(target, panels(transposed(rows), 8), 'panels');
    });

    // ---- words ----------------------------------------------------------------------------------------------------

    it.each([0, 0.4])('gatherWords: distinct words, with dropout %d, in rows and panels', (rate) => {
      const [dim, distinct, vocabulary] = [16, 37, 50];
      const embedding = rowsOf(memory.random(vocabulary * dim), dim);
      const [ids, keys] = [memory.whole(distinct, 0, vocabulary - 1), memory.whole(distinct, 0, 1e9)];
      const [words, packed] = [memory.room(distinct * dim), memory.room(40 * dim)];
      const given = { embedding: memory.floats(embedding.flat()), ids: memory.integers(ids), keys: memory.integers(keys) };
      const dropout = { threshold: dropThreshold(rate), scale: 1 / (1 - rate) };
      memory.run(calls.gatherWords(2, { distinct, dim, ...given, words, packed, ...dropout }));
      const expected = ids.map((id, u) => embedding[id].map((x, d) => (keep(keys[u], d, rate) ? x / (1 - rate) : 0)));
      close(words, expected.flat(), 'rows');
      close(packed, panels(expected, 4), 'panels');
    });

    it.each([0, 0.4])('wordMask: the gradient of words through dropout %d, and its squares', (rate) => {
      const [dim, distinct] = [16, 40];
      const gradient = rowsOf(memory.random(distinct * dim), dim);
      const keys = memory.whole(distinct, 0, 1e9);
      const [target, squares] = [memory.floats(gradient.flat()), memory.room(4)];
      const dropout = { threshold: dropThreshold(rate), scale: 1 / (1 - rate) };
      memory.run(calls.wordMask(2, { distinct, dim, keys: memory.integers(keys), gradient: target, squares, ...dropout }));
      const expected = gradient.map((row, u) =>
        u === 0 ? row : row.map((g, d) => (keep(keys[u], d, rate) ? g / (1 - rate) : 0)),
      );
      close(target, expected.flat(), 'gradient');
      const ofTile = (from: number, end: number): number => sum(expected.slice(from, end).flat().map((g) => g * g)); // prettier-ignore
      expectClose(memory.readDoubles(squares, 2), [ofTile(1, 32), ofTile(32, 40)], TOLERANCE, 'squares'); // PAD has none
    });

    // ---- convolution and maximum pooling ----------------------------------------------------------------------------

    /** Documents of 9 and more words out of `distinct`. */
    function documents(distinct: number) {
      const tokens = [9, 17, 11].map((length) => memory.whole(length, 0, distinct - 1));
      const starts = [0, 9, 26, 37];
      return { tokens, starts, addresses: { tokens: memory.integers(tokens.flat()), starts: memory.integers(starts) } };
    }

    it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('convolve: windows over %d words, bias, maximum of each chunk, ReLU', (k) => {
      const [dim, distinct, filters, chunks] = [16, 14, 19, k === 9 ? 1 : 2];
      const words = rowsOf(memory.random(distinct * dim), dim);
      const weight = rowsOf(memory.random(filters * k * dim), k * dim); // [filter][position][dim]
      const bias = memory.random(filters + 5);
      const { tokens, addresses } = documents(distinct);
      const units = filters * chunks;
      const [pooled, positions] = [memory.room(3 * units), memory.room(3 * units)];
      const [packed, W, b] = [memory.floats(panels(words, 4)), memory.floats(weight.flat()), memory.floats(bias)];
      memory.run(calls.convolve(Math.ceil(filters / (k <= 2 ? 16 : k <= 4 ? 8 : 4)), { k, dim, filters, chunks, documents: 3,
        wordPanels: 4, step: 1, relu: 1, packedWords: packed, weight: W, bias: b, ...addresses, pooled, pooledStride: units * 4,
        positions })); // prettier-ignore
      const winners: number[] = [];
      const expected = tokens.flatMap((document) =>
        weight.flatMap((w, f) => {
          const n = document.length - k + 1;
          const outputs = Array.from({ length: n }, (_, t) =>
            dot(document.slice(t, t + k).flatMap((word) => words[word]), w), // prettier-ignore
          );
          return Array.from({ length: chunks }, (_, c) => {
            const chunk = outputs.slice(chunkStart(c, chunks, n), chunkEnd(c, chunks, n));
            const best = Math.max(...chunk);
            winners.push(chunkStart(c, chunks, n) + chunk.indexOf(best));
            return Math.max(0, best + bias[f]);
          });
        }),
      );
      close(pooled, expected, 'pooled');
      expect(memory.readIntegers(positions, winners.length)).toEqual(winners);
    });

    it('convolve: the first of equal windows wins', () => {
      const words = memory.floats(panels(rowsOf(memory.random(32), 16), 4)); // two words
      const tokens = memory.integers([1, 0, 1, 0, 1, 0, 1, 0]);
      const [pooled, positions] = [memory.room(4), memory.room(4)];
      const [weight, bias] = [memory.floats(memory.random(4 * 32)), memory.floats([0, 0, 0, 0])];
      memory.run(calls.convolve(1, { k: 2, dim: 16, filters: 4, chunks: 1, documents: 1, wordPanels: 1, step: 1, relu: 1,
        packedWords: words, weight, bias, tokens, starts: memory.integers([0, 8]), pooled, pooledStride: 16, positions })); // prettier-ignore
      for (const position of memory.readIntegers(positions, 4)) expect([0, 1]).toContain(position);
    });

    it('convolve: every other window of the original program, without bias lost or ReLU', () => {
      const [dim, k, filters] = [16, 3, 5];
      const words = rowsOf(memory.random(6 * dim), dim);
      const weight = rowsOf(memory.random(filters * k * dim), k * dim);
      const bias = memory.random(8);
      const document = memory.whole(9, 0, 5);
      const [target, positions] = [memory.room(filters * 4), memory.room(filters * 4)];
      const [packed, W, b] = [memory.floats(panels(words, 4)), memory.floats(weight.flat()), memory.floats(bias)];
      memory.run(calls.convolve(1, { k, dim, filters, chunks: 0, documents: 1, wordPanels: 2, step: 2, relu: 0,
        packedWords: packed, weight: W, bias: b, tokens: memory.integers(document), starts: memory.integers([0, 9]),
        pooled: target, pooledStride: filters * 16, positions })); // prettier-ignore
      const starts = [0, 2, 4, 6];
      const at = (w: number[], t: number): number => dot(document.slice(t, t + k).flatMap((i) => words[i]), w);
      close(target, weight.flatMap((w, f) => starts.map((t) => at(w, t) + bias[f])), 'outputs'); // prettier-ignore
      expect(memory.readIntegers(positions, filters * 4)).toEqual(weight.flatMap(() => starts));
    });

    /** A gradient for each pooled unit of three documents, zero for many, and the window that each unit was taken from. */
    function wonWindows(k: number, filters: number, chunks: number, distinct: number) {
      const { tokens, addresses } = documents(distinct);
      const units = filters * chunks;
      const gradient = rowsOf(memory.random(3 * units), units).map((row) => row.map((g, u) => (u % 3 ? g : 0)));
      const positions = tokens.map((document) => memory.whole(units, 0, document.length - k));
      const won = tokens.flatMap((document, d) =>
        gradient[d].flatMap((g, u) =>
          g === 0 ? [] : [{ filter: Math.floor(u / chunks), g, words: document.slice(positions[d][u], positions[d][u] + k) }],
        ),
      ); // prettier-ignore
      const areas = { gradient: memory.floats(gradient.flat()), positions: memory.integers(positions.flat()) };
      return { won, units, addresses, ...areas };
    }

    /** What `collectWinners` makes of them: words and summed gradients of each filter and position, a word's first window first. */
    function collected(k: number, filters: number, chunks: number, distinct: number) {
      const { won, units, addresses, gradient, positions } = wonWindows(k, filters, chunks, distinct);
      const room = 3 * chunks; // windows of a filter
      const [winners, counts] = [memory.room(filters * k * room * 2), memory.room(filters * k)];
      memory.run(calls.collectWinners(Math.ceil(filters / 16), { k, distinct, filters, chunks, documents: 3, ...addresses, gradient,
        gradientStride: units * 4, positions, winners, counts })); // prettier-ignore
      const lists = Array.from({ length: filters * k }, (_, row) => {
        const ofFilter = won.filter(({ filter }) => filter === Math.floor(row / k));
        const words = [...new Set(ofFilter.map((window) => window.words[row % k]))];
        return words.map((word) => ({
          word,
          g: sum(ofFilter.filter((window) => window.words[row % k] === word).map(({ g }) => g)),
        }));
      });
      return { winners, counts, lists, room };
    }

    it('collectWinners and convolutionGradient: words of the windows that won, times their gradient', () => {
      const [k, dim, filters, chunks, distinct] = [3, 48, 18, 2, 11];
      const { winners, counts, lists, room } = collected(k, filters, chunks, distinct);
      expect(memory.readIntegers(counts, filters * k)).toEqual(lists.map((list) => list.length));
      const read = rowsOf(memory.readIntegers(winners, filters * k * room * 2), room * 2);
      lists.forEach((list, row) => list.forEach(({ word }, i) => expect(read[row][i * 2 + 1]).toBe(word)));
      const words = rowsOf(memory.random(distinct * dim), dim);
      const [dW, db] = [memory.room(filters * k * dim), memory.room(filters)];
      memory.run(calls.convolutionGradient(2, { k, dim, filters, units: room, distinct, words: memory.floats(words.flat()),
        winners, counts, weightGradient: dW, biasGradient: db })); // prettier-ignore
      const expected = lists.flatMap((list) =>
        Array.from({ length: dim }, (_, d) => sum(list.map(({ g, word }) => g * words[word][d]))),
      );
      close(dW, expected, 'weights');
      close(db, Array.from({ length: filters }, (_, f) => sum(lists[f * k].map(({ g }) => g))), 'biases'); // prettier-ignore
    });

    it('count-, place- and listWinningWords, wordGradient: weights of the windows that won, word by word', () => {
      const [k, dim, filters, chunks, distinct, parts] = [2, 48, 7, 2, 13, 2];
      const { winners, counts: listed, lists, room } = collected(k, filters, chunks, distinct);
      const weight = rowsOf(memory.random(filters * k * dim), dim); // [filter, position][dim]
      const entry = { k, filters, units: room, rowBytes: dim * 4, winners, counts: listed, weight: memory.floats(weight.flat()) };
      const table = memory.integers(records.SizeEntry(entry));
      const [counts, starts] = [memory.room(parts * distinct), memory.room(distinct + 1)];
      const uses = Array.from({ length: distinct }, (_, word) =>
        lists.flatMap((list, row) => list.flatMap((use) => (use.word === word ? [{ g: use.g, row }] : []))),
      );
      const pairs = memory.room(uses.flat().length * 2);
      const given = { distinct, parts, sizes: 1, table, counts, wordStarts: starts, pairs };
      memory.run(calls.countWinningWords(parts, given));
      const counted = rowsOf(memory.readIntegers(counts, parts * distinct), distinct);
      expect(transposed(counted).map(sum)).toEqual(uses.map((list) => list.length));
      memory.run(calls.placeWinningWords(1, given));
      const places = uses.map((_, word) => uses.slice(0, word).flat().length);
      expect(memory.readIntegers(starts, distinct + 1)).toEqual([...places, uses.flat().length]);
      memory.run(calls.listWinningWords(parts, given));
      const rows = rowsOf(memory.readIntegers(pairs, uses.flat().length * 2), 2).map(([, row]) => row);
      expect(rows).toEqual(uses.flat().map(({ row }) => row));
      const target = memory.room(distinct * dim);
      memory.run(calls.wordGradient(2, { distinct, dim, sizes: 1, table, wordStarts: starts, pairs, wordGradient: target }));
      const expected = uses.map((list) => Array.from({ length: dim }, (_, d) => sum(list.map(({ g, row }) => g * weight[row][d])))); // prettier-ignore
      expectClose(memory.read(target, distinct * dim).slice(dim), expected.slice(1).flat(), TOLERANCE, 'words'); // PAD has none
    });

    it('pairMax and pairMaxGradient: the original program takes the larger of two neighbours, the first on a tie', () => {
      const outputs = [[3, -1, -2, 5, 5, 4], [-1, -3, -2, 0, 0, 2]]; // prettier-ignore
      const [x, pooled] = [memory.floats(outputs.flat()), memory.room(10)];
      const of = { units: 6, activation: x, activationStride: 24, pooledStride: 20 };
      memory.run(calls.pairMax(2, { ...of, pooled }));
      close(pooled, [3, 0, 5, 5, 5, 0, 0, 0, 0, 2], 'pooled');
      const gradient = memory.floats([1, 0, 2, 4, 8, 0, 0, 0, 16, 32]);
      memory.run(calls.pairMaxGradient(2, { ...of, pooled: gradient }));
      close(x, [1, 0, 0, 6, 8, 0, 0, 0, 0, 16, 0, 32], 'gradient');
    });

    // ---- average pooling ------------------------------------------------------------------------------------------

    it('averageMeans, -Forward, -WeightGradient, -MeanGradient and -WordGradient: filters over mean words', () => {
      const [k, dim, filters, chunks, distinct] = [3, 16, 11, 2, 12];
      const words = rowsOf(memory.random(distinct * dim), dim);
      const weight = rowsOf(memory.random(filters * k * dim), k * dim);
      const bias = memory.random(filters);
      const { tokens, addresses } = documents(distinct);
      const [rows, units] = [3 * chunks, filters * chunks];
      const gradient = memory.random(3 * units);
      const area = {
        means: memory.room(rows * k * dim),
        packed: memory.room(8 * k * dim),
        pooled: memory.room(3 * units),
        dMeans: memory.room(rows * k * dim),
        dW: memory.room(filters * k * dim),
        db: memory.room(filters),
        dWords: memory.floats(Array.from({ length: distinct * dim }, () => 0)),
      };
      const both = { k, dim, filters, chunks, documents: 3, ...addresses, means: area.means, weight: memory.floats(weight.flat()) };
      const average = { ...both, words: memory.floats(words.flat()), packedMeans: area.packed, bias: memory.floats(bias),
        pooled: area.pooled, pooledStride: units * 4 }; // prettier-ignore
      const gradients = { ...both, gradient: memory.floats(gradient), gradientStride: units * 4, meanGradients: area.dMeans,
        weightGradient: area.dW, biasGradient: area.db, wordGradient: area.dWords }; // prettier-ignore
      /** The windows of every chunk, by document and chunk. */
      const windows = tokens.flatMap((document) =>
        Array.from({ length: chunks }, (_, c) => {
          const n = document.length - k + 1;
          const [from, end] = [chunkStart(c, chunks, n), chunkEnd(c, chunks, n)];
          return Array.from({ length: end - from }, (__, i) => document.slice(from + i, from + i + k));
        }),
      );
      memory.run(calls.averageMeans(3, average));
      const means = windows.map((chunk) =>
        Array.from({ length: k }, (_, j) =>
          Array.from({ length: dim }, (__, d) => sum(chunk.map((window) => words[window[j]][d])) / chunk.length),
        ).flat(),
      );
      close(area.means, means.flat(), 'means');

      memory.run(calls.packRows(2, { rows, k: k * dim, source: area.means, stride: k * dim * 4, target: area.packed }));
      memory.run(calls.averageForward(2, average));
      const unit = (d: number, f: number, c: number): number => d * units + f * chunks + c;
      const each = tokens.flatMap((_, d) => weight.flatMap((__, f) => Array.from({ length: chunks }, (___, c) => ({ d, f, c })))); // prettier-ignore
      close(area.pooled, each.map(({ d, f, c }) => Math.max(0, dot(means[d * chunks + c], weight[f]) + bias[f])), 'pooled'); // prettier-ignore

      memory.run(calls.averageWeightGradient(filters, gradients));
      const over = (f: number, value: (row: number) => number): number =>
        sum(means.map((_, row) => gradient[unit(Math.floor(row / chunks), f, row % chunks)] * value(row)));
      close(area.dW, weight.flatMap((w, f) => w.map((_, i) => over(f, (row) => means[row][i]))), 'weights'); // prettier-ignore
      close(area.db, bias.map((_, f) => over(f, () => 1)), 'biases'); // prettier-ignore

      memory.run(calls.averageMeanGradient(3, gradients));
      const dMeans = means.map((mean, row) =>
        mean.map((_, i) => sum(weight.map((w, f) => gradient[unit(Math.floor(row / chunks), f, row % chunks)] * w[i]))),
      );
      close(area.dMeans, dMeans.flat(), 'means');

      memory.run(calls.averageWordGradient(1, gradients));
      const dWords: Matrix = words.map((row) => row.map(() => 0));
      windows.forEach((chunk, row) => {
        for (const window of chunk)
          window.forEach((word, j) => {
            for (let d = 0; d < dim; d++) dWords[word][d] += dMeans[row][j * dim + d] / chunk.length;
          });
      });
      close(area.dWords, dWords.flat(), 'words');
    });

    // ---- dense layers ---------------------------------------------------------------------------------------------

    it.each([0, 0.3])('forward: x W^T + b, ReLU, dropout %d', (rate) => {
      const [size, inputs, units, block] = [6, 24, 21, 16];
      const x = rowsOf(memory.random(size * inputs), inputs);
      const weight = rowsOf(memory.random(units * inputs), inputs);
      const [bias, keys] = [memory.random(24), memory.whole(size, 0, 1e9)];
      const target = memory.room(8 * 24);
      memory.run(calls.forward(2, { documents: size, inputs, units, block, packedInput: memory.floats(panels(x, 4)),
        weight: memory.floats(weight.flat()), bias: memory.floats(bias), output: target, outputStride: 96, relu: 1,
        keys: memory.integers(keys), threshold: dropThreshold(rate), scale: 1 / (1 - rate) })); // prettier-ignore
      const expected = x.map((row, d) =>
        weight.map((w, u) => (keep(keys[d], u, rate) ? Math.max(0, dot(row, w) + bias[u]) / (1 - rate) : 0)),
      );
      const actual = rowsOf(memory.read(target, 8 * 24), 24).slice(0, size);
      expectClose(actual.flatMap((row) => row.slice(0, units)), expected.flat(), TOLERANCE, 'units'); // prettier-ignore
    });

    it('dropout: units by the key of their document, the others scaled', () => {
      const [x, keys] = [rowsOf(memory.random(3 * 20), 20), memory.whole(3, 0, 1e9)];
      const target = memory.floats(x.flat());
      memory.run(calls.dropout(3, { units: 20, rows: target, stride: 80, keys: memory.integers(keys), threshold: dropThreshold(0.5), scale: 2 })); // prettier-ignore
      close(target, x.flatMap((row, d) => row.map((v, u) => (keep(keys[d], u, 0.5) ? 2 * v : 0))), 'units'); // prettier-ignore
    });

    it('gateSum: parts in order, through open units only', () => {
      const parts = [memory.random(40), memory.random(40), memory.random(40)];
      const value = memory.random(40).map((x) => Math.max(0, x));
      const target = memory.room(40);
      memory.run(calls.gateSum(2, { inputs: 20, parts: 3, partBytes: 160, part: memory.floats(parts.flat()),
        value: memory.floats(value), target, scale: 1.25 })); // prettier-ignore
      close(target, value.map((v, i) => (v > 0 ? 1.25 * sum(parts.map((part) => part[i])) : 0)), 'gradient'); // prettier-ignore
    });

    it('inputGradient: dy W, through open units only', () => {
      const [size, inputs, units] = [5, 72, 16];
      const dy = rowsOf(memory.random(size * units), units);
      const weight = rowsOf(memory.random(units * inputs), inputs);
      const value = memory.random(size * inputs).map((x) => Math.max(0, x));
      const target = memory.room(8 * inputs);
      memory.run(calls.inputGradient(2, { documents: size, inputs, units, packedGradient: memory.floats(panels(dy, 4)),
        weight: memory.floats(weight.flat()), value: memory.floats(value), target })); // prettier-ignore
      const expected = dy.flatMap((row, d) =>
        transposed(weight).map((column, i) => (value[d * inputs + i] > 0 ? dot(row, column) : 0)),
      );
      expectClose(memory.read(target, 8 * inputs).slice(0, size * inputs), expected, TOLERANCE, 'inputs');
    });

    it('weightGradient: dy^T x and the sum of dy', () => {
      const [size, inputs, units] = [5, 16, 40];
      const x = rowsOf(memory.random(size * inputs), inputs);
      const dy = rowsOf(memory.random(size * units), units);
      const [dW, db] = [memory.room(64 * inputs), memory.room(units)];
      memory.run(calls.weightGradient(2, { documents: size, inputs, units, gradient: memory.floats(dy.flat()),
        gradientStride: units * 4, packedInput: memory.floats(panels(transposed(x), 8)), target: dW, biasTarget: db })); // prettier-ignore
      const expected = transposed(dy).flatMap((g) => transposed(x).map((column) => dot(g, column)));
      expectClose(memory.read(dW, 64 * inputs).slice(0, units * inputs), expected, TOLERANCE, 'weights');
      close(db, transposed(dy).map(sum), 'biases');
    });

    it.each([false, true])('output: loss, gradients of inputs, weights and biases; labels weighted: %s', (isWeighted) => {
      const [size, inputs, labels, block, groups] = [6, 24, 37, 16, 2];
      const h = rowsOf(memory.random(size * inputs), inputs);
      const weight = rowsOf(memory.random(labels * inputs), inputs);
      const bias = memory.random(48);
      const truth = [[0, 3], [36], [], [3, 15, 16], [20], [31, 32]]; // prettier-ignore
      const pairs = truth.flatMap((of, d) => of.map((label) => ({ label, d }))).sort((a, b) => a.label - b.label);
      const area = {
        parts: memory.room(groups * 8 * inputs),
        losses: memory.room(groups * 2),
        dW: memory.room(48 * inputs),
        db: memory.room(48),
      };
      const scale = 1 / (size * labels);
      const positive = Array.from({ length: labels }, (_, l) => (isWeighted ? 0.25 + (l % 5) : 1));
      memory.run(calls.output(groups, { documents: size, inputs, labels, block, groups, pairs: pairs.length, fused: 0,
        packedRows: memory.floats(panels(h, 4)), packedColumns: memory.floats(panels(transposed(h), 8)),
        weight: memory.floats([...weight.flat(), ...memory.random(11 * inputs)]), bias: memory.floats(bias),
        pairLabels: memory.integers(pairs.map(({ label }) => label)), pairDocuments: memory.integers(pairs.map(({ d }) => d)),
        inputGradients: area.parts, losses: area.losses, gradient: area.dW, biasGradient: area.db, lossScale: scale,
        positiveWeights: isWeighted ? memory.floats(positive) : 0,
        m: 0, v: 0, average: 0, biasM: 0, biasV: 0, biasAverage: 0, ...factors })); // prettier-ignore
      const logits = h.map((row) => weight.map((w, l) => dot(row, w) + bias[l]));
      const isTrue = (d: number, l: number): number => (truth[d].includes(l) ? 1 : 0);
      const losses = logits.flatMap((row, d) => row.map((x, l) => (Math.log1p(Math.exp(x)) - isTrue(d, l) * x) * (isTrue(d, l) ? positive[l] : 1)));
      expectClose([sum(memory.readDoubles(area.losses, groups))], [sum(losses)], TOLERANCE, 'loss');
      const g = logits.map((row, d) => row.map((x, l) => (sigmoid(x) - isTrue(d, l)) * scale * (isTrue(d, l) ? positive[l] : 1)));
      const inputGradients = g.flatMap((row) => transposed(weight).map((column) => dot(row, column)));
      const parts = rowsOf(memory.read(area.parts, groups * 8 * inputs), 8 * inputs);
      expectClose(transposed(parts).map(sum).slice(0, size * inputs), inputGradients, 1e-4, 'inputs'); // prettier-ignore
      const dW = transposed(g).flatMap((column) => transposed(h).map((of) => dot(column, of)));
      expectClose(memory.read(area.dW, 48 * inputs).slice(0, labels * inputs), dW, 1e-4, 'weights');
      expectClose(memory.read(area.db, 48).slice(0, labels), transposed(g).map(sum), 1e-4, 'biases');
    });

    // ---- Adam -----------------------------------------------------------------------------------------------------

    interface Moments {
      w: number[];
      m: number[];
      v: number[];
      s: number[];
    }
    const moments = (n: number): Moments => ({
      w: memory.random(n),
      m: memory.random(n),
      v: memory.random(n).map(Math.abs),
      s: memory.random(n),
    });
    /** Adam's update and the moving average, element by element. */
    function adam({ w, m, v, s }: Moments, gradient: readonly number[], f = factors): Moments {
      const g = gradient.map((x) => x * f.gradientScale);
      const first = m.map((x, i) => f.beta1 * x + (1 - f.beta1) * g[i]);
      const second = v.map((x, i) => f.beta2 * x + (1 - f.beta2) * g[i] * g[i]);
      const weight = w.map((x, i) => x * (1 - f.decay) - (f.rate * first[i]) / (Math.sqrt(second[i]) * f.correction2 + f.epsilon)); // prettier-ignore
      return { w: weight, m: first, v: second, s: s.map((x, i) => x + f.averageStep * (weight[i] - x)) };
    }
    const stored = ({ w, m, v, s }: Moments): number[] => [w, m, v, s].map((values) => memory.floats(values));
    const compare = (addresses: number[], { w, m, v, s }: Moments): void =>
      [w, m, v, s].forEach((values, i) => close(addresses[i], values, 'wmvs'[i]));

    it('adam: weights, both moments, decoupled decay, moving average', () => {
      const start = moments(44);
      const gradient = memory.random(44);
      const [w, m, v, s] = stored(start);
      memory.run(calls.adam(3, { count: 44, tile: 16, weight: w, m, v, gradient: memory.floats(gradient), average: s, ...factors }));
      compare([w, m, v, s], adam(start, gradient));
    });

    it('output: Adam in the same pass, as a pass of its own would do it', () => {
      const [size, inputs, labels, block, groups] = [4, 16, 20, 16, 2];
      const h = rowsOf(memory.random(size * inputs), inputs);
      const weights = moments(labels * inputs);
      const biases = moments(labels);
      const room = (values: number[], n: number): number => memory.floats([...values, ...Array<number>(n - values.length).fill(0)]); // prettier-ignore
      const [w, m, v, s] = [weights.w, weights.m, weights.v, weights.s].map((x) => room(x, 32 * inputs));
      const [b, bm, bv, bs] = [biases.w, biases.m, biases.v, biases.s].map((x) => room(x, 32));
      memory.run(calls.output(groups, { documents: size, inputs, labels, block, groups, pairs: 1, fused: 1,
        packedRows: memory.floats(panels(h, 4)), packedColumns: memory.floats(panels(transposed(h), 8)), weight: w, bias: b,
        pairLabels: memory.integers([17]), pairDocuments: memory.integers([2]), inputGradients: memory.room(groups * 4 * inputs),
        losses: memory.room(4), gradient: 0, biasGradient: memory.room(32), m, v, average: s, biasM: bm, biasV: bv,
        biasAverage: bs, positiveWeights: 0, lossScale: 1, ...factors })); // prettier-ignore
      const g = h.map((row, d) =>
        rowsOf(weights.w, inputs).map((of, l) => sigmoid(dot(row, of) + biases.w[l]) - (d === 2 && l === 17 ? 1 : 0)),
      );
      const dW = transposed(g).flatMap((column) => transposed(h).map((of) => dot(column, of)));
      const expected = adam(weights, dW, { ...factors, gradientScale: 1 });
      const read = (address: number): number[] => memory.read(address, 32 * inputs).slice(0, labels * inputs);
      [expected.w, expected.m, expected.v, expected.s].forEach((values, i) =>
        expectClose(read([w, m, v, s][i]), values, 1e-4, 'wmvs'[i]),
      );
      const expectedBias = adam(biases, transposed(g).map(sum), { ...factors, gradientScale: 1, decay: 0 }); // prettier-ignore
      expectClose(memory.read(b, 32).slice(0, labels), expectedBias.w, 1e-4, 'biases');
    });

    it('sumSquares: of each tile of a gradient', () => {
      const gradient = memory.random(2600);
      const squares = memory.room(4);
      memory.run(calls.sumSquares(2, { count: 2600, tile: 2048, gradient: memory.floats(gradient), squares }));
      const of = (from: number, end?: number): number => sum(gradient.slice(from, end).map((g) => g * g));
      expectClose(memory.readDoubles(squares, 2), [of(0, 2048), of(2048)], TOLERANCE, 'squares');
    });

    it('wordUpdate: Adam on the rows of the words that are named, PAD never, the average of rows that slept caught up', () => {
      const [dim, vocabulary, distinct, withGradient] = [16, 60, 40, 36];
      const ids = [0, ...Array.from({ length: distinct - 1 }, (_, i) => vocabulary - 1 - i)];
      const ratios = memory.random(distinct).map((x, i) => (i % 2 ? 1 : Math.abs(x)));
      const start = moments(vocabulary * dim);
      const gradient = rowsOf(memory.random(distinct * dim), dim);
      const [w, m, v, s] = stored(start);
      const zeros = Array<number>(dim).fill(0);
      memory.run(calls.wordUpdate(2, { rows: distinct, dim, ids: memory.integers(ids), gradient: memory.floats(gradient.flat()),
        embedding: w, m, v, average: s, averageRatio: memory.floats(ratios), withGradient, zeros: memory.floats(zeros),
        ...factors })); // prettier-ignore
      const rows = Object.values(start).map((values: number[]) => rowsOf(values, dim));
      ids.forEach((id, u) => {
        if (id === 0) return;
        const [ow, om, ov, os] = rows.map((matrix) => matrix[id]);
        const caughtUp = ow.map((x, i) => x + (os[i] - x) * ratios[u]);
        const next = adam({ w: ow, m: om, v: ov, s: caughtUp }, u < withGradient ? gradient[u] : zeros, { ...factors, decay: 0 });
        [next.w, next.m, next.v, next.s].forEach((values, i) => (rows[i][id] = values));
      });
      rows.forEach((matrix, i) => close([w, m, v, s][i], matrix.flat(), 'wmvs'[i]));
    });

    it('are all there, but for those of word2vec and linear models, which their own tests hold against plain TypeScript', () => {
      expect([...memory.ran].sort()).toEqual(kernelNames.filter((name) => !/^(word2vec|linear)/.test(name)));
    });
  });
