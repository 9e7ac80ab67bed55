import { readdirSync, readFileSync } from 'node:fs';
import { transpileModule } from 'typescript';
import { describe, expect, it } from 'vitest';
import { calls, kernelNames } from '../../../src/core/engine/wasm/calls.generated.ts';
import { kernelCalls } from '../../../scripts/kernelCalls.mjs';

const index = "export { scale } from './scale';\nexport const end: usize = __heap_base;\n";
const fields = '  count: i32; // floats in all\n  target: usize;\n  factor: f32;\n';
const kernel = `/** Tile = a float. */
export function scale(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Scale>(args);
}
`;
const scaleClass = (inside = fields, decorator = '@unmanaged\n', heritage = ''): string =>
  `${decorator}export class Scale${heritage} {\n${inside}}\n\n`;
const written = (scale: string, entry = index): string => kernelCalls({ 'index.ts': entry, 'scale.ts': scale });

/** The module that was written, as it runs. */
async function moduleOf(text: string) {
  const { outputText } = transpileModule(text, { compilerOptions: { module: 99, target: 9 } });
  return (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as {
    kernelNames: string[];
    calls: Record<
      string,
      (tiles: number, a: Record<string, number>) => { kernel: string; tiles: number; words: number[] }
    >;
    records: Record<string, (a: Record<string, number>) => number[]>;
  };
}

describe('typed calls of the kernels', () => {
  it('have the fields in the order of the class, floats as their bits, whatever the order they are named in', async () => {
    const text = written(scaleClass() + kernel);
    expect(text).toContain('  count: number; // floats in all\n  target: number;\n  factor: number;\n');
    const { calls, kernelNames } = await moduleOf(text);
    expect(kernelNames).toEqual(['scale']);
    expect(calls.scale(3, { factor: 1, target: 64, count: 5 })).toEqual({
      kernel: 'scale',
      tiles: 3,
      words: [5, 64, 0x3f800000],
    });
  });

  it('follow the source: with its fields the other way round, so are the words', async () => {
    const turned = scaleClass('  factor: f32;\n  target: usize;\n  count: i32;\n') + kernel;
    const { calls } = await moduleOf(written(turned));
    expect(calls.scale(1, { count: 5, target: 64, factor: 1 }).words).toEqual([0x3f800000, 64, 5]);
  });

  it('a class that kernels read rows of a table as becomes a record', async () => {
    const row = '@unmanaged\nclass Row {\n  first: i32;\n  weight: f32;\n}\n';
    const reads = kernel.replace('}\n', '  const row = changetype<Row>(a.target + 8);\n}\n');
    const { records } = await moduleOf(written(scaleClass() + row + reads));
    expect(records.Row({ weight: 1, first: 7 })).toEqual([7, 0x3f800000]);
  });

  it('are those of the kernels that are there', () => {
    const names = readdirSync('src/kernels').filter((name) => name.endsWith('.ts'));
    const sources = Object.fromEntries(names.map((name) => [name, readFileSync(`src/kernels/${name}`, 'utf8')]));
    expect(kernelCalls(sources)).toBe(readFileSync('src/core/engine/wasm/calls.generated.ts', 'utf8'));
    expect(Object.keys(calls)).toEqual([...kernelNames]);
  });

  it('a wrong name, a missing field and a positional list are type errors', () => {
    const dropout = { units: 4, rows: 0, stride: 16, keys: 0, threshold: 0, scale: 1 };
    const { scale, ...missing } = dropout;
    // @ts-expect-error `scale` is missing
    calls.dropout(1, missing);
    // @ts-expect-error there is no field `scales`
    calls.dropout(1, { ...missing, scales: scale });
    // @ts-expect-error fields have names
    expect(() => calls.dropout(1, [4, 0, 16, 0, 0, 1])).not.toThrow();
  });

  it.each([
    ['a class that is not @unmanaged', scaleClass(fields, ''), 'scale.ts:1: class Scale is not @unmanaged'],
    ['a class built on another', scaleClass(fields, '@unmanaged\n', ' extends Base'), 'class Scale is built on others'],
    ['a generic class', scaleClass(fields, '@unmanaged\n', '<T>'), 'class Scale is built on others'],
    ['a method', scaleClass(`${fields}  size(): i32 { return 4; }\n`), 'scale.ts:6: only fields of the form'],
    ['a value in the class', scaleClass('  count: i32 = 4;\n'), 'only fields of the form'],
    ['a static field', scaleClass('  static count: i32;\n'), 'only fields of the form'],
    ['a field of eight bytes', scaleClass('  count: i32;\n  sum: f64;\n'), 'scale.ts:4: a field of type f64'],
    ['a field without a type', scaleClass('  count;\n'), 'a field of type unknown'],
    ['a field that is a class', scaleClass('  count: Scale;\n'), 'a field of type Scale'],
    ['a class of the same name', scaleClass() + scaleClass(), 'a second class Scale'],
    [
      'more fields than a call has room for',
      scaleClass(Array.from({ length: 65 }, (_, i) => `  f${i}: i32;\n`).join('')),
      'more than 64 fields',
    ],
  ])('refuse %s', (_, source, message) => {
    expect(() => written(source + kernel)).toThrow(message);
  });

  it.each([
    ['another signature', kernel.replace('args: usize', 'args: i32'), 'scale is no kernel: its parameters are'],
    ['a result', kernel.replace('): void', '): i32'), 'scale is no kernel'],
    ['a kernel that reads no class', kernel.replace(/ {2}const.*\n/, ''), 'reads its arguments as nothing'],
    [
      'a kernel that reads two',
      `@unmanaged\nclass Other {\n}\n${kernel.replace('}\n', '  changetype<Other>(args);\n}\n')}`,
      'reads its arguments as Scale and Other',
    ],
    ['a kernel that reads an unknown class', kernel.replace('<Scale>', '<Sale>'), 'Sale, which is no class here'],
  ])('refuse %s', (_, source, message) => {
    expect(() => written(scaleClass() + source)).toThrow(message);
  });

  it.each([
    ['a kernel by another name', "export { scale as double } from './scale';\n", 'by its own name'],
    ['a kernel that is not there', "export { double } from './scale';\n", 'index.ts:1: there is no function double'],
    ['a file that is not there', "export { scale } from './other';\n", 'there is no function scale'],
    ['everything of a file', "export * from './scale';\n", 'is understood'],
    ['a function in the entry', 'export function scale(): void {}\n', 'is understood'],
  ])('refuse %s in the entry', (_, entry, message) => {
    expect(() => written(scaleClass() + kernel, entry)).toThrow(message);
  });
});
