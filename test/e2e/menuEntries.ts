/**
 * What each entry of each menu, each key and each link of a hover or code lens does, as a user would see it: a table that
 * 15-menus.e2e.ts goes through in this order, and that menuEntries.test.ts compares with the manifest.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Workbench } from '../workbench/driver.ts';
import { sampleSize } from '../workbench/sample.ts';

interface MenuItem {
  command: string;
  when?: string;
  group?: string;
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string }[];
    menus: Record<string, MenuItem[]>;
    keybindings: { command: string; key: string }[];
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const { commands, menus, keybindings } = manifest.contributes;

const shortened = (command: string): string => command.replace('xmlcnn.', '');
const isHidden = (command: string): boolean =>
  menus.commandPalette.some((item) => item.command === command && item.when === 'false');

/** The places in the manifest from which commands are called, such as `editor/context: train`. */
export function entriesOfManifest(): string[] {
  const items = Object.entries(menus)
    .filter(([menu]) => menu !== 'commandPalette')
    .flatMap(([menu, all]) =>
      all.map(({ command, group }) => `${menu}${group?.startsWith('inline') ? ' inline' : ''}: ${shortened(command)}`),
    );
  const palette = commands
    .filter(({ command }) => !isHidden(command))
    .map(({ command }) => `palette: ${shortened(command)}`);
  return [
    ...new Set([...items, ...palette, ...keybindings.map(({ key, command }) => `${key}: ${shortened(command)}`)]),
  ];
}

/** Titles of commands that the palette does not offer and no other command shares. */
export const hiddenTitles = (): string[] =>
  commands.filter(({ command }) => isHidden(command)).map(({ command }) => titleOf(shortened(command)));

function titleOf(command: string): string {
  const key = commands.find((one) => one.command === `xmlcnn.${command}`)?.title ?? '';
  return texts[key.slice(1, -1)];
}

export interface EntryTest {
  /** As in `entriesOfManifest`; `lens` and `hover` beside those. */
  entry: string;
  run(workbench: Workbench): Promise<void>;
}

/** Where the file watcher does not look: what is put there is found by refreshing alone. */
export const settings = {
  'files.watcherExclude': { '**/quiet/**': true },
  'http.proxy': 'http://127.0.0.1:9', // no server listens there: nothing is downloaded
};

const inFolder = (workbench: Workbench, ...path: string[]): string => join(workbench.workspace, ...path);
const writes = (workbench: Workbench, ...path: string[]): Promise<void> =>
  expect.poll(() => existsSync(inFolder(workbench, ...path)), { message: path.join('/') }).toBe(true);
const runRow = (workbench: Workbench, name: string): Locator => workbench.treeRow('Runs', new RegExp(`^\\s*${name}`));
const datasetRow = (workbench: Workbench, name: string): Locator =>
  workbench.treeRow('Datasets', new RegExp(`^\\s*${name}`)).first();

async function closeEditors(workbench: Workbench): Promise<void> {
  await workbench.runCommand('View: Close All Editors');
  await workbench.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
}

async function showRuns(workbench: Workbench): Promise<void> {
  await workbench.showContainer('XML-CNN');
  await workbench.pane('Runs').waitFor();
}

async function rowMenu(workbench: Workbench, row: Locator, command: string): Promise<void> {
  await showRuns(workbench);
  for (;;) {
    await workbench.openMenu(row, titleOf(command));
    if (await row.and(workbench.page.locator('.focused')).count()) break;
    await workbench.page.keyboard.press('Escape'); // the rows changed places in mid-click: the menu is another's
  }
  await workbench.menuItem(titleOf(command)).click();
  await workbench.menuItem(titleOf(command)).waitFor({ state: 'detached' });
}

async function rowButton(workbench: Workbench, row: Locator, command: string): Promise<void> {
  await showRuns(workbench);
  await workbench.rowAction(row, titleOf(command));
}

async function viewAction(workbench: Workbench, view: string, command: string): Promise<void> {
  await showRuns(workbench);
  await workbench.pane(view).hover();
  await workbench
    .pane(view)
    .locator(`.pane-header .action-label[aria-label^="${titleOf(command)}"]`)
    .click();
}

async function paletteCommand(workbench: Workbench, command: string): Promise<void> {
  await workbench.runCommand(`XML-CNN: ${titleOf(command)}`);
}

// ---- what is to be seen when a command has done its work

/** Waits until a page shows something; it may make way for another of its kind meanwhile. */
async function shows(workbench: Workbench, page: string, what: (frame: Frame) => Locator): Promise<void> {
  const isShown = async (): Promise<boolean> => {
    const found = what(await workbench.webview(page)).first();
    return found.isVisible().catch(() => false);
  };
  await expect.poll(isShown, { message: page, timeout: 120_000 }).toBe(true);
}

async function showsDataset(workbench: Workbench, documents: number): Promise<void> {
  const count = documents.toLocaleString('en-US');
  await shows(workbench, 'dataset', (page) => page.locator('.overview dl.figures').getByText(count, { exact: true }));
}

async function showsClusters(workbench: Workbench): Promise<void> {
  await shows(workbench, 'clusters', (page) => page.getByText(/Suggested: \d+ clusters/));
}

async function showsReview(workbench: Workbench): Promise<void> {
  await shows(workbench, 'review', (page) => page.getByText('Choose Model'));
}

async function writesCopy(workbench: Workbench): Promise<void> {
  await workbench.save();
  await workbench.toast('0 of 60 documents changed').first().waitFor();
  await writes(workbench, 'corrected-few.jsonl');
  rmSync(inFolder(workbench, 'corrected-few.jsonl'));
  await workbench.runCommand('Notifications: Clear All Notifications');
}

async function showsPredictions(workbench: Workbench, run: string): Promise<void> {
  await shows(workbench, 'predictions', (page) => page.locator('header.page-header').getByText(run));
  const count = sampleSize('test').toLocaleString('en-US');
  await shows(workbench, 'predictions', (page) => page.getByText(`${count} documents`));
}

/** Waits until the table of runs has a row for a run. */
const showsTable = (workbench: Workbench, run: string): Promise<void> =>
  shows(workbench, 'runs', (page) => page.getByRole('row').filter({ hasText: run }));

/** Waits until the Metrics view shows these runs, and no other. */
async function showsMetrics(workbench: Workbench, ...runs: string[]): Promise<void> {
  const list = (await workbench.webview('metrics')).locator('.run-list');
  const chosen = async (): Promise<string[]> =>
    (await list.getByRole('checkbox', { checked: true }).allInnerTexts()).map((name) => name.trim()).sort();
  await expect.poll(chosen).toEqual(runs.sort());
}

async function trains(workbench: Workbench, name: string): Promise<void> {
  await workbench.toast(new RegExp(`${name} finished`)).waitFor();
  await writes(workbench, 'runs', name, 'summary.json');
}

async function evaluates(workbench: Workbench, name: string): Promise<void> {
  const file = inFolder(workbench, 'runs', name, 'evaluation-train.json');
  rmSync(file, { force: true });
  await workbench.pick('Training documents');
  await writes(workbench, 'runs', name, 'evaluation-train.json');
  await workbench
    .toast(new RegExp(`${name} on train`))
    .last()
    .waitFor(); // then the rows have changed places
}

async function isAtWork(workbench: Workbench): Promise<void> {
  await workbench.statusBar(/Epoch \d+\/3000/).waitFor();
}

async function hasStopped(workbench: Workbench): Promise<void> {
  await workbench.statusBar('was stopped with a checkpoint').first().waitFor();
  await workbench.statusBar(/Epoch \d+\/3000/).waitFor({ state: 'detached' });
  await expect.poll(() => workbench.runners('training')).toEqual([]);
}

async function isMarked(workbench: Workbench): Promise<void> {
  await workbench.statusBar('Marked: what speaks for animal').waitFor();
  await expect.poll(() => workbench.editor.locator('.view-overlays .cdr[class*="ced-"]').count()).toBeGreaterThan(0);
}

async function isUnmarked(workbench: Workbench): Promise<void> {
  await workbench.statusBar('Marked: what speaks').waitFor({ state: 'detached' });
}

async function exports(workbench: Workbench, name: string): Promise<void> {
  const folder = ['runs', name, 'exports', 'safetensors'];
  rmSync(inFolder(workbench, ...folder), { recursive: true, force: true });
  await workbench.pick('safetensors');
  await workbench.toast(new RegExp(`${name} exported`)).waitFor();
  await writes(workbench, ...folder, 'README.md');
}

/** From the question what goes into the file on. */
async function exportsPredictions(workbench: Workbench, file: string, documents: number): Promise<void> {
  rmSync(inFolder(workbench, file), { force: true });
  await workbench.page.getByPlaceholder('Labels and probabilities are written').waitFor();
  await workbench.page.keyboard.press('Enter');
  await workbench.save();
  await workbench
    .toast(`${file}: predictions for ${documents.toLocaleString('en-US')} documents`)
    .first()
    .waitFor();
  await writes(workbench, file);
  await workbench.runCommand('Notifications: Clear All Notifications');
}

async function selectRuns(workbench: Workbench, names: string[]): Promise<void> {
  const selected = workbench.pane('Runs').locator('.monaco-list-row.selected');
  const select = async (): Promise<number> => {
    for (const [i, name] of names.entries())
      await runRow(workbench, name).click(i > 0 ? { modifiers: ['ControlOrMeta'] } : {});
    return selected.count();
  };
  await expect.poll(select).toBe(names.length); // a row that is drawn again in between is not selected
}

/** Puts the caret, or a selection, into the text of notes.md. */
async function openNotes(workbench: Workbench, isSelecting = false): Promise<void> {
  await workbench.openFile('notes.md');
  await workbench.goTo(3, 5);
  if (isSelecting) await workbench.page.keyboard.press('Shift+End');
}

async function editorMenu(workbench: Workbench, command: string): Promise<void> {
  const { x, y, width, height } = await workbench.boxOf('bird of prey');
  await workbench.openMenuAt({ x: x + width / 2, y: y + height / 2 }, titleOf(command));
  await workbench.menuItem(titleOf(command)).click();
}

async function pickLabel(workbench: Workbench): Promise<void> {
  await workbench.pick('animal');
  await isMarked(workbench);
}

/** Points at the text of notes.md and follows a link of the hover. */
async function hoverLink(workbench: Workbench, link: string | RegExp): Promise<void> {
  await workbench.openFile('notes.md');
  await workbench.page.mouse.move(5, 5);
  const hover = await workbench.hover('bird of prey');
  await hover.getByText(link).first().click();
}

async function lens(workbench: Workbench, title: string): Promise<void> {
  await workbench.openFile('long.xmlcnn.json');
  await workbench.codeLens(title).first().click();
}

async function refreshes(
  workbench: Workbench,
  row: Locator,
  [from, to]: readonly [from: string, to: string],
  refresh: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    cpSync(from, to, { recursive: true });
    await workbench.page.waitForTimeout(3000);
    if ((await row.count()) === 0) break;
    expect(attempt).toBeLessThan(4); // a change elsewhere, such as a run that ends, has the view look again too
    rmSync(to, { recursive: true });
    await refresh();
    await row.waitFor({ state: 'detached' });
  }
  await refresh();
  await row.waitFor();
}

// ---- the table

const explorer: EntryTest[] = [
  {
    entry: 'explorer/context: inspectDataset',
    async run(workbench) {
      await workbench.explorerMenu('few.jsonl', titleOf('inspectDataset'));
      await showsDataset(workbench, 60);
    },
  },
  {
    entry: 'explorer/context: createRunConfig',
    async run(workbench) {
      await workbench.explorerMenu('few.jsonl', titleOf('createRunConfig'));
      await workbench.tab('few.xmlcnn.json').waitFor();
      await writes(workbench, 'few.xmlcnn.json');
    },
  },
  {
    entry: 'explorer/context: exploreClusters',
    async run(workbench) {
      await workbench.explorerMenu('few.jsonl', titleOf('exploreClusters'));
      await showsClusters(workbench);
    },
  },
  {
    entry: 'explorer/context: reviewLabels',
    async run(workbench) {
      await closeEditors(workbench);
      await workbench.explorerMenu('few.jsonl', titleOf('reviewLabels'));
      await showsReview(workbench);
    },
  },
  {
    entry: 'explorer/context: train',
    async run(workbench) {
      await workbench.explorerMenu('third.xmlcnn.json', titleOf('train'));
      await trains(workbench, 'third');
    },
  },
];

const datasets: EntryTest[] = [
  {
    entry: 'editor/title: inspectDataset',
    async run(workbench) {
      await closeEditors(workbench);
      await workbench.focusExplorer(); // Go to File remembers by which editor a file was shown last
      await workbench.explorerRow('few.jsonl').dblclick();
      await workbench.editor.locator('.view-line').first().waitFor();
      await workbench.editorAction(titleOf('inspectDataset')).click();
      await showsDataset(workbench, 60);
    },
  },
  {
    entry: 'view/item/context inline: inspectDataset',
    async run(workbench) {
      await closeEditors(workbench);
      await showRuns(workbench);
      await rowButton(workbench, datasetRow(workbench, 'glosses'), 'inspectDataset');
      await showsDataset(workbench, sampleSize('train') + sampleSize('test'));
    },
  },
  {
    entry: 'view/item/context: createRunConfig',
    async run(workbench) {
      await rowMenu(workbench, datasetRow(workbench, 'glosses'), 'createRunConfig');
      await workbench.tab('glosses.xmlcnn.json').waitFor();
      await writes(workbench, 'glosses', 'glosses.xmlcnn.json');
    },
  },
  {
    entry: 'view/item/context: exploreClusters',
    async run(workbench) {
      await closeEditors(workbench);
      await rowMenu(workbench, datasetRow(workbench, 'few'), 'exploreClusters');
      await showsClusters(workbench);
    },
  },
  {
    entry: 'view/item/context: reviewLabels',
    async run(workbench) {
      await closeEditors(workbench);
      await rowMenu(workbench, datasetRow(workbench, 'few'), 'reviewLabels');
      await showsReview(workbench);
    },
  },
  {
    entry: 'view/item/context: writeCorrectedCopy',
    async run(workbench) {
      await rowMenu(workbench, datasetRow(workbench, 'few'), 'writeCorrectedCopy');
      await writesCopy(workbench);
    },
  },
  {
    entry: 'view/title: refreshDatasets',
    async run(workbench) {
      const copied = [inFolder(workbench, 'few.jsonl'), inFolder(workbench, 'quiet', 'quiet.jsonl')] as const;
      await refreshes(workbench, datasetRow(workbench, 'quiet'), copied, () =>
        viewAction(workbench, 'Datasets', 'refreshDatasets'),
      );
    },
  },
];

const runs: EntryTest[] = [
  {
    entry: 'view/title: train',
    async run(workbench) {
      await closeEditors(workbench);
      await runRow(workbench, 'first').click(); // the title hands over the row that has the focus
      await viewAction(workbench, 'Runs', 'train');
      await workbench.pick('fourth.xmlcnn.json');
      await trains(workbench, 'fourth');
    },
  },
  {
    entry: 'view/title: showRunsTable',
    async run(workbench) {
      await viewAction(workbench, 'Runs', 'showRunsTable');
      await showsTable(workbench, 'first');
    },
  },
  {
    entry: 'view/title: freeDiskSpace',
    async run(workbench) {
      await viewAction(workbench, 'Runs', 'freeDiskSpace');
      await workbench.quickRow('Run first').waitFor();
      await workbench.page.keyboard.press('Escape');
    },
  },
  {
    entry: 'view/title: refreshRuns',
    async run(workbench) {
      const copied = [inFolder(workbench, 'runs', 'first'), inFolder(workbench, 'runs', 'quiet')] as const;
      await refreshes(workbench, runRow(workbench, 'quiet'), copied, () =>
        viewAction(workbench, 'Runs', 'refreshRuns'),
      );
    },
  },
  {
    entry: 'view/item/context inline: evaluate',
    async run(workbench) {
      await rowButton(workbench, runRow(workbench, 'first'), 'evaluate');
      await evaluates(workbench, 'first');
    },
  },
  {
    entry: 'view/item/context: evaluate',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'evaluate');
      await evaluates(workbench, 'second');
    },
  },
  {
    entry: 'view/item/context inline: openPredictions',
    async run(workbench) {
      await rowButton(workbench, runRow(workbench, 'first'), 'openPredictions');
      await showsPredictions(workbench, 'first');
    },
  },
  {
    entry: 'view/item/context: openPredictions',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'openPredictions');
      await showsPredictions(workbench, 'second');
    },
  },
  {
    entry: 'view/item/context inline: showMetrics',
    async run(workbench) {
      await rowButton(workbench, runRow(workbench, 'first'), 'showMetrics');
      await showsMetrics(workbench, 'first');
    },
  },
  {
    entry: 'view/item/context: showMetrics',
    async run(workbench) {
      await selectRuns(workbench, ['second', 'first']);
      await rowMenu(workbench, runRow(workbench, 'first'), 'showMetrics');
      await showsMetrics(workbench, 'first', 'second');
      await rowMenu(workbench, runRow(workbench, 'fourth'), 'showMetrics'); // not one of those selected
      await showsMetrics(workbench, 'fourth');
    },
  },
  {
    entry: 'view/item/context: compareRuns',
    async run(workbench) {
      await selectRuns(workbench, ['second', 'first']);
      await rowMenu(workbench, runRow(workbench, 'first'), 'compareRuns');
      await (await workbench.webview('compare')).getByText('2 runs').first().waitFor();
    },
  },
  {
    entry: 'view/item/context: copyRunPath',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'first'), 'copyRunPath'); // both are selected
      const copied = async (): Promise<string[]> =>
        (await workbench.page.evaluate(() => navigator.clipboard.readText())).split('\n').sort();
      const paths = ['first', 'second'].map((name) => inFolder(workbench, 'runs', name));
      await expect.poll(copied).toEqual(paths);
      await runRow(workbench, 'first').click(); // alone
    },
  },
  {
    entry: 'view/item/context: exportModel',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'exportModel');
      await exports(workbench, 'second');
    },
  },
  {
    entry: 'view/item/context: exportPredictions',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'exportPredictions');
      await workbench.pick('Test documents');
      await exportsPredictions(workbench, 'second-test-predictions.csv', sampleSize('test'));
    },
  },
  {
    entry: 'editor/title: exportPredictions',
    async run(workbench) {
      await closeEditors(workbench);
      await rowMenu(workbench, runRow(workbench, 'first'), 'openPredictions');
      await showsPredictions(workbench, 'first');
      await workbench.editorAction(titleOf('exportPredictions')).click();
      await exportsPredictions(workbench, 'first-test-predictions.csv', sampleSize('test'));
    },
  },
  {
    entry: 'view/item/context: renameRun',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'renameRun');
      await workbench.answer('the better one');
      await runRow(workbench, 'the better one').waitFor();
      expect(existsSync(inFolder(workbench, 'runs', 'second', 'notes.json'))).toBe(true);
      await rowMenu(workbench, runRow(workbench, 'the better one'), 'renameRun');
      await workbench.answer(''); // what the folder is called
      await runRow(workbench, 'second').waitFor();
    },
  },
  {
    entry: 'view/item/context: openRunConfig',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'openRunConfig');
      await workbench.tab('config.json').waitFor();
      await expect.poll(() => workbench.visibleText()).toContain('"seed": 2');
    },
  },
  {
    entry: 'view/item/context: openRunFolder',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'second'), 'openRunFolder');
      await workbench.explorerRow('second').waitFor();
      await showRuns(workbench);
    },
  },
  {
    entry: 'view/item/context: deleteRun',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'quiet'), 'deleteRun');
      await workbench.press('Move to Trash');
      const folder = inFolder(workbench, 'runs', 'quiet');
      const forGood = workbench.page.locator('.monaco-dialog-box').getByText('There is no trash here');
      await expect.poll(async () => !existsSync(folder) || (await forGood.isVisible())).toBe(true);
      if (existsSync(folder)) await workbench.press('Delete Permanently');
      await expect.poll(() => existsSync(folder)).toBe(false);
      await runRow(workbench, 'quiet').waitFor({ state: 'detached' });
    },
  },
];

const jobs: EntryTest[] = [
  {
    entry: 'editor/title: train',
    async run(workbench) {
      await workbench.openFile('long.xmlcnn.json');
      await workbench.editorAction(titleOf('train')).click();
      await isAtWork(workbench);
    },
  },
  {
    entry: 'lens: showMetrics',
    async run(workbench) {
      await lens(workbench, 'Show Metrics');
      await showsMetrics(workbench, 'long');
    },
  },
  {
    entry: 'editor/title: stop',
    async run(workbench) {
      await workbench.editorAction(titleOf('stop')).click();
      await hasStopped(workbench);
    },
  },
  {
    entry: 'view/item/context inline: resume',
    async run(workbench) {
      await showRuns(workbench);
      await rowButton(workbench, runRow(workbench, 'long'), 'resume');
      await isAtWork(workbench);
    },
  },
  {
    entry: 'view/item/context inline: stop',
    async run(workbench) {
      await rowButton(workbench, runRow(workbench, 'long'), 'stop');
      await hasStopped(workbench);
    },
  },
  {
    entry: 'view/item/context: resume',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'long'), 'resume');
      await isAtWork(workbench);
    },
  },
  {
    entry: 'view/item/context: stop',
    async run(workbench) {
      await rowMenu(workbench, runRow(workbench, 'long'), 'stop');
      await hasStopped(workbench);
    },
  },
  {
    entry: 'lens: resume',
    async run(workbench) {
      await lens(workbench, 'Resume');
      await isAtWork(workbench);
    },
  },
  {
    entry: 'lens: stop',
    async run(workbench) {
      await lens(workbench, 'Stop');
      await hasStopped(workbench);
    },
  },
  {
    entry: 'lens: evaluate',
    async run(workbench) {
      await lens(workbench, 'Evaluate');
      await evaluates(workbench, 'long');
    },
  },
  {
    entry: 'palette: resume',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'resume'); // there is one run that can be resumed
      await isAtWork(workbench);
    },
  },
  {
    entry: 'palette: stop',
    async run(workbench) {
      await paletteCommand(workbench, 'stop');
      await hasStopped(workbench);
    },
  },
];

const texting: EntryTest[] = [
  {
    entry: 'palette: selectModel',
    async run(workbench) {
      await paletteCommand(workbench, 'selectModel');
      await workbench.pick('first');
      await workbench.statusBar('first').last().waitFor();
    },
  },
  {
    entry: 'explorer/context: exportPredictions',
    async run(workbench) {
      await workbench.focusExplorer();
      await workbench.explorerRow('second-test-predictions.csv').waitFor(); // rows that come in mid-click move the others
      await workbench.explorerMenu('few.jsonl', titleOf('exportPredictions'));
      await workbench.pick('first');
      await exportsPredictions(workbench, 'few-predictions.jsonl', 60);
    },
  },
  {
    entry: 'editor/context: highlightEvidence',
    async run(workbench) {
      await openNotes(workbench);
      await editorMenu(workbench, 'highlightEvidence');
      await pickLabel(workbench);
    },
  },
  {
    entry: 'editor/context: clearEvidence',
    async run(workbench) {
      await editorMenu(workbench, 'clearEvidence');
      await isUnmarked(workbench);
    },
  },
  {
    entry: 'editor/context: predictSelection',
    async run(workbench) {
      await openNotes(workbench, true);
      await editorMenu(workbench, 'predictSelection');
      await pickLabel(workbench);
    },
  },
  {
    entry: 'escape: clearEvidence',
    async run(workbench) {
      await workbench.editor.click();
      await workbench.page.keyboard.press('Escape');
      await isUnmarked(workbench);
    },
  },
  {
    entry: 'palette: highlightEvidence',
    async run(workbench) {
      await openNotes(workbench);
      await paletteCommand(workbench, 'highlightEvidence');
      await pickLabel(workbench);
    },
  },
  {
    entry: 'palette: clearEvidence',
    async run(workbench) {
      await paletteCommand(workbench, 'clearEvidence');
      await isUnmarked(workbench);
    },
  },
  {
    entry: 'palette: predictSelection',
    async run(workbench) {
      await openNotes(workbench, true);
      await paletteCommand(workbench, 'predictSelection');
      await pickLabel(workbench);
      await paletteCommand(workbench, 'clearEvidence');
    },
  },
  {
    entry: 'hover: highlightEvidence',
    async run(workbench) {
      await openNotes(workbench);
      await hoverLink(workbench, 'animal');
      await isMarked(workbench);
      await paletteCommand(workbench, 'clearEvidence');
    },
  },
  {
    entry: 'hover: selectModel',
    async run(workbench) {
      await hoverLink(workbench, 'Model: first');
      await workbench.pick('second');
      await workbench.statusBar('second').last().waitFor();
    },
  },
  {
    entry: 'hover: openTextPredictions',
    async run(workbench) {
      await hoverLink(workbench, 'Open in Predictions');
      const page = await workbench.webview('predictions');
      await page.locator('.reader').getByText('a large bird of prey').first().waitFor();
    },
  },
];

const palette: EntryTest[] = [
  {
    entry: 'palette: inspectDataset',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'inspectDataset');
      await workbench.chooseFile('few.jsonl');
      await showsDataset(workbench, 60);
    },
  },
  {
    entry: 'palette: exploreClusters',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'exploreClusters');
      await workbench.chooseFile('few.jsonl');
      await showsClusters(workbench);
    },
  },
  {
    entry: 'palette: reviewLabels',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'reviewLabels');
      await workbench.chooseFile('few.jsonl');
      await showsReview(workbench);
    },
  },
  {
    entry: 'palette: writeCorrectedCopy',
    async run(workbench) {
      await paletteCommand(workbench, 'writeCorrectedCopy');
      await workbench.chooseFile('few.jsonl');
      await writesCopy(workbench);
    },
  },
  {
    entry: 'palette: createRunConfig',
    async run(workbench) {
      rmSync(inFolder(workbench, 'few.xmlcnn.json'));
      await paletteCommand(workbench, 'createRunConfig');
      await workbench.pick('few.jsonl');
      await workbench.tab('few.xmlcnn.json').waitFor();
      await writes(workbench, 'few.xmlcnn.json');
    },
  },
  {
    entry: 'palette: train',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'train');
      await workbench.pick('fifth.xmlcnn.json');
      await trains(workbench, 'fifth');
    },
  },
  {
    entry: 'palette: evaluate',
    async run(workbench) {
      await paletteCommand(workbench, 'evaluate');
      await workbench.pick('second');
      await evaluates(workbench, 'second');
    },
  },
  {
    entry: 'palette: refreshRuns',
    async run(workbench) {
      await showRuns(workbench);
      const copied = [inFolder(workbench, 'runs', 'first'), inFolder(workbench, 'runs', 'quiet')] as const;
      await refreshes(workbench, runRow(workbench, 'quiet'), copied, () => paletteCommand(workbench, 'refreshRuns'));
    },
  },
  {
    entry: 'palette: openPredictions',
    async run(workbench) {
      await paletteCommand(workbench, 'openPredictions');
      await workbench.pick('first');
      await showsPredictions(workbench, 'first');
    },
  },
  {
    entry: 'palette: showMetrics',
    async run(workbench) {
      await workbench.focusExplorer();
      await paletteCommand(workbench, 'showMetrics');
      await shows(workbench, 'metrics', (page) => page.getByRole('button', { name: /^Show All \d+ Runs$/ }));
    },
  },
  {
    entry: 'palette: showRunsTable',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'showRunsTable');
      await showsTable(workbench, 'second');
    },
  },
  {
    entry: 'palette: compareRuns',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'compareRuns');
      for (const name of ['first', 'second']) await workbench.pick(name);
      await workbench.page.keyboard.press('Enter');
      await (await workbench.webview('compare')).getByText('2 runs').first().waitFor();
    },
  },
  {
    entry: 'palette: freeDiskSpace',
    async run(workbench) {
      const checkpoints = ['last', 'best'].map((name) =>
        inFolder(workbench, 'runs', 'second', 'checkpoints', `${name}.safetensors`),
      );
      expect(checkpoints.map((file) => existsSync(file))).toEqual([true, true]);
      await paletteCommand(workbench, 'freeDiskSpace');
      await workbench.pick('Checkpoints of second but the best');
      await workbench.page.keyboard.press('Enter');
      await workbench.press('Delete Permanently');
      await expect.poll(() => checkpoints.map((file) => existsSync(file))).toEqual([false, true]);
    },
  },
  {
    entry: 'palette: exportModel',
    async run(workbench) {
      await paletteCommand(workbench, 'exportModel');
      await workbench.pick('first');
      await exports(workbench, 'first');
    },
  },
  {
    entry: 'palette: exportPredictions',
    async run(workbench) {
      await closeEditors(workbench);
      await paletteCommand(workbench, 'exportPredictions');
      await workbench.pick('second');
      await workbench.pick('Test documents');
      await exportsPredictions(workbench, 'second-test-predictions.csv', sampleSize('test'));
    },
  },
  {
    entry: 'palette: showEngines',
    async run(workbench) {
      await paletteCommand(workbench, 'showEngines');
      const row = workbench.page.locator('.quick-input-list .monaco-list-row');
      await row.filter({ hasText: /wasm.*documents\/s in training/s }).waitFor(); // also where a page takes the focus meanwhile
      await workbench.quickInput.press('Escape');
      await row.first().waitFor({ state: 'hidden' });
    },
  },
  {
    entry: 'palette: installEngine',
    async run(workbench) {
      await paletteCommand(workbench, 'installEngine');
      await workbench.pick('webgpu');
      await workbench.toast(/cannot be reached/).waitFor();
    },
  },
  {
    entry: 'palette: openSample',
    async run(workbench) {
      rmSync(inFolder(workbench, 'glosses', 'LICENSE-WordNet.txt'));
      await paletteCommand(workbench, 'openSample');
      await workbench.pick('Into workspace');
      await writes(workbench, 'glosses', 'LICENSE-WordNet.txt');
      await workbench.tab('train.jsonl').waitFor();
    },
  },
];

export const entryTests: EntryTest[] = [...explorer, ...datasets, ...runs, ...jobs, ...texting, ...palette];

/** Sixty documents with two labels each: clustered in a moment. */
export function writeFew(folder: string): void {
  const line = (i: number): string => JSON.stringify({ text: `word${i % 7}`, labels: [`a${i % 6}`, `b${i % 10}`] });
  writeFileSync(join(folder, 'few.jsonl'), Array.from({ length: 60 }, (_, i) => `${line(i)}\n`).join(''));
}
