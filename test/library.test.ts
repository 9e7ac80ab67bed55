import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPredictor } from '../src/core/predict/predictor.ts';
import { trainedRun } from './core/export/trained.ts';
import { temporaryFolders } from './core/training/folder.ts';

const isBuilt = existsSync('dist/xmlcnn.js') && existsSync('dist/types/core/index.d.ts');
if (!isBuilt) console.log('skipped: dist/xmlcnn.js or dist/types not found (npm run build makes them)');

const newFolder = temporaryFolders(afterAll);

/** The example of the README. */
const example = /```js\n(import \{ loadModel \}[^]*?)```/.exec(readFileSync('README.md', 'utf8'))![1];

const typed = `
import { loadModel, UserError, type Model, type Prediction } from 'xmlcnn';
const model: Model = await loadModel(process.argv[2], { threads: 2 });
const texts: string[] = JSON.parse(process.argv[3]);
const [predictions, [vector]] = await Promise.all([model.predict(texts, { top: 3 }), model.embed(texts)]);
const { labels }: Prediction = await model.explain(texts[0], { top: 1 });
const size: number = vector.length;
const failure = await loadModel('nowhere').catch((error: UserError) => error.code);
// @ts-expect-error: a text alone is no list of texts
const wrong = (): unknown => model.predict(texts[0]);
console.log(JSON.stringify({ predictions, size, outputs: model.labels.length, top: labels[0].name, failure }));
await model.dispose();
`;

/** A project of somebody else, with the package installed as npm would. */
describe.skipIf(!isBuilt)('import from "xmlcnn"', () => {
  let project: string;
  let run: string;
  beforeAll(async () => {
    project = await newFolder();
    ({ run } = await trainedRun(project, {}, { engine: { name: 'auto' } }));
    await mkdir(join(project, 'node_modules'));
    await symlink(resolve('.'), join(project, 'node_modules', 'xmlcnn'), 'junction');
    await symlink(resolve('node_modules/@types'), join(project, 'node_modules', '@types'), 'junction');
    await writeFile(join(project, 'package.json'), '{"type": "module"}');
  });

  it('has types that a strict program compiles with, and predicts in plain Node', { timeout: 300_000 }, async () => {
    const options = { module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: false, types: ['node'] };
    await writeFile(join(project, 'use.ts'), typed);
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
    const { stdout, status } = spawnSync(
      process.execPath,
      [resolve('node_modules/typescript/bin/tsc'), '-p', project],
      {
        encoding: 'utf8',
      },
    );
    expect([stdout, status]).toEqual(['', 0]);
    const texts = ['fish and bread', 'wine', ''];
    const program = [join(project, 'use.js'), run, JSON.stringify(texts)];
    const found = JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8', cwd: project }));
    const predictor = await loadPredictor(run);
    const expected = await predictor.predict(texts, { top: 3 });
    expect(found.predictions).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(found).toMatchObject({ size: 7, outputs: predictor.labels.outputs, failure: 'run-not-found' });
    expect(found.top).toBe(expected[0].labels[0].name);
    await predictor.dispose();
  });

  it('runs the example of the README', async () => {
    await writeFile(join(project, 'example.js'), example.replace("'runs/reuters'", JSON.stringify(run)));
    const out = execFileSync(process.execPath, [join(project, 'example.js')], { encoding: 'utf8', cwd: project });
    expect(out).toMatch(/0\.\d+/);
  });
});
