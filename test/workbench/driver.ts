/**
 * Drives the extension in the real workbench, as a user would: with the mouse, the keyboard and what is on the screen.
 *
 *   const workbench = await launch({ fill: (folder) => … });   // packs and installs `dist` as it is
 *   try {
 *     await workbench.runCommand('XML-CNN: Inspect Dataset');
 *     const panel = await workbench.webview('dataset');          // a Playwright frame
 *     await panel.getByText('documents').waitFor();
 *     await workbench.screenshot('01-inspect');                  // test/e2e/screenshots/01-inspect-light.png
 *   } finally {
 *     await workbench.close();
 *   }
 *
 * Every launch has its own server, browser, user data, extensions folder and workspace below one temporary folder that is removed in the end.
 * Tests use `inWorkbench`; for a quick look, `node scripts/workbench.mjs --run FILE.ts`.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { groupMembers } from './processes.ts';
import { folderUrl, installExtension, startServer } from './server.ts';
import type { WorkbenchServer } from './server.ts';
import { findChromium, setUpWorkbench } from './setup.mjs';
import { storedPages } from './storedPages.ts';

/** The editor's themes that are looked at, with the class that the workbench wears in each. */
const themes = {
  light: { id: 'Light Modern', mark: 'vs' },
  dark: { id: 'Dark Modern', mark: 'vs-dark' },
  hc: { id: 'Default High Contrast', mark: 'hc-black' },
  'hc-light': { id: 'Default High Contrast Light', mark: 'hc-light' },
} as const;
export type Theme = keyof typeof themes;
/** Light, and dark or high contrast, by the picture's name: over its pictures a page is seen in all. XMLCNN_PICTURES=all takes all four. */
export function themesOf(name: string): Theme[] {
  if (process.env.XMLCNN_PICTURES === 'all') return Object.keys(themes) as Theme[];
  const code = [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0);
  return ['light', code % 2 === 0 ? 'dark' : 'hc'];
}

export interface LaunchOptions {
  /** A folder of extensions to copy, this one among them; by default `dist` is packed as it is, and installed. */
  readonly extensions?: string;
  /** Fills the empty workspace folder before it is opened. */
  readonly fill?: (folder: string) => void | Promise<void>;
  /** Opens this folder instead of a fresh one; it is not removed. */
  readonly folder?: string;
  /** `light` by default. */
  readonly theme?: Theme;
  /** More user settings. */
  readonly settings?: Record<string, unknown>;
  /** Asks whether the folder is trusted, as an editor does (Restricted Mode until then); else it is trusted. */
  readonly asksForTrust?: boolean;
  readonly port?: number;
  /** Width and height of the window in pixels; 1400 × 900 by default. */
  readonly viewport?: { width: number; height: number };
}

const screenshots = resolve('test/e2e/screenshots');
/** How long, in milliseconds, a user would wait at most for something to appear on a busy machine. */
const patience = 60_000;

/** Starts a server and a browser and opens the workspace. Throws where the workbench or Chromium is not there or does not start. */
export async function launch(options: LaunchOptions = {}): Promise<Workbench> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('Chromium not found: install it or set XMLCNN_CHROMIUM.');
  const installation = setUpWorkbench();
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-workbench-'));
  const ending: (() => void | Promise<void>)[] = [
    () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const end = async (): Promise<void> => {
    for (const step of ending.splice(0).reverse()) await step();
  };
  try {
    const workspace = options.folder ?? join(folder, 'workspace');
    mkdirSync(workspace, { recursive: true });
    await options.fill?.(workspace);
    if (options.extensions) cpSync(options.extensions, join(folder, 'extensions'), { recursive: true });
    else await installExtension(installation, folder);
    const server = await startServer({ installation, folder, port: options.port, asksForTrust: options.asksForTrust });
    ending.push(() => server.stop());
    const browser = await chromium.launch({ executablePath, args: browserArguments });
    ending.push(() => browser.close());
    const viewport = options.viewport ?? { width: 1400, height: 900 };
    const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
    const workbench = new Workbench({
      browser,
      page: await context.newPage(),
      server,
      folder,
      workspace,
      options,
      end,
    });
    await workbench.setTheme(options.theme ?? 'light');
    await workbench.open();
    return workbench;
  } catch (error) {
    await end();
    throw error;
  }
}

/** What Chromium needs to start in a container and to stay off the network. */
export const browserArguments = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

interface Parts {
  readonly browser: Browser;
  readonly page: Page;
  readonly server: WorkbenchServer;
  readonly folder: string;
  readonly workspace: string;
  readonly options: LaunchOptions;
  readonly end: () => Promise<void>;
}

export class Workbench {
  readonly page: Page;
  /** The opened folder. */
  readonly workspace: string;
  readonly server: WorkbenchServer;
  /** Errors that pages (the workbench and webviews) wrote to their consoles, for a failed test's report. */
  readonly consoleErrors: string[] = [];
  private theme: Theme = 'light';
  private settings: Record<string, unknown>;

  constructor(private readonly parts: Parts) {
    this.page = parts.page;
    this.workspace = parts.workspace;
    this.server = parts.server;
    this.settings = { ...parts.options.settings };
    this.page.setDefaultTimeout(patience);
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.consoleErrors.push(`${message.text()} (${message.location().url})`);
    });
    this.page.on('pageerror', (error) => this.consoleErrors.push(String(error.stack ?? error)));
    this.page.on('dialog', (dialog) => void dialog.accept()); // "leave the page?" on a reload
  }

  /** Opens the workspace (again) and waits for the explorer. */
  async open(): Promise<void> {
    await this.page.goto(folderUrl(this.server, this.workspace));
    await this.ready();
  }

  /**
   * Waits until the editor has stored its open pages, each of `texts` among their titles and states: a reload takes back what is
   * stored, no more. In a browser the editor stores when it is idle, which a window that draws nothing may not be for a minute: it is
   * kept awake with the mouse.
   */
  async pagesStored(...texts: string[]): Promise<void> {
    for (const deadline = Date.now() + patience; ; await this.page.waitForTimeout(500)) {
      const stored = await this.page.evaluate(storedPages);
      const missing = texts.filter((text) => !stored.includes(text));
      if (missing.length === 0) return;
      if (Date.now() > deadline) throw new Error(`The editor has not stored ${missing.join(', ')}, but: ${stored}`);
      await this.page.mouse.move(2 + (Date.now() % 20), 2);
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  /** Reloads the window, as *Developer: Reload Window* does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar-item').first().waitFor();
    await this.page.locator('.activitybar .action-item').first().waitFor();
  }

  /** Stops everything and removes the temporary folder. Safe to call twice. */
  async close(): Promise<void> {
    await this.parts.end();
  }

  // ---- settings, themes, pictures

  /** Changes user settings (undefined takes one out); the editor takes them over as it runs. */
  setSettings(settings: Record<string, unknown>): void {
    this.settings = { ...this.settings, ...settings };
    this.server.writeSettings({ ...this.settings, 'workbench.colorTheme': themes[this.theme].id });
  }

  /** Changes the theme, and waits until the workbench wears it where it is open. */
  async setTheme(theme: Theme): Promise<void> {
    this.theme = theme;
    this.setSettings({});
    if (this.page.url() === 'about:blank') return;
    const worn = this.page.locator(`.monaco-workbench.${themes[theme].mark}`);
    for (let attempt = 0; ; attempt++) {
      if (await appears(worn, 4000)) return;
      if (attempt === 5) throw new Error(`The workbench does not take the theme ${theme}.`);
      this.setSettings({}); // a file watcher under load may miss a change
    }
  }

  /** Writes test/e2e/screenshots/<name>-<theme>.png. */
  async screenshot(name: string): Promise<void> {
    await this.page.waitForTimeout(300); // hovers fade in
    await this.picture(name);
  }

  private async picture(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}-${this.theme}.png`) });
  }

  /** The same picture in every theme, to be looked at: in this one alone unless XMLCNN_PICTURES=all. `look` is called before each. */
  async screenshotInThemes(name: string, look: () => void | Promise<void> = () => {}): Promise<void> {
    if (process.env.XMLCNN_PICTURES === 'all') return this.inThemes(name, look);
    await look();
    await this.screenshot(name);
  }

  /** Takes a picture in each of its themes after `look` was called there; ends in the theme it began with. */
  async inThemes(name: string, look: (theme: Theme) => void | Promise<void>): Promise<void> {
    const before = this.theme;
    for (const theme of themesOf(name)) {
      await this.setTheme(theme);
      await this.page.waitForTimeout(300); // webviews hear of the theme a little later, and hovers fade in
      await look(theme);
      await this.picture(name);
    }
    await this.setTheme(before);
  }

  // ---- commands and quick input

  /** Runs a command by its title in the palette, such as `XML-CNN: Train`. */
  async runCommand(title: string): Promise<void> {
    const row = this.quickRow(title);
    for (const deadline = Date.now() + patience; ;) {
      // A palette that was opened before the extension registered its commands may never show them: open it anew.
      if ((await this.ask(`>${title}`)) && (await appears(row, 3000))) return row.click();
      await this.page.keyboard.press('Escape');
      if (Date.now() > deadline) throw new Error(`The palette does not show ${title}.`);
    }
  }

  /** Opens the palette with a text in it; false where it did not open or stay open, for a key that is pressed while a webview comes or goes is lost. */
  private async ask(text: string): Promise<boolean> {
    await this.page.keyboard.press('F1');
    if (!(await appears(this.quickInput, 3000))) return false;
    // A webview that takes the focus closes the palette again.
    return this.quickInput.fill(text, { timeout: 3000 }).then(
      () => true,
      () => false,
    );
  }

  /** Whether the palette offers a command now. */
  async offersCommand(title: string): Promise<boolean> {
    const none = this.quickRow('No matching commands');
    const found = (await this.ask(`>${title}`)) && (await appears(this.quickRow(title).or(none), 2000));
    const isOffered = found && !(await none.isVisible());
    await this.page.keyboard.press('Escape');
    return isOffered;
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  quickRow(label: string): Locator {
    const name = this.page.locator('.label-name').filter({ hasText: exactly(label) });
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ has: name }).first();
  }

  /** Chooses an entry of the quick pick that is open, by its label (without its icon). */
  async pick(label: string): Promise<void> {
    await this.quickRow(label).click();
  }

  /** Chooses a file of the folder that the file dialog opened with. */
  async chooseFile(name: string): Promise<void> {
    await expectPath(this.quickInput);
    await this.quickRow(name).click();
  }

  /** Saves to the path that the save dialog proposes. */
  async save(): Promise<void> {
    await expectPath(this.quickInput);
    await this.page.waitForTimeout(1000); // the dialog looks at the path first
    await this.page.keyboard.press('Enter');
  }

  /** Answers the input box or quick pick that is open. */
  async answer(text: string): Promise<void> {
    await this.quickInput.fill(text);
    await this.page.keyboard.press('Enter');
  }

  // ---- explorer, trees, views

  /** A file's row in the explorer; its folder must be expanded. */
  explorerRow(name: string): Locator {
    const label = this.page.locator('.label-name').filter({ hasText: exactly(name) });
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ has: label });
  }

  async focusExplorer(): Promise<void> {
    if (!(await this.page.locator('.explorer-folders-view').isVisible())) {
      await this.runCommand('View: Show Explorer');
      await this.page.locator('.explorer-folders-view').waitFor();
    }
  }

  /** Right-clicks a file in the explorer and chooses a menu item. */
  async explorerMenu(name: string, item: string): Promise<void> {
    await this.focusExplorer();
    const row = this.explorerRow(name);
    await this.waitUntilStill(row);
    await this.contextMenu(row, item);
  }

  /** Until an element has stood at its place for a second: rows of files that come in mid-click move the others. */
  private async waitUntilStill(target: Locator): Promise<void> {
    let place = '';
    for (const deadline = Date.now() + patience; Date.now() < deadline;) {
      const before = place;
      place = JSON.stringify(await target.boundingBox());
      if (place === before) return;
      await this.page.waitForTimeout(1000);
    }
    throw new Error('The rows do not come to rest.');
  }

  /** Right-clicks an element and chooses a menu item. */
  async contextMenu(target: Locator, item: string): Promise<void> {
    await this.openMenu(target, item);
    await this.menuItem(item).click();
    await this.menuItem(item).waitFor({ state: 'detached' });
  }

  /** Right-clicks an element until its menu has an item that can be clicked. */
  async openMenu(target: Locator, item: string): Promise<void> {
    await this.menuFrom(() => target.click({ button: 'right' }), item);
  }

  /** The same at a point of the window. */
  async openMenuAt({ x, y }: { x: number; y: number }, item: string): Promise<void> {
    await this.menuFrom(() => this.page.mouse.click(x, y, { button: 'right' }), item);
  }

  private async menuFrom(rightClick: () => Promise<void>, item: string): Promise<void> {
    for (const deadline = Date.now() + patience; ;) {
      await rightClick();
      if (await appears(this.menuItem(item), 3000)) break;
      await this.page.keyboard.press('Escape'); // a menu that was opened before the extension was known does not name it
      if (Date.now() > deadline) throw new Error(`The menu does not show ${item}.`);
    }
    await this.page.waitForTimeout(300); // a menu does not heed clicks in its first moment
  }

  /** An item of the menu that is open. */
  menuItem(item: string): Locator {
    return this.page.locator('.context-view .action-label').filter({ hasText: exactly(item) });
  }

  /** Shows the side panel of the activity bar's container, such as `XML-CNN`. */
  async showContainer(title: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`);
    if (!(await item.getAttribute('class'))?.split(' ').includes('checked')) await item.click();
  }

  /** The pane of a view by its title in the side bar or panel. */
  pane(title: string): Locator {
    const header = this.page.locator('.pane-header .title').filter({ hasText: exactly(title) });
    return this.page.locator('.pane').filter({ has: header });
  }

  /** A row of a tree view, by text that it contains. */
  treeRow(view: string, text: string | RegExp): Locator {
    return this.pane(view).locator('.pane-body .monaco-list-row').filter({ hasText: text });
  }

  /** Presses an inline action of a tree row; they show on hover. */
  async rowAction(row: Locator, title: string): Promise<void> {
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${title}"]`).click();
  }

  /** Entries of the status bar that contain a text. */
  statusBar(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** Notifications on the screen. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
  }

  /** Presses a button of a notification, or of a modal dialog. */
  async press(title: string): Promise<void> {
    const places = '.notifications-toasts .monaco-button, .monaco-dialog-box .monaco-button';
    await this.page
      .locator(places)
      .filter({ hasText: exactly(title) })
      .first()
      .click();
  }

  // ---- editors

  /** Opens a file of the workspace by its path below it, in an editor tab that stays. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    while (!(await this.ask(path)) || !(await appears(this.quickRow(name), 10_000)))
      await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Enter');
    await this.tab(name).waitFor();
    await this.editor.locator('.view-line').first().waitFor();
  }

  /** An editor's tab by its title. */
  tab(title: string | RegExp): Locator {
    const label = this.page
      .locator('.tab-label')
      .filter({ hasText: typeof title === 'string' ? exactly(title) : title });
    return this.page.locator('.tabs-container .tab').filter({ has: label });
  }

  /** A button in the title of the active editor. */
  editorAction(title: string): Locator {
    const action = `.editor-actions .action-label[aria-label^="${title}"]`;
    return this.page.locator(`.editor-group-container.active ${action}`).first();
  }

  /** The editor of the active group. */
  get editor(): Locator {
    return this.page
      .locator(
        '.editor-group-container.active .monaco-editor[role="code"], .editor-group-container.active .editor-instance .monaco-editor',
      )
      .first();
  }

  /** The lines that the editor shows now, from top to bottom. */
  async visibleText(): Promise<string> {
    const lines = await this.editor.locator('.view-line').evaluateAll((found) =>
      found
        .map((line) => ({ top: line.getBoundingClientRect().top, text: line.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Puts the caret into a line and column (from 1). */
  async goTo(line: number, column = 1): Promise<void> {
    await this.page.keyboard.press('Control+G');
    await this.answer(`:${line}:${column}`);
    await this.quickInput.waitFor({ state: 'hidden' }); // keys pressed before that are lost,
    await this.page.locator('.monaco-editor.focused').first().waitFor(); // or before this
  }

  /** Where a text stands in the editor, in pixels of the page. Throws where it is not on the screen. */
  async boxOf(text: string): Promise<{ x: number; y: number; width: number; height: number }> {
    await this.editor.locator('.view-line').filter({ hasText: text }).first().waitFor();
    const box = await this.editor.evaluate(findText, text);
    if (!box) throw new Error(`The editor does not show ${text}.`);
    return box;
  }

  /** Rests the mouse on a text in the editor and returns the hover that appears. */
  async hover(text: string): Promise<Locator> {
    const hover = this.page.locator('.monaco-hover:visible').last();
    for (let attempt = 0; ; attempt++) {
      const { x, y, width, height } = await this.boxOf(text); // a lens that comes moves the lines
      await this.page.mouse.move(x + width / 2 - 4, y + height / 2, { steps: 3 });
      await this.page.mouse.move(x + width / 2, y + height / 2, { steps: 3 });
      try {
        await hover.waitFor({ timeout: 5000 });
        return hover;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.mouse.move(5, 5); // a hover that was asked for too early is not asked for again at the same place
      }
    }
  }

  /** Code lenses that the editor shows. */
  codeLens(title: string | RegExp): Locator {
    return this.editor.locator('.codelens-decoration > *').filter({ hasText: title });
  }

  /** Opens the Problems view and returns its rows. */
  async problems(): Promise<Locator> {
    if (!(await this.page.locator('.markers-panel').isVisible())) {
      await this.runCommand('Problems: Focus on Problems View');
      await this.page.locator('.markers-panel').waitFor();
    }
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  // ---- webviews

  /** The visible webview that shows a page of src/webview/pages; waits for it. */
  async webview(page: string): Promise<Frame> {
    const frame = (await this.waitForWebview(page)) ?? (await this.reloadWebviews(page));
    if (frame) return frame;
    throw new Error(`No webview shows the page ${page}. ${await this.describeFrames()}`);
  }

  private async waitForWebview(page: string): Promise<Frame | undefined> {
    for (const deadline = Date.now() + patience; Date.now() < deadline; await this.page.waitForTimeout(50)) {
      const frame = await this.findWebview(page);
      if (frame) return frame;
    }
    return undefined;
  }

  /** What a user does to whom the browser's workbench leaves a webview blank (its service worker did not answer); the test's output tells it. */
  private async reloadWebviews(page: string): Promise<Frame | undefined> {
    console.warn(`The page ${page} did not appear: webviews are reloaded. ${await this.describeFrames()}`);
    await this.screenshot(`blank-${page}`);
    await this.runCommand('Developer: Reload Webviews');
    return this.waitForWebview(page);
  }

  private async findWebview(page: string): Promise<Frame | undefined> {
    const frames = this.page.frames();
    const shown = await Promise.all(frames.map((frame) => soon(shows(frame, page), false)));
    return frames.find((_, index) => shown[index]);
  }

  private async describeFrames(): Promise<string> {
    const about = this.page.frames().map(async (frame) => {
      const page = await soon(
        frame.evaluate(() => `${document.readyState} ${document.body.dataset.page ?? ''}`).catch(String),
        'does not answer',
      );
      const visible = await soon(isVisible(frame), 'does not answer');
      return `${frame.url().split('?')[0]}: ${page}, visible: ${visible}`;
    });
    return `Frames:\n${(await Promise.all(about)).join('\n')}`;
  }

  /** Whether a visible webview shows a page now. */
  async hasWebview(page: string): Promise<boolean> {
    return (await this.findWebview(page)) !== undefined;
  }

  // ---- what no user sees

  /** The ids of the runner processes that the extension has started, for a service of src/runner/protocol.ts. */
  runners(service: string): number[] {
    const isRunner = (command: readonly string[]): boolean =>
      command.at(-1) === service && command.at(-2)?.endsWith('dist/runner/main.js') === true;
    return groupMembers(this.server.pid)
      .filter(({ command }) => isRunner(command))
      .map(({ pid }) => pid);
  }

  /** The extension's own log, as its output channel has it. */
  extensionLog(): string {
    const logs = join(this.parts.folder, 'user', 'logs');
    const files = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((file) => /XML-CNN\.log$/.test(file));
    return files.map((file) => readFileSync(join(logs, file), 'utf8')).join('\n');
  }
}

async function shows(frame: Frame, page: string): Promise<boolean> {
  return (await frame.locator(`body[data-page="${page}"]`).count()) > 0 && (await isVisible(frame));
}

async function isVisible(frame: Frame): Promise<boolean> {
  for (let part: Frame | null = frame; part?.parentFrame(); part = part.parentFrame()) {
    if (!(await (await part.frameElement()).isVisible())) return false;
  }
  return true;
}

/** What a question to a frame is answered, or `otherwise`: where it went away, and after two seconds, for one on its way to another document may never answer. */
function soon<T, U>(answer: Promise<T>, otherwise: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<U>((resolve) => (timer = setTimeout(() => resolve(otherwise), 2000)));
  return Promise.race([answer.catch(() => otherwise), late]).finally(() => clearTimeout(timer));
}

/** Whether something becomes visible within `timeout` milliseconds. */
async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** A file dialog is ready once it has put a folder into its field. */
async function expectPath(input: Locator): Promise<void> {
  for (const deadline = Date.now() + patience; Date.now() < deadline;) {
    if ((await input.inputValue()).startsWith('/')) return;
    await input.page().waitForTimeout(50);
  }
  throw new Error('There is no file dialog.');
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

/** Runs in the page: the box of the first place where `text` stands in a line of the editor. */
function findText(editor: Element, text: string): { x: number; y: number; width: number; height: number } | undefined {
  for (const line of editor.querySelectorAll('.view-line')) {
    const start = (line.textContent ?? '').replaceAll('\u00a0', ' ').indexOf(text);
    if (start < 0) continue;
    const range = document.createRange();
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let before = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.textContent?.length ?? 0;
      if (start >= before && start < before + length) range.setStart(node, start - before);
      if (start + text.length > before && start + text.length <= before + length) {
        range.setEnd(node, start + text.length - before);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x, y, width, height };
      }
      before += length;
    }
  }
  return undefined;
}
