/** Damaged files of records, made here from whole ones: documents, or an error that names the damage. */
import { List, Field, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readAll, scratch } from '../core/data/helpers.ts';
import { fuzz } from './fuzz.ts';

const { write } = scratch();
const texts = ['one boat in the bay', 'two hills and a road', 'rain on the quay', 'wind over the moor'];
const records = texts.map((text, i) => ({ id: `n${i}`, text, labels: i % 2 ? ['b'] : ['a', 'b'] }));
const bits = (i: number): string => (i % 2 ? '0,1' : '1,1');

/** Written by pyarrow: a text and a list of labels, two row groups, Snappy. */
const parquet =
  'UEFSMRUEFYYBFYwBTBUGFQASAABD8EITAAAAb25lIGJvYXQgaW4gdGhlIGJheRQAAAB0d28gaGlsbHMgYW5kIGEgcm9hZBAAAAByYWluIG9uIHRoZSBxdWF5FQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYBAgMkABUEFRQVGEwVBBUAEgAACiQBAAAAYQEAAABiFQAVHhUiLBUIFRAVBhUGHAAAAA84AgAAAAMCAgAAAAgDAQMGFQQVhgEVjAFMFQYVABIAAEPwQhMAAABvbmUgYm9hdCBpbiB0aGUgYmF5FAAAAHR3byBoaWxscyBhbmQgYSByb2FkEAAAAHJhaW4gb24gdGhlIHF1YXkVABUUFRgsFQYVEBUGFQYcAAAACiQCAAAABgECAyQAFQQVFBUYTBUEFQASAAAKJAEAAABhAQAAAGIVABUeFSIsFQgVEBUGFQYcAAAADzgCAAAAAwICAAAACAMBAwYVBBlcNQAYBnNjaGVtYRUEABUMJQIYBHRleHQlAEwcAAAANQIYBmxhYmVscxUCFQZMPAAAADUEGARsaXN0FQIAFQwlAhgHZWxlbWVudCUATBwAAAAWDBksGSwmABwVDBk1AAYQGRgEdGV4dBUCFgYW4AEW6gEmtAEmCCksFQQVABUCABUAFRAVAgA8Fm4ZBhkmAAYAAAAmABwVDBk1AAYQGTgGbGFiZWxzBGxpc3QHZWxlbWVudBUCFggWdBZ8JqYCJvIBKSwVBBUAFQIAFQAVEBUCADwWCBkmBgIZRgAAAAgAAAAW1AIWBiYIFuYCABksJgAcFQwZNQAGEBkYBHRleHQVAhYGFuABFuoBJpoEJu4CKSwVBBUAFQIAFQAVEBUCADwWbhkGGSYABgAAACYAHBUMGTUABhAZOAZsYWJlbHMEbGlzdAdlbGVtZW50FQIWCBZ0FnwmjAUm2AQpLBUEFQAVAgAVABUQFQIAPBYIGSYGAhlGAAAACAAAABbUAhYGJu4CFuYCACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNS4wLjEZLBwAABwAAACzAQAAUEFSMQ==';
/** Text and labels in inline strings. */
const xlsx =
  'UEsDBBQAAAAIABFifl1bma6u5QAAAAsCAAATAAAAW0NvbnRlbnRfVHlwZXNdLnhtbK2RvVLDMBCEX0WjNhOdk4KCsZ0i0AYKXuCQz7HG+hudEszbIzuBggnQUN1Iu3vfalTvJmfFmRKb4Bu5UZXctfXLeyQWRfHcyCHneA/AeiCHrEIkX5Q+JIe5HNMRIuoRjwTbqroDHXwmn9d53iHb+oF6PNksHqdyfaEksizF/mKcWY3EGK3RmIsOZ999o6yvBFWSi4cHE3lVDBJuEmblZ8A191SenUxH4hlTPqArLpgsvIU0voYwqt+X3GgZ+t5o6oI+uRJRHBNhxwNRdlYtUzk0fvU3fzEzLGPzz0W+9n/2gOW72w9QSwMEFAAAAAgAEWJ+XX8RKBaIAAAA7gAAAAsAAABfcmVscy8ucmVsc43PPQ4CIRAF4KtsOMDOamFhgMrG1ngBxOEn/AwBjOvtpVyNheXkvXwvwy8YVfeUm/OlTWuKuQnmei9HgKYdJtVmKphHYqgm1cdZLRSlg7II+2U5QN0aTPKtOZ3vgtUdm66vgv/IZIzXeCL9SJj7j4GvxpBVtdgFWyM8qYYbUZgHykBy+HhPvgFQSwMEFAAAAAgAEWJ+XTZelUCNAAAA3QAAAA8AAAB4bC93b3JrYm9vay54bWyNjzEOgzAMRa8S+QA1dOiAgKlL554gBdNE4DiyU7XHL4Kyd7Kf/tez3L5F54fI7D68JOsglJIbRBsCsbeTZEprMomyLyvqEy0r+dECUeEFz1V1QfYxwW5o9B+HTFMc6CrDiymVXaK0+BIlWYjZoG+3C/abLnmmDu7gNryNHdTgtInrojVg3+LRx+Ol/gtQSwMEFAAAAAgAEWJ+XUpJcVWMAAAA7wAAABoAAAB4bC9fcmVscy93b3JrYm9vay54bWwucmVsc43POw7CMAwG4KtEOUDdMjCgNBMLK+ICUXAeavNQbATcnogBFYmByfJv6ftldcbVcCyZQqwkHmnNNMvAXA8AZAMmQ0OpmPvFlZYM97V5qMYuxiPsxnEPbWtIrbamOF1n2SYpLs+K/8jFuWjxWOwtYeYfBXAvbaGAyB01zSPP8hMRvMc0dFWCVvD1n34BUEsDBBQAAAAIABFifl3wOF/18gAAANoCAAAYAAAAeGwvd29ya3NoZWV0cy9zaGVldDEueG1shZJbTsQwDEW3YnUBZJ58QBppEDtgBW4baEQSF8fQYfdkCopAaoY/2/H18VWsZ+LXNForcA4+prYZRaY7pVI/2oDphiYb88szcUDJKb+oNLHFYREFr3abza0K6GJj9FJ7REGjmWbgttnman8JTtsGpG1c9C7aJ+Fcd8loMWLPopUYrS656n/6H2r9Hjvr01+FyrSC3BXkrjKCooWOUMBFkDHH+Lm2QU2O99Bd4e8Lf1+zPBOMzvsEGAdAYMJhbYGa/hr9UOiHiprzXwF9O397X7de0/5j/Vjgx8qA2WXH9GF5wQciXsPX1LjGVr+uTpVzNl9QSwECFAMUAAAACAARYn5dW5muruUAAAALAgAAEwAAAAAAAAAAAAAAgAEAAAAAW0NvbnRlbnRfVHlwZXNdLnhtbFBLAQIUAxQAAAAIABFifl1/ESgWiAAAAO4AAAALAAAAAAAAAAAAAACAARYBAABfcmVscy8ucmVsc1BLAQIUAxQAAAAIABFifl02XpVAjQAAAN0AAAAPAAAAAAAAAAAAAACAAccBAAB4bC93b3JrYm9vay54bWxQSwECFAMUAAAACAARYn5dSklxVYwAAADvAAAAGgAAAAAAAAAAAAAAgAGBAgAAeGwvX3JlbHMvd29ya2Jvb2sueG1sLnJlbHNQSwECFAMUAAAACAARYn5d8Dhf9fIAAADaAgAAGAAAAAAAAAAAAAAAgAFFAwAAeGwvd29ya3NoZWV0cy9zaGVldDEueG1sUEsFBgAAAAAFAAUARQEAAG0EAAAAAA==';

const table = new Table({
  text: vectorFromArray(texts, new Utf8()),
  labels: vectorFromArray(
    records.map(({ labels }) => labels),
    new List(new Field('item', new Utf8())),
  ),
});

const samples: [name: string, bytes: Uint8Array][] = [
  ['array.json', Buffer.from(JSON.stringify(records))],
  ['pretty.json', Buffer.from(JSON.stringify({ data: records }, null, 2))],
  ['nested.json', Buffer.from(JSON.stringify({ response: { docs: records } }))],
  ['columns.json', Buffer.from(JSON.stringify({ text: texts, labels: texts.map((_, i) => [String(i % 2)]) }))],
  ['python.jsonl', Buffer.from(texts.map((text) => `{'text': '${text}', 'labels': ['a', 'b']}`).join('\n'))],
  ['wide.jsonl', Buffer.from(records.map((r) => JSON.stringify(r)).join('\n'), 'utf16le')],
  ['bags.svm', Buffer.from(texts.map((_, i) => `${i},${i + 1} qid:1 1:0.5 ${i + 2}:1 # note`).join('\n'))],
  [
    'dense.arff',
    Buffer.from(
      `@relation 'x: -C 2'\n@attribute a {0,1}\n@attribute b {0,1}\n@attribute c {red,'dark, red'}\n@data\n${texts.map((_, i) => `${bits(i)},'dark, red'`).join('\n')}\n`,
    ),
  ],
  [
    'sparse.arff',
    Buffer.from(
      `@relation 'x: -C -1'\n@attribute f numeric\n@attribute a {0,1}\n@data\n${texts.map((_, i) => `{0 ${i}, 1 1}`).join('\n')}\n`,
    ),
  ],
  ['set.parquet', Buffer.from(parquet, 'base64')],
  ['stream.arrow', tableToIPC(table, 'stream')],
  ['file.arrow', tableToIPC(table, 'file')],
  ['book.xlsx', Buffer.from(xlsx, 'base64')],
];

describe('damaged files of records are read or refused, never more', () => {
  it.each(samples)(
    '%s',
    async (name, bytes) => {
      const whole = await readAll(write(`whole/${name}`, bytes));
      expect(whole.documents.length).toBeGreaterThan(3);
      for (const onError of ['stop', 'skip'] as const) {
        const told = await fuzz([bytes], 80, (damaged) => readAll(write(name, damaged), { onError }));
        if (onError === 'stop') expect(told.refused).toBeGreaterThan(0);
      }
    },
    600_000,
  );

  it.each(samples)(
    '%s, torn off',
    async (name, bytes) => {
      const told = await fuzz(
        Array.from({ length: 20 }, (_, i) => bytes.subarray(0, Math.floor((bytes.length * i) / 20))),
        1,
        (torn) => readAll(write(name, torn), { onError: 'skip' }),
      );
      expect(told.refused).toBeGreaterThan(0);
    },
    600_000,
  );
});
