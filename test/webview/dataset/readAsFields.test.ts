import { expect, test } from 'vitest';
import { datasetOptions } from '../../../src/cli/dataset.ts';
import { canonicalEncoding } from '../../../src/core/formats/encoding.ts';
import { encodings } from '../../../src/core/formats/encodings.ts';
import type { SourceOptions } from '../../../src/core/data/document.ts';
import {
  fieldGroups,
  typedText,
  withTyped,
  type ReadingField,
} from '../../../src/webview/pages/dataset/readAsFields.ts';

const fields = fieldGroups().flatMap((group) => group.fields);
const field = (key: keyof SourceOptions): ReadingField => fields.find((one) => one.key === key)!;
const typed = (key: keyof SourceOptions, text: string): unknown => withTyped({}, field(key), text)[key as 'missing'];

test('there is a choice for every option of the command line that says how a file is read', () => {
  const names = fields.map(({ key }) => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`));
  const others = ['corrections', 'on-error']; // what was corrected, and what becomes of records that cannot be read
  expect(names.concat(others).sort()).toEqual(Object.keys(datasetOptions).sort());
});

test('fields by name or by number, one or several', () => {
  expect(typed('textField', 'title')).toBe('title');
  expect(typed('textField', ' title , body,3 ')).toEqual(['title', 'body', 3]);
  expect(typed('labelField', '4')).toBe(4);
  expect(typed('labelField', '"4"')).toBe('4');
  expect(typed('labelColumns', 'sports')).toEqual(['sports']);
  expect(typed('textField', ' , ')).toBeUndefined();
});

test('words, separators, yes and no', () => {
  expect(typed('wholeLabels', '"Health, safety", 12')).toEqual(['Health, safety', '12']);
  expect(typed('missing', 'none')).toEqual(['none']);
  expect(typed('labelSeparator', ' ')).toBe(' ');
  expect(typed('labelSeparator', '\\n')).toBe('\n');
  expect(typed('delimiter', '\\t')).toBe('\t');
  expect([typed('header', 'yes'), typed('header', 'no'), typed('header', '')]).toEqual([true, false, undefined]);
  expect(withTyped({ header: true, encoding: 'big5' }, field('header'), '')).toEqual({ encoding: 'big5' });
});

test('what is shown reads as what was chosen', () => {
  const options: SourceOptions = {
    textField: ['a "b"', 'c, d', '7', 7, ' e '],
    labelField: '12',
    labelColumns: ['x', 3],
    idField: 0,
    labelSeparator: '\n',
    wholeLabels: ['a, b', '5'],
    missing: ['none'],
    wholeNumbers: false,
    header: true,
    delimiter: '\t',
    format: 'tsv',
    encoding: 'koi8-r',
  };
  for (const key of Object.keys(options) as (keyof SourceOptions)[]) {
    const shown = typedText(field(key), options);
    expect(withTyped({}, field(key), shown)).toEqual({ [key]: options[key] });
  }
  expect(typedText(field('quoting'), options)).toBe('');
});

test('encodings to choose from are decoded, each by the name that is kept', () => {
  expect(encodings.filter((name) => canonicalEncoding(name) !== name)).toEqual([]);
  expect(new Set(encodings).size).toBe(encodings.length);
});
