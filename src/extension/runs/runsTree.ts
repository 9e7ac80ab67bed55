import * as vscode from 'vscode';
import type { RunListing } from '../../core/training/runListing.ts';
import type { TreeElement } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import type { Job, Jobs } from './jobs.ts';
import { percent } from './jobText.ts';
import { RefreshPace } from './refreshPace.ts';
import type { RunStore } from './runStore.ts';
import { runDescription, runFacts, statusName } from './runText.ts';
import { runTitle, shortName } from './shortName.ts';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { folderSize } from '../../core/base/files.ts';
import { megabytes } from '../../core/base/memory.ts';
import type { Metrics } from '../../core/base/metrics.ts';
import { readFigures } from '../../core/training/runSummary.ts';
import { runPaths } from '../../core/training/runFolder.ts';

/** A run, or one that a job is about to make. */
interface RunNode extends TreeElement {
  type: 'run';
  /** The run's folder; the job's id where there is none yet. */
  id: string;
  path?: string;
  listing?: RunListing;
  job?: Job;
}

interface FileNode extends TreeElement {
  type: 'file';
  /** The run's folder. */
  path: string;
  file: RunFile;
  /** The epoch that a checkpoint holds, where the listing of the run says. */
  epoch?: number;
}

type RunsNode = RunNode | FileNode;

const t = vscode.l10n.t;

/** The view *Runs*: runs, the newest first, with their files below. */
export class RunsTree extends Disposable implements vscode.TreeDataProvider<RunsNode> {
  private readonly changed = this.own(new vscode.EventEmitter<RunsNode | undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<RunsNode>;
  private nodes = new Map<string, RunNode>();
  private readonly pace = this.own(new RefreshPace<RunNode>((node) => this.changed.fire(node)));
  /** The listings that were shown last. */
  private shown = '';

  constructor(
    private readonly runs: RunStore,
    private readonly jobs: Jobs,
  ) {
    super();
    this.view = this.own(
      vscode.window.createTreeView<RunsNode>('xmlcnn.runs', {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.own(runs.onDidChange(() => this.showRuns()));
    this.own(jobs.onDidChange(() => this.pace.change(undefined)));
    this.own(jobs.onDidProgress((job) => this.showProgress(job)));
  }

  async getChildren(node?: RunsNode): Promise<RunsNode[]> {
    await this.runs.whenRead;
    if (!node) this.pace.answered();
    if (!node) return this.roots();
    if (node.type === 'file' || !node.listing) return [];
    const { folder, bestEpoch, epochs } = node.listing;
    const epochOf = (file: RunFile): number | undefined =>
      file.kind !== 'checkpoint' ? undefined : { best: bestEpoch, last: epochs }[file.name];
    return (await listRunFiles(folder)).map((file) => ({ type: 'file', path: folder, file, epoch: epochOf(file) }));
  }

  getParent(node: RunsNode): RunsNode | undefined {
    return node.type === 'file' ? this.nodes.get(node.path) : undefined;
  }

  getTreeItem(node: RunsNode): vscode.TreeItem {
    if (node.type === 'file') return fileItem(node);
    this.pace.answered();
    return runItem(node);
  }

  /** What a run takes on disk is measured when someone looks. */
  async resolveTreeItem(item: vscode.TreeItem, node: RunsNode): Promise<vscode.TreeItem> {
    if (node.type !== 'run' || !node.listing) return item;
    const { name, folder } = node.listing;
    const size: [string, string] = [t('On disk'), megabytes(await folderSize(folder))];
    item.tooltip = factsTooltip(name, [...runFacts(node.listing, t), size]);
    return item;
  }

  private roots(): RunNode[] {
    const jobs = this.jobs.all;
    const runs = this.runs.runs.toSorted((a, b) => Number(isPinned(b)) - Number(isPinned(a)));
    const nodes: RunNode[] = runs.map((listing) => ({
      ...{ type: 'run', id: listing.folder, path: listing.folder, listing },
      job: jobs.find(({ state }) => state.folder === listing.folder),
    }));
    const beginning = jobs.filter(({ state: { folder } }) => !nodes.some(({ path }) => path === folder));
    const begun = beginning.map((job): RunNode => {
      const { folder } = job.state;
      return { type: 'run', id: folder ?? job.id, path: folder, job };
    });
    const all = [...begun, ...nodes].map((node) => this.known(node));
    this.nodes = new Map(all.map((node) => [node.id, node]));
    return all;
  }

  /** The editor knows a row by its object: a run keeps its own. */
  private known(node: RunNode): RunNode {
    const known = this.nodes.get(node.id);
    const { path, listing, job } = node;
    return known ? Object.assign(known, { path, listing, job }) : node;
  }

  /** What a run that works here changes in its folder is not shown: its job reports more, and sooner. */
  private showRuns(): void {
    const shown = this.runs.runs.map((run) => (this.jobs.inFolder(run.folder) ? run.folder : run));
    const key = JSON.stringify(shown);
    if (key !== this.shown) this.pace.change(undefined);
    this.shown = key;
  }

  private showProgress(job: Job): void {
    const node = this.nodes.get(job.state.folder ?? job.id);
    if (node) this.pace.change(node);
  }
}

function runItem({ id, listing, job }: RunNode): vscode.TreeItem {
  const name = listing?.name ?? job?.state.title ?? id;
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const title = listing ? runTitle(listing) : shortName(name);
  const item = new vscode.TreeItem(title, listing ? Collapsed : None);
  item.id = id;
  item.description = runDescription(listing, job?.state, t, { isRow: true });
  item.iconPath = job ? new vscode.ThemeIcon('sync~spin') : listing && statusIcon(listing.status);
  item.contextValue = job ? `run.job.${job.task.kind}` : `run.${listing?.status}`;
  if (!listing) item.tooltip = name; // else it is resolved when someone looks
  const status = job ? t('running') : listing ? statusName(listing.status, t) : '';
  const spoken = [title, status, runDescription(listing, job?.state, t)];
  item.accessibilityInformation = { label: spoken.filter(Boolean).join(', ') };
  return item;
}

function statusIcon(status: RunListing['status']): vscode.ThemeIcon {
  const colored = (icon: string, color: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  switch (status) {
    case 'running':
      return new vscode.ThemeIcon('sync');
    case 'finished':
      return colored('pass', 'testing.iconPassed');
    case 'early':
      return colored('pass-filled', 'testing.iconPassed');
    case 'interrupted':
      return colored('debug-pause', 'list.warningForeground');
    case 'damaged':
      return colored('error', 'list.errorForeground');
  }
}

/** Names and paths are the user's: they go in as text. */
function factsTooltip(name: string, facts: [string, string][]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(name).appendMarkdown('**\n\n');
  for (const [title, value] of facts) {
    tooltip.appendMarkdown('- ').appendText(`${title}: ${value}`).appendMarkdown('\n');
  }
  return tooltip;
}

function fileItem({ path: folder, file, epoch }: FileNode): vscode.TreeItem {
  const item = new vscode.TreeItem(fileTitle(file));
  const uri = vscode.Uri.file(file.path);
  item.id = file.path;
  item.contextValue = `file.${file.kind}`;
  item.tooltip = file.path;
  if (file.kind === 'config') {
    item.iconPath = new vscode.ThemeIcon('settings-gear');
    item.command = { command: 'vscode.open', title: t('Open'), arguments: [uri] };
  } else if (file.kind === 'checkpoint') {
    item.iconPath = new vscode.ThemeIcon(file.name === 'best' ? 'star-full' : 'save');
    item.description = epoch ? t('checkpoint of epoch {0}', epoch) : t('checkpoint');
  } else {
    const precision = file.metrics?.['P@1'];
    item.iconPath = new vscode.ThemeIcon('checklist');
    item.description = [
      precision === undefined ? undefined : t('P@1 {0}', percent(precision)),
      file.documents === undefined ? undefined : t('{0} documents', file.documents.toLocaleString('en-US')),
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
    const title = t('Open Predictions');
    item.command = { command: 'xmlcnn.openPredictions', title, arguments: [folder, { evaluation: file.split }] };
  }
  return item;
}

/** A file of a run that the tree shows. */
type RunFile =
  | { kind: 'config'; path: string }
  | { kind: 'checkpoint'; path: string; name: string }
  | { kind: 'evaluation'; path: string; split: string; documents?: number; metrics?: Metrics };

const isPinned = ({ notes }: RunListing): boolean => notes?.pinned === true;

/** Config, checkpoints (best, last, then the others by name) and evaluations of a run. */
async function listRunFiles(folder: string): Promise<RunFile[]> {
  const paths = runPaths(folder);
  const checkpoints = (await namesIn(paths.checkpoints))
    .filter((name) => name.endsWith('.safetensors') && !name.startsWith('.'))
    .map((name) => name.slice(0, -'.safetensors'.length))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const evaluations = (await namesIn(paths.folder)).flatMap((name) => /^evaluation-(.+)\.json$/.exec(name)?.[1] ?? []);
  return [
    { kind: 'config', path: paths.config },
    ...checkpoints.map((name): RunFile => ({ kind: 'checkpoint', path: paths.checkpoint(name), name })),
    ...(await Promise.all(evaluations.map((split) => readEvaluation(paths.evaluation(split), split)))),
  ];
}

const rank = (name: string): number => (name === 'best' ? 0 : name === 'last' ? 1 : 2);

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** A torn file is listed all the same, without figures: opening it says what is wrong. */
async function readEvaluation(path: string, split: string): Promise<RunFile> {
  try {
    return { kind: 'evaluation', path, split, ...(await readFigures(path)) };
  } catch {
    return { kind: 'evaluation', path, split };
  }
}

/** What a file is called beside its run: the name that its kind goes by. */
const fileTitle = (file: RunFile): string =>
  file.kind === 'config' ? basename(file.path) : file.kind === 'checkpoint' ? file.name : file.split;
