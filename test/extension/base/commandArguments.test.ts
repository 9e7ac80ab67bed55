import { expect, it } from 'vitest';
import { readArguments } from '../../../src/extension/base/commandArguments.ts';

/** What VS Code hands over for a file. */
const uri = (path: string): object => ({ scheme: 'file', path, fsPath: path, toString: () => `file://${path}` });
const row = (path: string): object => ({ type: 'run', id: path, path });

it.each([
  ['nothing: palette, key', [], undefined, []],
  ['a URI and the selection: Explorer', [uri('/a'), [uri('/b'), uri('/a')]], '/a', ['/b', '/a']],
  ['a URI and a group: editor title', [uri('/a'), { groupId: 0 }], '/a', ['/a']],
  ['a URI: context menu of an editor, code lens', [uri('/a')], '/a', ['/a']],
  ['a row alone', [row('/a'), undefined], '/a', ['/a']],
  ['a row and the selection', [row('/a'), [row('/a'), row('/b')]], '/a', ['/a', '/b']],
  ['a path: notices, panels', ['/a'], '/a', ['/a']],
  ['paths: comparison', [['/a', '/b', '/a']], '/a', ['/a', '/b']],
  ['what names the tab of a page', [{ ...uri('webview-1'), scheme: 'webview-panel' }, { groupId: 0 }], undefined, []],
  ['null', [null], undefined, []],
])('reads %s', (_, args, path, paths) => {
  expect(readArguments(args)).toMatchObject({ path, paths, place: undefined, jobId: undefined });
});

it('knows a run that has no folder yet by its job', () => {
  expect(readArguments([{ type: 'run', id: 'x', path: undefined, job: { id: 'x' } }])).toMatchObject({
    path: undefined,
    paths: [],
    jobId: 'x',
  });
});

it('takes a place from a hover, and no URI for one', () => {
  const place = { uri: 'file:///a', line: 1, character: 2, label: 3 };
  expect(readArguments([place])).toMatchObject({ place, path: undefined });
  expect(readArguments([uri('/a')]).place).toBeUndefined();
});

it('takes options from our own callers, and no selection for them', () => {
  expect(readArguments([uri('/a'), { format: 'csv' }]).options).toEqual({ format: 'csv' });
  expect(readArguments([uri('/a'), [uri('/a')]]).options).toEqual({});
});
