import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { engineNames } from '../../src/core/engine/createEngine.ts';
import { presetNames } from '../../src/core/config/presets.ts';
import { bundleText, textsOf } from '../../scripts/l10n.mjs';

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as {
  activationEvents: string[];
  icon: string;
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: Record<string, { command: string; when?: string; group?: string }[]>;
    views: Record<string, { id: string; icon?: string }[]>;
    viewsContainers: { activitybar: { icon: string }[] };
    viewsWelcome: { view: string; contents: string }[];
    walkthroughs: { id: string; steps: { description: string; media: { svg?: string; markdown?: string } }[] }[];
    configuration: {
      properties: Record<string, { markdownDescription?: string; enum?: string[]; type?: string; scope?: string }>;
    };
  };
};
const nls = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const { contributes } = manifest;

/** Every string of the manifest. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
const keysUsed = stringsOf(manifest).flatMap((string) => /^%([^%]+)%$/.exec(string)?.[1] ?? []);

it('has a text for every key, and a key for every text', () => {
  expect([...new Set(keysUsed)].sort()).toEqual(Object.keys(nls).sort());
});

it('leaves no text of the manifest untranslatable', () => {
  const { commands, viewsWelcome, walkthroughs, configuration } = contributes;
  const texts = [
    ...commands.map(({ title }) => title),
    ...viewsWelcome.map(({ contents }) => contents),
    ...walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ...Object.values(configuration.properties).map(({ markdownDescription }) => markdownDescription),
  ];
  for (const string of texts) expect(string).toMatch(/^%[^%]+%$/);
});

it('names commands in our way, each in the one category', () => {
  for (const { command, category } of contributes.commands) {
    expect(command).toMatch(/^xmlcnn\.[a-z][A-Za-z]*$/);
    expect(category).toBe('XML-CNN');
  }
});

it('has a command for every menu entry, and for every link in its texts', () => {
  const known = new Set(contributes.commands.map(({ command }) => command));
  const menus = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
  const links = Object.values(nls).flatMap((string) =>
    [...string.matchAll(/command:(xmlcnn\.\w+)/g)].map(([, id]) => id),
  );
  expect([...menus, ...links].filter((id) => !known.has(id))).toEqual([]);
});

it('offers at most three inline actions on a row', () => {
  const inline = (contributes.menus['view/item/context'] ?? []).filter(({ group }) => group?.startsWith('inline'));
  const states = ['job.train', 'job.resume', 'job.evaluate', 'running', 'finished', 'early', 'interrupted', 'damaged'];
  for (const state of states) {
    const fits = inline.filter(
      ({ when = '' }) => when.startsWith('view == xmlcnn.runs') && fitsItem(when, `run.${state}`),
    );
    expect(fits.length, state).toBeLessThanOrEqual(3);
  }
});

/** Whether the conditions on `viewItem` in a `when` clause hold. */
function fitsItem(when: string, item: string): boolean {
  return when.split(' && ').every((part) => {
    const [, operator, value] = /^viewItem (==|!=|=~) (.+)$/.exec(part) ?? [];
    if (operator === '=~') return new RegExp(value.slice(1, -1)).test(item);
    return operator === undefined || (operator === '==') === (item === value);
  });
}

it('has the files that it names', () => {
  const { viewsContainers, views, walkthroughs } = contributes;
  const media = walkthroughs.flatMap(({ steps }) =>
    steps.flatMap((step) => step.media.svg ?? step.media.markdown ?? []),
  );
  const icons = Object.values(views).flatMap((all) => all.map((view) => view.icon));
  for (const file of [manifest.icon, ...viewsContainers.activitybar.map(({ icon }) => icon), ...icons, ...media]) {
    expect(file).toBeDefined();
    expect(existsSync(resolve(file!)), file).toBe(true);
  }
});

it('offers the engines and presets that the core has', () => {
  const { properties } = contributes.configuration;
  expect(properties['xmlcnn.engine'].enum).toEqual([...engineNames]);
  expect(properties['xmlcnn.defaultPreset'].enum).toEqual(['auto', ...presetNames]);
});

it('has no setting that nobody reads', () => {
  const files = readdirSync('src/extension', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const source = files.map((name) => readFileSync(`src/extension/${name}`, 'utf8')).join('\n');
  const settings = Object.keys(contributes.configuration.properties).map((name) => name.slice('xmlcnn.'.length));
  expect(settings.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
});

it('has an l10n bundle that is what the sources say', () => {
  const bundle = readFileSync('l10n/bundle.l10n.json', 'utf8');
  expect(bundle).toBe(bundleText());
  const texts = JSON.parse(bundle) as Record<string, string>;
  expect(texts).toHaveProperty('Stop'); // of the host
  expect(texts).toHaveProperty(['Opening the dataset']); // of a page
});

it('finds texts to translate, and refuses what could not be looked up', () => {
  expect(textsOf("vscode.l10n.t('a {0}', x); t(`b`); other('c');", 'x.ts')).toEqual(['a {0}', 'b']);
  expect(() => textsOf('\nvscode.l10n.t(name);', 'x.ts')).toThrow('x.ts:2');
});

it('is not in doubt what a command may do in a workspace that is not trusted', () => {
  // what asks for trust, `test/e2e/10-restricted-mode.e2e.ts` calls there; what writes elsewhere asks the user where
  const kinds = {
    asksForTrust:
      'train resume evaluate exportModel exportPredictions selectModel predictSelection highlightEvidence openPredictions',
    reads: `inspectDataset exploreClusters reviewLabels refreshDatasets refreshRuns showMetrics compareRuns showRunsTable openRunConfig openRunFolder
      copyRunPath clearEvidence showEngines stop`,
    asksTheUser:
      'createRunConfig writeCorrectedCopy deleteRun freeDiskSpace renameRun openSample inspectSample installEngine',
  };
  const classified = Object.values(kinds).flatMap((names) => names.split(/\s+/));
  const all = contributes.commands.map(({ command }) => command.replace('xmlcnn.', ''));
  expect(classified.sort()).toEqual(all.sort());
  for (const name of kinds.asksForTrust.split(' ')) expect(nls[`command.${name}`], name).toBeDefined();
});

it('takes no path from the settings of a workspace that is not trusted', () => {
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  for (const [name, { scope, type }] of Object.entries(contributes.configuration.properties)) {
    const isSafe = type === 'boolean' || type === 'number' || type === 'integer' || scope === 'machine';
    const { enum: values } = contributes.configuration.properties[name];
    expect(isSafe || values !== undefined || restrictedConfigurations.includes(name), name).toBe(true);
  }
});
