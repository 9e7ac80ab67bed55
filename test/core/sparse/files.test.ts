import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { mat, npz } from '../../../src/core/formats/sparseFiles.ts';
import { npy } from '../../../src/core/formats/npy.ts';
import { dense, sparse } from '../explore/clusters/dense.ts';

const matrix = sparse([
  [0, 1.5, 0, 2],
  [0, 0, 0, 0],
  [3, 0, -4.25, 0],
]);
const has = (module: string): boolean => spawnSync('python3', ['-c', `import ${module}`]).status === 0;

function python(script: string, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-'));
  const file = join(folder, 'file');
  writeFileSync(file, bytes);
  const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout.trim() || stderr;
}

test('npy has a header that ends at a multiple of 64 bytes, and the data behind it', () => {
  const bytes = Buffer.from(npy(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
  const header = bytes.readUInt16LE(8);
  expect((10 + header) % 64).toBe(0);
  expect(bytes.toString('latin1', 10, 10 + header)).toMatch(
    /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/,
  );
  expect(bytes.readDoubleLE(10 + header + 40)).toBe(6);
  expect(() => npy(Float64Array.of(1, 2), [3])).toThrow(RangeError);
});

test('npz holds the five arrays of a scipy CSR matrix', () => {
  const arrays = unzipSync(npz(matrix));
  expect(Object.keys(arrays).sort()).toEqual(['data.npy', 'format.npy', 'indices.npy', 'indptr.npy', 'shape.npy']);
  expect(npz(matrix)).toEqual(npz(matrix));
});

test.skipIf(!has('numpy'))('NumPy reads the arrays of an npz', () => {
  const script = `
import sys, numpy as np
z = np.load(sys.argv[1])
rows, columns = z['shape']; d = np.zeros((rows, columns))
for i in range(rows):
    for e in range(z['indptr'][i], z['indptr'][i + 1]): d[i, z['indices'][e]] = z['data'][e]
print(z['format'].item().decode(), d.tolist())`;
  expect(python(script, npz(matrix))).toBe(
    `csr ${JSON.stringify(dense(matrix))
      .replace(/,/g, ', ')
      .replace(/(?<![.\d])(-?\d+)(?![.\d])/g, '$1.0')}`,
  );
});

test.skipIf(!has('scipy.io'))('scipy reads the matrices of an npz and of a mat file', () => {
  const expected = JSON.stringify(dense(matrix));
  const show = 'print(str(m.toarray().tolist()).replace(" ", "").replace(".0", ""))';
  expect(python(`import sys, scipy.sparse as s; m = s.load_npz(sys.argv[1]); ${show}`, npz(matrix))).toBe(expected);
  const load = 'import sys, scipy.io as s; m = s.loadmat(sys.argv[1], appendmat=False)["adjacency"]';
  expect(python(`${load}; ${show}`, mat(matrix, 'adjacency'))).toBe(expected);
});

test('mat is one sparse variable, compressed by columns', () => {
  const bytes = Buffer.from(mat(matrix, 'score_matrix'));
  expect(bytes.toString('latin1', 0, 10)).toBe('MATLAB 5.0');
  expect(bytes.readUInt32LE(128)).toBe(14);
  expect(bytes.length).toBe(136 + bytes.readUInt32LE(132));
  const elements = new Map<number, Buffer>();
  let order = 0;
  for (let at = 136; at < bytes.length;) {
    const size = bytes.readUInt32LE(at + 4);
    elements.set(order++, bytes.subarray(at + 8, at + 8 + size));
    at += 8 + Math.ceil(size / 8) * 8;
  }
  const ints = (i: number): number[] => [
    ...new Int32Array(
      elements.get(i)!.buffer.slice(elements.get(i)!.byteOffset, elements.get(i)!.byteOffset + elements.get(i)!.length),
    ),
  ];
  expect(ints(0)).toEqual([5, 4]);
  expect(ints(1)).toEqual([3, 4]);
  expect(elements.get(2)!.toString('latin1')).toBe('score_matrix');
  expect(ints(3)).toEqual([2, 0, 2, 0]);
  expect(ints(4)).toEqual([0, 1, 2, 3, 4]);
  expect(elements.get(5)!.readDoubleLE(16)).toBe(-4.25);
});
