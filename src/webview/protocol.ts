/**
 * What pages call of the extension host; both sides import this file and nothing of each other. Every page calls `listen` as it
 * is loaded: all that the host reports unasked are events of that call.
 */

import type { DatasetFile, DocumentPlace, SourceOptions } from '../core/data/document.ts';
import type {
  ComparedLabel,
  ComparedQuery,
  ComparisonOverview,
  DocumentWords,
  DuplicateRow,
  HeadCooccurrence,
  LabelWords,
  NearestDocument,
  NeighbourQuery,
  NeighbourRow,
  OtherSet,
  QualityOverview,
  QualityQuery,
  QualityRow,
  WordMeasure,
  WordsOverview,
} from '../core/explore/analysis/analysisApi.ts';
import type {
  ChosenClusters,
  ClusteredLabelPage,
  ClusteredLabelQuery,
  ClusterPhase,
  ClusterSettings,
  ClustersOverview,
  ClusterWord,
  DrawnMap,
  ExportKind,
  MapOf,
} from '../core/explore/clusters/clusterApi.ts';
import type { SplitOrAll } from '../core/base/splits.ts';
import type {
  ClusterFilter,
  DatasetSnapshot,
  DocumentPage,
  DocumentQuery,
  DocumentText,
  FindingPage,
  FindingQuery,
  LabelQuery,
  LabelRow,
  Page,
} from '../core/explore/inspectionApi.ts';
import type { LabelEvidence } from '../core/predict/highlights.ts';
import type {
  Judged,
  JudgedDocument,
  JudgedLabelQuery,
  JudgedLabelRow,
  JudgedQuery,
  JudgedRow,
  JudgedTarget,
} from '../core/predict/judged.ts';
import type { Comparison, CurveOfGroup } from '../core/training/compareRuns.ts';
import type { Failure } from '../core/base/errors.ts';
import type { Progress } from '../core/base/progress.ts';
import type { Call, EventOf } from '../rpc/call.ts';
import type { Split } from '../core/base/splits.ts';
import type { RunEvent } from '../core/base/events.ts';
import type { RunHistory } from '../core/training/runHistory.ts';

/** The pages there are, each in `pages/<name>/`. */
export interface Pages {
  dataset: DatasetPage;
  metrics: MetricsPage;
  predictions: PredictionsPage;
  compare: ComparePage;
  clusters: ClustersPage;
}
export type PageName = keyof Pages;
export type PageEvent<P extends PageName> = EventOf<Pages[P], 'listen'>;

// ── dataset: Inspect Dataset ────────────────────────────────────────────────────────────────────────────────────────

export interface DatasetPage {
  listen: Call<void, void, DatasetEvent>;
  labels: Call<LabelQuery, Page<LabelRow>>;
  /** Ends a search for documents that is under way; fails with `search-stopped` where it was stopped. */
  documents: Call<DocumentQuery, DocumentPage>;
  stopSearch: Call<void, void>;
  document: Call<{ split: SplitOrAll; document: number; offset: number }, DocumentText>;
  findings: Call<FindingQuery, FindingPage>;
  /** Opens a document where it stands in its file, or as a document of its own. */
  openRecord: Call<{ split: SplitOrAll; place: DocumentPlace; id: string }, void>;
  openFile: Call<{ file: string; line: number }, void>;
  createRunConfig: Call<void, void>;
  exploreClusters: Call<void, void>;
  /** An analysis that is stopped gives what it found until then. */
  readWords: Call<{ split: SplitOrAll }, WordsOverview>;
  labelWords: Call<{ split: SplitOrAll; label: string; measure: WordMeasure }, LabelWords>;
  documentWords: Call<{ split: SplitOrAll; document: number }, DocumentWords>;
  headCooccurrence: Call<{ split: SplitOrAll; most: number }, HeadCooccurrence>;
  neighbours: Call<NeighbourQuery, Page<NeighbourRow>>;
  readQuality: Call<void, QualityOverview>;
  quality: Call<QualityQuery, Page<QualityRow>>;
  compare: Call<{ split: SplitOrAll; other: OtherSet }, ComparisonOverview>;
  compared: Call<ComparedQuery, Page<ComparedLabel>>;
  duplicates: Call<{ offset: number; limit: number }, Page<DuplicateRow>>;
  nearest: Call<{ document: number }, NearestDocument>;
  stopAnalysis: Call<{ analysis: AnalysisName }, void>;
  /** Lets the next call begin anew, where one that was stopped is kept. */
  forgetAnalysis: Call<{ analysis: AnalysisName }, void>;
  /** Lets the user name a file to compare with; undefined where none was chosen. */
  chooseOther: Call<void, string | undefined>;
  /** Opens a document of any file. */
  openPointer: Call<DatasetFile & { line: number; id: string }, void>;
  /** Stops reading; what was read stays. */
  cancel: Call<void, void>;
  reload: Call<void, void>;
  /** Lets the user say how the file is to be read. */
  readAs: Call<void, void>;
  readAsLatin1: Call<void, void>;
}

type DatasetEvent =
  | { type: 'opened'; state: DatasetPanelState; name: string; analysed: AnalysisName[] }
  | { type: 'snapshot'; snapshot: DatasetSnapshot; reading: boolean }
  | { type: 'failed'; failure: Failure }
  | { type: 'analysing'; analysis: AnalysisName; progress: Progress }
  /** Lists the documents of a cluster. */
  | { type: 'filter'; cluster: ClusterFilter }
  | { type: 'stale'; file: string };

/** What is read for, beyond the first look. */
export type AnalysisName = 'words' | 'quality' | 'comparison';

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface DatasetPanelState {
  path: string;
  options: SourceOptions;
}

// ── clusters: Explore Label Clusters ────────────────────────────────────────────────────────────────────────────────

/** What of the page is being worked on. */
export type ClusterWork = 'open' | 'words' | 'map';

export interface ClustersPage {
  listen: Call<void, void, ClustersEvent>;
  clusters: Call<{ k: number }, ChosenClusters>;
  /** By cluster number; undefined where it was stopped. */
  words: Call<{ k: number }, ClusterWord[][] | undefined>;
  map: Call<{ k: number; of: MapOf }, DrawnMap | undefined>;
  labels: Call<ClusteredLabelQuery, ClusteredLabelPage>;
  /** The user names the file; undefined where none was named. */
  export: Call<{ k: number; kind: ExportKind }, string | undefined>;
  writeSubset: Call<{ k: number; cluster: number }, { file: string; documents: number } | undefined>;
  /** Lists the documents of a cluster where the dataset is inspected. */
  showDocuments: Call<{ k: number; cluster: number }, void>;
  inspect: Call<void, void>;
  cluster: Call<{ settings: ClusterSettings }, void>;
  stop: Call<{ work: ClusterWork }, void>;
  reload: Call<void, void>;
}

type ClustersEvent =
  | { type: 'opening'; state: ClustersPanelState; name: string }
  | { type: 'progress'; work: ClusterWork; progress: Progress<ClusterPhase> }
  | { type: 'opened'; overview: ClustersOverview; bytes: number }
  | { type: 'failed'; failure: Failure }
  | { type: 'cancelled' }
  | { type: 'stale'; file: string };

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface ClustersPanelState {
  path: string;
  options: SourceOptions;
  settings?: ClusterSettings;
}

// ── metrics: learning curves in the side panel ──────────────────────────────────────────────────────────────────────

export interface MetricsPage {
  listen: Call<void, void, MetricsEvent>;
  /** What a run has logged so far. */
  history: Call<{ folder: string }, RunHistory>;
  /** Writes a file that the user chooses a name for. The host tells what fails. */
  saveImage: Call<{ name: string; image: SavedImage }, void>;
  saveCsv: Call<{ folders: string[] }, void>;
  openInEditor: Call<{ folders: string[] }, void>;
  train: Call<void, void>;
  createRunConfig: Call<void, void>;
  resume: Call<{ folder: string }, void>;
  compare: Call<{ folders: string[] }, void>;
}

type MetricsEvent =
  | { type: 'runs'; runs: MetricsRun[]; mayTrain: boolean; place: 'sideBar' | 'editor' }
  /** Shows these runs and no others. */
  | { type: 'select'; folders: string[] }
  /** A job here goes on with a run. */
  | ({ type: 'live' } & LiveStep);

export interface MetricsRun {
  folder: string;
  name: string;
  /** For people: without the time that training puts into names, where it says nothing. */
  title: string;
  status: 'running' | 'finished' | 'early' | 'interrupted' | 'damaged';
  problem?: string;
  monitor?: string;
  bestEpoch: number;
  /** P@1 of the best epoch, where it is known. */
  precision?: number;
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

export interface PredictionsPage {
  listen: Call<void, void, PredictionsEvent>;
  /** Ends a search for documents that is under way; fails with `search-stopped` where it was stopped. */
  documents: Call<JudgedQuery, Page<JudgedRow>>;
  stopSearch: Call<void, void>;
  document: Call<{ document: number }, JudgedDocument>;
  /** Undefined for a label that the model has no output for. */
  evidence: Call<{ document: number; label: number }, LabelEvidence | undefined>;
  labels: Call<JudgedLabelQuery, Page<JudgedLabelRow>>;
  /** Opens a document where it stands in its file, or as a document of its own. */
  openRecord: Call<{ place: DocumentPlace; id: string }, void>;
  chooseSplit: Call<{ split: Split }, void>;
  /** Lets the user name a file. */
  chooseFile: Call<void, void>;
  /** From one record to all documents of its file. */
  showWholeFile: Call<void, void>;
  evaluate: Call<void, void>;
  retry: Call<void, void>;
  /** Stops reading or evaluating. */
  cancel: Call<void, void>;
  resume: Call<void, void>;
  manageTrust: Call<void, void>;
}

type PredictionsEvent =
  | { type: 'opening'; state: PredictionsPanelState; run: string }
  | { type: 'progress'; event: RunEvent }
  | { type: 'opened'; state: PredictionsPanelState; judged: Judged }
  | { type: 'failed'; failure: Failure; splits: Split[] }
  | { type: 'cancelled'; splits: Split[] }
  | { type: 'untrusted' }
  /** What is shown is not what an evaluation would give now. */
  | { type: 'stale'; what: 'model' | 'file' };

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface PredictionsPanelState {
  folder: string;
  target: JudgedTarget;
}

// ── compare: runs side by side ──────────────────────────────────────────────────────────────────────────────────────

export interface ComparePage {
  listen: Call<void, void, CompareEvent>;
  copyMarkdown: Call<{ allKeys: boolean }, void>;
  saveImage: Call<{ name: string; image: SavedImage }, void>;
  chooseRuns: Call<void, void>;
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
}

/** The course of a metric of validation, or of `trainLoss`, for each group. */
export interface ComparedCurve {
  metric: string;
  groups: CurveOfGroup[];
}
