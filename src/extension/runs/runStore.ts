import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../../core/base/events.ts';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import { describeRun, listRuns } from '../../core/training/runListing.ts';
import { Disposable } from '../base/disposable.ts';
import { watch } from '../base/watch.ts';
import { runTitle } from './shortName.ts';
import { outputFolderOf, runOf, settingFolders } from './runFolders.ts';

/** What a job reports of a run. `folder` is unknown until training has made it. */
export interface JobEvent {
  folder: string | undefined;
  event: RunEvent;
}

const configFiles = '**/*.xmlcnn.json';
const excluded = '**/{node_modules,.git}/**';
/** Files that change the listing of a run. */
const listedFiles =
  '*/{config.json,summary.json,notes.json,lock,metrics.jsonl,evaluation-*.json,checkpoints/*.safetensors}';
/** Changes are gathered so long, in milliseconds. */
const pause = 1000;
const mostConfigs = 500;

/** The runs of the workspace, and what their jobs report: the one place where every view learns of runs. */
export class RunStore extends Disposable {
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  private readonly reported = this.own(new vscode.EventEmitter<JobEvent>());
  private readonly listings = new Map<string, RunListing>();
  private watched = new Map<string, vscode.Disposable>();
  /** Run folders to describe again; everything where undefined stands among them. */
  private readonly stale = new Set<string | undefined>();
  /** Where jobs of this window wrote to, which may be outside the workspace. */
  private readonly visited = new Set<string>();
  private timer?: NodeJS.Timeout;
  private work: Promise<void> = Promise.resolve();
  /** Settles when the folders of runs were read once: before that, `runs` is empty for want of knowledge. */
  readonly whenRead: Promise<void>;

  /** The list changed: a run began, ended, was deleted, or its files changed. */
  readonly onDidChange = this.changed.event;
  readonly onDidTell = this.reported.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    super();
    const all = (): void => this.later(undefined);
    this.own(watch(configFiles, all));
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(all));
    this.own(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('xmlcnn.runsFolder')) all();
      }),
    );
    this.whenRead = this.refresh();
  }

  /** The newest first. */
  get runs(): readonly RunListing[] {
    return [...this.listings.values()].sort((a, b) => (a.changed < b.changed ? 1 : -1));
  }

  /** The run in a folder, where it is known. */
  get(folder: string): RunListing | undefined {
    return this.listings.get(runPaths(folder).folder);
  }

  /** What a run is called, be it known or not. */
  titleOf(folder: string): string {
    return runTitle(this.get(folder) ?? { name: basename(folder) });
  }

  /** Reads all run folders again. */
  refresh(): Promise<void> {
    this.stale.add(undefined);
    return this.flush();
  }

  /** Reads one run folder again, wherever it is. */
  refreshRun(folder: string): Promise<void> {
    this.stale.add(this.visit(folder));
    return this.flush();
  }

  /** The same within a second, for what happens often: epochs of a small model come faster than the editor could follow. */
  refreshRunSoon(folder: string): void {
    this.later(this.visit(folder));
  }

  /** For the jobs: passes on what a run's process reports. */
  report(event: JobEvent): void {
    this.reported.fire(event);
  }

  override dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watched.values()) watcher.dispose();
    super.dispose();
  }

  private visit(folder: string): string {
    const { folder: path } = runPaths(folder);
    this.visited.add(dirname(path));
    return path;
  }

  private later(run: string | undefined): void {
    this.stale.add(run);
    this.timer ??= setTimeout(() => void this.flush(), pause);
  }

  /** One reading at a time: a later one must not be overtaken by an earlier. */
  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.work = this.work.then(async () => {
      const stale = [...this.stale];
      this.stale.clear();
      if (stale.length === 0 || this.isDisposed) return;
      try {
        if (stale.includes(undefined)) await this.readAll();
        for (const folder of stale) if (folder !== undefined) await this.readOne(folder);
      } catch (error) {
        this.log.warn(`Reading the runs: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.changed.fire();
    });
    return this.work;
  }

  private async readAll(): Promise<void> {
    const folders = await this.findFolders();
    this.watch(folders);
    const found = new Map<string, RunListing>();
    for (const folder of folders)
      for (const run of await listRuns(folder).catch((error: Error) => this.unreadable(folder, error)))
        found.set(run.folder, run);
    this.listings.clear();
    for (const [folder, run] of found) this.listings.set(folder, run);
  }

  private async readOne(folder: string): Promise<void> {
    if (await exists(runPaths(folder).config)) this.listings.set(folder, await describeRun(folder));
    else this.listings.delete(folder);
  }

  private unreadable(folder: string, { message }: Error): RunListing[] {
    this.log.warn(`${folder}: ${message}`);
    return [];
  }

  /** The setting's folders, and where the workspace's configs write to. */
  private async findFolders(): Promise<Set<string>> {
    const setting = vscode.workspace.getConfiguration('xmlcnn').get('runsFolder', 'runs');
    const workspaceFolders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    const folders = new Set([...settingFolders(setting, workspaceFolders), ...this.visited]);
    for (const { fsPath } of await vscode.workspace.findFiles(configFiles, excluded, mostConfigs)) {
      const text = await readFile(fsPath, 'utf8').catch(() => '');
      const folder = outputFolderOf(text, fsPath);
      if (folder !== undefined && (vscode.workspace.isTrusted || isInside(folder))) folders.add(folder);
    }
    return folders;
  }

  private watch(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.watched)
      if (!folders.has(folder)) {
        watcher.dispose();
        this.watched.delete(folder);
      }
    for (const folder of folders) if (!this.watched.has(folder)) this.watched.set(folder, this.watchFolder(folder));
  }

  private watchFolder(folder: string): vscode.Disposable {
    const base = vscode.Uri.file(folder);
    const changed = (path: string): void => this.later(runOf(path, [folder]));
    return vscode.Disposable.from(
      watch(new vscode.RelativePattern(base, listedFiles), changed),
      watch(new vscode.RelativePattern(base, '*'), changed, ['delete']),
    );
  }
}

/** Without trust, configs do not say which folders elsewhere are looked into. */
const isInside = (folder: string): boolean =>
  vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) !== undefined;
