import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { isRunOf, outputFolderOf, runOf, settingFolders } from '../../../src/extension/runs/runFolders.ts';

it('finds where a config writes its runs', () => {
  expect(outputFolderOf('{}', '/w/a.xmlcnn.json')).toBe(resolve('/w/runs'));
  expect(outputFolderOf('{ "output": { "folder": "../out" } }', '/w/a.xmlcnn.json')).toBe(resolve('/out'));
  expect(outputFolderOf('{ "output": { "folder": "x" }, torn', '/w/a.xmlcnn.json')).toBe(resolve('/w/x'));
});

it("puts the setting's folder under each workspace folder, an absolute one under none", () => {
  expect(settingFolders('runs', ['/a', '/b'])).toEqual([resolve('/a/runs'), resolve('/b/runs')]);
  expect(settingFolders('/data/runs', ['/a', '/b'])).toEqual([resolve('/data/runs')]);
});

it('knows the run that a file belongs to', () => {
  const folders = ['/w/runs', '/w/other'];
  expect(runOf('/w/runs/one/checkpoints/last.safetensors', folders)).toBe(resolve('/w/runs/one'));
  expect(runOf('/w/other/two', folders)).toBe(resolve('/w/other/two'));
  expect(runOf('/w/runs', folders)).toBeUndefined();
  expect(runOf('/w/runsmore/one/lock', folders)).toBeUndefined();
});

it('knows whether a run is one of a config', () => {
  const named = '{ "output": { "folder": "out", "name": "one" } }';
  expect(isRunOf(resolve('/w/out/one'), named, '/w/a.xmlcnn.json')).toBe(true);
  expect(isRunOf(resolve('/w/out/two'), named, '/w/a.xmlcnn.json')).toBe(false);
  expect(isRunOf(resolve('/w/runs/one'), named, '/w/a.xmlcnn.json')).toBe(false);
  expect(isRunOf(resolve('/w/runs/a-2026-01-02T03-04-05'), '{}', '/w/a.xmlcnn.json')).toBe(true);
  expect(isRunOf(resolve('/w/runs/b-2026-01-02T03-04-05'), '{}', '/w/a.xmlcnn.json')).toBe(false);
});
