/**
 * What pages call of the extension host; both sides import this file and nothing of each other. Every page calls `listen` as it
 * is loaded: all that the host reports unasked are events of that call. A page with a process behind it calls the methods of
 * that process, but for those that the panel keeps to itself or answers in its own way.
 */

import type { DatasetFile, DocumentPlace, SourceOptions } from '../core/data/document.ts';
import type {
  ClusterPhase,
  ClusterSettings,
  ClustersOverview,
  ExportKind,
} from '../core/explore/clusters/clusterApi.ts';
import type { SplitOrAll } from '../core/base/splits.ts';
import type { DatasetSnapshot } from '../core/explore/inspectionApi.ts';
import type { ClusterFilter } from '../core/explore/documentFilter.ts';
import type { ReadingPreview } from '../core/explore/readingPreview.ts';
import type { OtherRun } from '../core/predict/scoredRun.ts';
import type { ReviewDecision, ReviewOverview } from '../core/predict/reviewApi.ts';
import type { Scored, ScoredTarget } from '../core/predict/scored.ts';
import type { Comparison, CurveOfGroup } from '../core/training/compareRuns.ts';
import type { RunTable } from '../core/training/runTable.ts';
import type { MeasuredOn } from '../core/training/measuredOn.ts';
import type { Failure } from '../core/base/errors.ts';
import type { Progress } from '../core/base/progress.ts';
import type { Call, EventOf } from '../rpc/call.ts';
import type { Split } from '../core/base/splits.ts';
import type { RunEvent } from '../core/base/events.ts';
import type { HistoryEnd, RunHistory } from '../core/training/runHistory.ts';
import type { ClustersService } from '../runner/services/clusters.ts';
import type { DatasetService, WhichDocuments, WhichLabels } from '../runner/services/dataset.ts';
import type { PredictionsService } from '../runner/services/predictions.ts';
import type { ReviewService } from '../runner/services/review.ts';

/** Methods of the processes behind pages that only their panels call. */
export const kept = {
  dataset: ['open', 'record', 'writeDocuments', 'writeLabels'],
  clusters: ['open'],
  predictions: ['open'],
  review: ['open', 'labels', 'keepIn', 'writeCopy'],
} as const;
type Forwarded<Service, Own, Kept extends PropertyKey> = Omit<Service, keyof Own | Kept>;

/** What the panel of each page answers itself. */
export interface OwnMethods {
  dataset: DatasetPage;
  metrics: MetricsPage;
  predictions: PredictionsPage;
  compare: ComparePage;
  runs: RunsPage;
  clusters: ClustersPage;
  review: ReviewPage;
}

/** The pages there are, each in `pages/<name>/`, with all that they call. */
export interface Pages extends Omit<OwnMethods, RunnerPage> {
  dataset: DatasetPage & Forwarded<DatasetService, DatasetPage, (typeof kept.dataset)[number]>;
  clusters: ClustersPage & Forwarded<ClustersService, ClustersPage, (typeof kept.clusters)[number]>;
  predictions: PredictionsPage & Forwarded<PredictionsService, PredictionsPage, (typeof kept.predictions)[number]>;
  review: ReviewPage & Forwarded<ReviewService, ReviewPage, (typeof kept.review)[number]>;
}
export type PageName = keyof Pages;
export type PageEvent<P extends PageName> = EventOf<OwnMethods[P], 'listen'>;

/** Pages with a process of the same name behind them. */
export type RunnerPage = keyof typeof kept;

/** What all of these can call and hear. */
interface RunnerPageMethods<Event> {
  listen: Call<void, void, Event | RunnerPanelEvent>;
  /** Stops opening; what was read of a dataset stays. */
  cancel: Call<void, void>;
  reload: Call<void, void>;
}
export type RunnerPanelEvent =
  | { type: 'failed'; failure: Failure }
  | { type: 'cancelled' }
  /** A file has changed since it was read. */
  | { type: 'stale'; file: string };

// ── dataset: Inspect Dataset ────────────────────────────────────────────────────────────────────────────────────────

export interface DatasetPage extends RunnerPageMethods<DatasetEvent> {
  /** Opens a document where it stands in its file, or as a document of its own. */
  openRecord: Call<{ split: SplitOrAll; place: DocumentPlace; id: string }, void>;
  openFile: Call<{ file: string; line: number }, void>;
  /** The user names the file; undefined where none was named. */
  exportDocuments: Call<WhichDocuments, Written | undefined, Progress>;
  exportLabels: Call<WhichLabels, string | undefined>;
  createRunConfig: Call<void, void>;
  exploreClusters: Call<void, void>;
  readWords: Joined<DatasetService['readWords']>;
  readQuality: Joined<DatasetService['readQuality']>;
  compare: Joined<DatasetService['compare']>;
  /** Lets the user name a file beside the dataset; undefined where none was chosen. */
  chooseFile: Call<{ title: string; openLabel?: string }, string | undefined>;
  /** Opens a document of any file. */
  openPointer: Call<DatasetFile & { line: number; id: string }, void>;
  /** The first rows as they would be read; answers of earlier calls are not waited for. */
  preview: Call<{ options: SourceOptions }, ReadingPreview>;
  /** Closes the page for a text editor of the file. */
  openAsText: Call<void, void>;
  /** Reads the dataset anew in this way. */
  readWith: Call<{ options: SourceOptions }, void>;
}

interface Written {
  file: string;
  documents: number;
}

/** An analysis goes on where the page is hidden; `again` starts it again where it was stopped. */
type Joined<C> = C extends Call<infer P, infer R, infer E> ? Call<P & { again?: boolean }, R, E> : never;

type DatasetEvent =
  | { type: 'opening'; state: DatasetPanelState; name: string; analysed: AnalysisName[]; isEditor: boolean }
  | { type: 'snapshot'; snapshot: DatasetSnapshot; reading: boolean }
  /** Lists the documents of a cluster. */
  | { type: 'filter'; cluster: ClusterFilter };

/** What is read for, beyond the first look. */
export type AnalysisName = 'readWords' | 'readQuality' | 'compare';

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface DatasetPanelState {
  path: string;
  options: SourceOptions;
}

// ── clusters: Explore Label Clusters ────────────────────────────────────────────────────────────────────────────────

export interface ClustersPage extends RunnerPageMethods<ClustersEvent> {
  /** The user names the file; undefined where none was named. */
  export: Call<{ k: number; kind: ExportKind }, string | undefined>;
  /** Writes the file beside the dataset; its path. */
  save: Call<void, string>;
  writeSubset: Call<{ k: number; cluster: number }, Written | undefined>;
  /** Lists the documents of a cluster where the dataset is inspected. */
  showDocuments: Call<{ k: number; cluster: number }, void>;
  inspect: Call<void, void>;
  cluster: Call<{ settings: ClusterSettings }, void>;
}

type ClustersEvent =
  | { type: 'opening'; state: ClustersPanelState; name: string }
  | { type: 'progress'; progress: Progress<ClusterPhase> }
  | { type: 'opened'; overview: ClustersOverview; bytes: number };

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface ClustersPanelState {
  path: string;
  options: SourceOptions;
  settings?: ClusterSettings;
}

// ── metrics: learning curves in the side panel ──────────────────────────────────────────────────────────────────────

export interface MetricsPage {
  listen: Call<void, void, MetricsEvent>;
  /** What a run has logged since an end that the page knows: of a long run all of it would be megabytes each time. */
  history: Call<{ folder: string; known: HistoryEnd }, RunHistory & { isRest: boolean }>;
  /** Writes a file that the user chooses a name for. The host reports what fails. */
  saveImage: Call<{ name: string; image: SavedImage }, void>;
  saveCsv: Call<{ folders: string[] }, void>;
  openInEditor: Call<{ folders: string[] }, void>;
  train: Call<void, void>;
  createRunConfig: Call<void, void>;
  openFolder: Call<void, void>;
  resume: Call<{ folder: string }, void>;
  compare: Call<{ folders: string[] }, void>;
}

type MetricsEvent =
  | { type: 'runs'; runs: MetricsRun[]; hindrance?: MetricsHindrance; place: 'sideBar' | 'editor' }
  /** Trainings that have no run yet, each with what it is at. */
  | { type: 'beginning'; jobs: string[] }
  /** Shows these runs and no others. */
  | { type: 'select'; folders: string[] }
  /** A job here goes on with a run. */
  | ({ type: 'live' } & LiveStep);

/** Why nothing can be trained here. */
export type MetricsHindrance = 'untrusted' | 'noFolder';

export interface MetricsRun {
  folder: string;
  name: string;
  /** For people: without the time that training puts into names, where it says nothing. */
  title: string;
  status: 'running' | 'finished' | 'early' | 'interrupted' | 'damaged';
  problem?: string;
  monitor?: string;
  bestEpoch: number;
  /** P@1 of the best epoch, where it is known, and what it was measured on. */
  precision?: { split: string; value: number };
  /** What its curves are of; absent of damaged runs. */
  dataset?: MeasuredOn;
  /** Validation documents without a label, which count 0. */
  unlabelled?: number;
  /** Where a linear model is ahead of it: `P@1 90.00 against 80.00`. */
  linearAhead?: string;
  /** Changes whenever the run's history may have. */
  changed: string;
}

export interface LiveStep {
  folder: string;
  epoch: number;
  loss: number;
  /** Documents of this epoch. */
  done: number;
  total: number;
  documentsPerSecond: number;
  secondsLeft: number;
}

/** A picture as the page made it: PNG in base64, or the source of an SVG. */
export type SavedImage = { kind: 'png'; base64: string } | { kind: 'svg'; source: string };

// ── predictions of a run ────────────────────────────────────────────────────────────────────────────────────────────

export interface PredictionsPage extends RunnerPageMethods<PredictionsEvent> {
  /** The splits of the run's dataset; none where its config cannot be read. */
  splits: Call<void, Split[]>;
  /** Opens a document where it stands in its file, or as a document of its own. */
  openRecord: Call<{ place: DocumentPlace; id: string }, void>;
  chooseSplit: Call<{ split: Split }, void>;
  /** Lets the user name a run to compare with; undefined where none was named. */
  chooseOther: Call<void, OtherRun | undefined>;
  export: Call<void, void>;
  /** Lets the user name a file. */
  chooseFile: Call<void, void>;
  /** From one record to all documents of its file. */
  showWholeFile: Call<void, void>;
  evaluate: Call<void, void>;
  resume: Call<void, void>;
  manageTrust: Call<void, void>;
  /** Goes through the labels of these documents that the model doubts. */
  reviewLabels: Call<void, void>;
}

type PredictionsEvent =
  | { type: 'opening'; state: PredictionsPanelState; run: string }
  | { type: 'progress'; event: RunEvent }
  | { type: 'opened'; scored: Scored };

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface PredictionsPanelState {
  folder: string;
  target: ScoredTarget;
}

// ── review: the labels of a dataset, one document at a time ─────────────────────────────────────────────────────────

export interface ReviewPage extends RunnerPageMethods<ReviewEvent> {
  /** Where the dataset's folder cannot be written the user is asked for another place; undefined where none was named. */
  decide: Call<ReviewDecision, ReviewOverview | undefined>;
  /** Lets the user choose one of all labels, or name a new one; undefined where none was chosen. */
  chooseLabel: Call<{ present: string[] }, string | undefined>;
  /** Lets the user write why; undefined where nothing is to change. */
  askReason: Call<{ reason?: string }, string | undefined>;
  openRecord: Call<{ line: number; id: string }, void>;
  writeCopy: Call<void, void>;
  /** Lets the user choose the run whose model is asked. */
  chooseModel: Call<void, void>;
}

type ReviewEvent =
  | { type: 'opening'; state: ReviewPanelState; name: string }
  | { type: 'progress'; event: RunEvent }
  | { type: 'opened'; overview: ReviewOverview };

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface ReviewPanelState {
  path: string;
  options: SourceOptions;
  /** Folder of the run whose model is asked. */
  run?: string;
}

// ── compare: runs side by side ──────────────────────────────────────────────────────────────────────────────────────

export interface ComparePage {
  listen: Call<void, void, CompareEvent>;
  copyMarkdown: Call<{ allKeys: boolean }, void>;
  saveImage: Call<{ name: string; image: SavedImage }, void>;
  chooseRuns: Call<void, void>;
  chooseBaseline: Call<{ folder: string }, void>;
  showMetrics: Call<{ folders: string[] }, void>;
  reload: Call<void, void>;
}

type CompareEvent =
  | { type: 'loading'; state: ComparePanelState }
  | { type: 'compared'; state: ComparePanelState; comparison: Comparison; curves: ComparedCurve[] }
  | { type: 'failed'; state: ComparePanelState; failure: Failure }
  /** A run has changed since. */
  | { type: 'stale'; names: string[] };

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface ComparePanelState {
  folders: string[];
  /** The run that others are measured against; the first where there is none. */
  baseline?: string;
}

/** The course of a metric of validation, or of `trainLoss`, for each group. */
export interface ComparedCurve {
  metric: string;
  groups: CurveOfGroup[];
}

// ── runs: the table of all runs ─────────────────────────────────────────────────────────────────────────────────────

export interface RunsPage {
  listen: Call<void, void, RunsEvent>;
  compare: Call<{ folders: string[] }, void>;
  showMetrics: Call<{ folders: string[] }, void>;
  openPredictions: Call<{ folder: string }, void>;
  /** Asks first. */
  delete: Call<{ folders: string[] }, void>;
  pin: Call<{ folders: string[]; pinned: boolean }, void>;
  /** These three let the user write. */
  rename: Call<{ folder: string }, void>;
  note: Call<{ folder: string }, void>;
  tag: Call<{ folders: string[] }, void>;
  saveImage: Call<{ name: string; image: SavedImage }, void>;
  train: Call<void, void>;
}

type RunsEvent =
  | { type: 'runs'; table: RunTable; problems: string[]; hindrance?: MetricsHindrance }
  /** The table could not be read. */
  | { type: 'failed'; failure: Failure };
