/**
 * What the extension host and its webview pages say to each other; both sides import this file and nothing of each other.
 * A page calls methods of the host and gets an answer; the host pushes messages to the page unasked.
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
import type { Progress } from '../core/base/progress.ts';
import type { Split } from '../core/base/splits.ts';
import type { RunEvent } from '../core/base/events.ts';
import type { RunHistory } from '../core/training/runHistory.ts';

/** A method that a page calls: what it gives, what it gets. */
export interface Method<Params, Result> {
  params: Params;
  result: Result;
}

/** The pages there are, each in `pages/<name>/`. */
export interface Pages {
  dataset: DatasetPage;
  metrics: MetricsPage;
  predictions: PredictionsPage;
  compare: ComparePage;
  clusters: ClustersPage;
}
export type PageName = keyof Pages;

/** What went wrong, with its remedy. */
export interface Failure {
  code: string;
  message: string;
  remedy: string;
  file?: string;
  line?: number;
}

// ── dataset: Inspect Dataset ────────────────────────────────────────────────────────────────────────────────────────

export interface DatasetPage {
  methods: {
    labels: Method<LabelQuery, Page<LabelRow>>;
    /** Ends a search for documents that is under way; fails with `search-stopped` where it was stopped. */
    documents: Method<DocumentQuery, DocumentPage>;
    stopSearch: Method<void, void>;
    document: Method<{ split: SplitOrAll; document: number; offset: number }, DocumentText>;
    findings: Method<FindingQuery, FindingPage>;
    /** Opens a document where it stands in its file, or as a document of its own. */
    openRecord: Method<{ split: SplitOrAll; place: DocumentPlace; id: string }, void>;
    openFile: Method<{ file: string; line: number }, void>;
    createRunConfig: Method<void, void>;
    exploreClusters: Method<void, void>;
    /** An analysis that is stopped gives what it found until then. */
    readWords: Method<{ split: SplitOrAll }, WordsOverview>;
    labelWords: Method<{ split: SplitOrAll; label: string; measure: WordMeasure }, LabelWords>;
    documentWords: Method<{ split: SplitOrAll; document: number }, DocumentWords>;
    headCooccurrence: Method<{ split: SplitOrAll; most: number }, HeadCooccurrence>;
    neighbours: Method<NeighbourQuery, Page<NeighbourRow>>;
    readQuality: Method<void, QualityOverview>;
    quality: Method<QualityQuery, Page<QualityRow>>;
    compare: Method<{ split: SplitOrAll; other: OtherSet }, ComparisonOverview>;
    compared: Method<ComparedQuery, Page<ComparedLabel>>;
    duplicates: Method<{ offset: number; limit: number }, Page<DuplicateRow>>;
    nearest: Method<{ document: number }, NearestDocument>;
    stopAnalysis: Method<{ analysis: AnalysisName }, void>;
    /** Lets the next call begin anew, where one that was stopped is kept. */
    forgetAnalysis: Method<{ analysis: AnalysisName }, void>;
    /** Lets the user name a file to compare with; undefined where none was chosen. */
    chooseOther: Method<void, string | undefined>;
    /** Opens a document of any file. */
    openPointer: Method<DatasetFile & { line: number; id: string }, void>;
    /** Stops reading; what was read stays. */
    cancel: Method<void, void>;
    reload: Method<void, void>;
    /** Lets the user say how the file is to be read. */
    readAs: Method<void, void>;
    readAsLatin1: Method<void, void>;
  };
  push:
    | { type: 'opened'; state: DatasetPanelState; name: string; analysed: AnalysisName[] }
    | { type: 'snapshot'; snapshot: DatasetSnapshot; reading: boolean }
    | { type: 'failed'; failure: Failure }
    | { type: 'analysing'; analysis: AnalysisName; progress: Progress }
    /** Lists the documents of a cluster. */
    | { type: 'filter'; cluster: ClusterFilter }
    | { type: 'stale'; file: string };
}

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
  methods: {
    clusters: Method<{ k: number }, ChosenClusters>;
    /** By cluster number; undefined where it was stopped. */
    words: Method<{ k: number }, ClusterWord[][] | undefined>;
    map: Method<{ k: number; of: MapOf }, DrawnMap | undefined>;
    labels: Method<ClusteredLabelQuery, ClusteredLabelPage>;
    /** The user names the file; undefined where none was named. */
    export: Method<{ k: number; kind: ExportKind }, string | undefined>;
    writeSubset: Method<{ k: number; cluster: number }, { file: string; documents: number } | undefined>;
    /** Lists the documents of a cluster where the dataset is inspected. */
    showDocuments: Method<{ k: number; cluster: number }, void>;
    inspect: Method<void, void>;
    cluster: Method<{ settings: ClusterSettings }, void>;
    stop: Method<{ work: ClusterWork }, void>;
    reload: Method<void, void>;
  };
  push:
    | { type: 'opening'; state: ClustersPanelState; name: string }
    | { type: 'progress'; work: ClusterWork; progress: Progress<ClusterPhase> }
    | { type: 'opened'; overview: ClustersOverview; bytes: number }
    | { type: 'failed'; failure: Failure }
    | { type: 'cancelled' }
    | { type: 'stale'; file: string };
}

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface ClustersPanelState {
  path: string;
  options: SourceOptions;
  settings?: ClusterSettings;
}

// ── metrics: learning curves in the side panel ──────────────────────────────────────────────────────────────────────

export interface MetricsPage {
  methods: {
    /** What a run has logged so far. */
    history: Method<{ folder: string }, RunHistory>;
    /** Writes a file that the user chooses a name for. The host tells what fails. */
    saveImage: Method<{ name: string; image: SavedImage }, void>;
    saveCsv: Method<{ folders: string[] }, void>;
    openInEditor: Method<{ folders: string[] }, void>;
    train: Method<void, void>;
    createRunConfig: Method<void, void>;
    resume: Method<{ folder: string }, void>;
    compare: Method<{ folders: string[] }, void>;
  };
  push:
    | { type: 'runs'; runs: MetricsRun[]; mayTrain: boolean; place: 'sideBar' | 'editor' }
    /** Shows these runs and no others. */
    | { type: 'select'; folders: string[] }
    /** A job here goes on with a run. */
    | ({ type: 'live' } & LiveStep);
}

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
  methods: {
    /** Ends a search for documents that is under way; fails with `search-stopped` where it was stopped. */
    documents: Method<JudgedQuery, Page<JudgedRow>>;
    stopSearch: Method<void, void>;
    document: Method<{ document: number }, JudgedDocument>;
    /** Undefined for a label that the model has no output for. */
    evidence: Method<{ document: number; label: number }, LabelEvidence | undefined>;
    labels: Method<JudgedLabelQuery, Page<JudgedLabelRow>>;
    /** Opens a document where it stands in its file, or as a document of its own. */
    openRecord: Method<{ place: DocumentPlace; id: string }, void>;
    chooseSplit: Method<{ split: Split }, void>;
    /** Lets the user name a file. */
    chooseFile: Method<void, void>;
    /** From one record to all documents of its file. */
    showWholeFile: Method<void, void>;
    evaluate: Method<void, void>;
    retry: Method<void, void>;
    /** Stops reading or evaluating. */
    cancel: Method<void, void>;
    resume: Method<void, void>;
    manageTrust: Method<void, void>;
  };
  push:
    | { type: 'opening'; state: PredictionsPanelState; run: string }
    | { type: 'progress'; event: RunEvent }
    | { type: 'opened'; state: PredictionsPanelState; judged: Judged }
    | { type: 'failed'; failure: Failure; splits: Split[] }
    | { type: 'cancelled'; splits: Split[] }
    | { type: 'untrusted' }
    /** What is shown is not what an evaluation would give now. */
    | { type: 'stale'; what: 'model' | 'file' };
}

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface PredictionsPanelState {
  folder: string;
  target: JudgedTarget;
}

// ── compare: runs side by side ──────────────────────────────────────────────────────────────────────────────────────

export interface ComparePage {
  methods: {
    copyMarkdown: Method<{ allKeys: boolean }, void>;
    saveImage: Method<{ name: string; image: SavedImage }, void>;
    chooseRuns: Method<void, void>;
    showMetrics: Method<{ folders: string[] }, void>;
    reload: Method<void, void>;
  };
  push:
    | { type: 'loading'; state: ComparePanelState }
    | { type: 'compared'; state: ComparePanelState; comparison: Comparison; curves: ComparedCurve[] }
    | { type: 'failed'; state: ComparePanelState; failure: Failure }
    /** A run has changed since. */
    | { type: 'stale'; names: string[] };
}

/** What the page keeps for the host, so that the panel can be opened again after a reload of the window. */
export interface ComparePanelState {
  folders: string[];
}

/** The course of a metric of validation, or of `trainLoss`, for each group. */
export interface ComparedCurve {
  metric: string;
  groups: CurveOfGroup[];
}

// ── on the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type MethodName<P extends PageName> = keyof Pages[P]['methods'] & string;
type MethodOf<P extends PageName, M extends MethodName<P>> =
  Pages[P]['methods'][M] extends Method<infer A, infer R> ? { params: A; result: R } : never;
export type MethodParams<P extends PageName, M extends MethodName<P>> = MethodOf<P, M>['params'];
export type MethodResult<P extends PageName, M extends MethodName<P>> = MethodOf<P, M>['result'];
export type Push<P extends PageName> = Pages[P]['push'];

/** The host's implementation of a page's methods. */
export type HostMethods<P extends PageName> = {
  [M in MethodName<P>]: (params: MethodParams<P, M>) => Promise<MethodResult<P, M>> | MethodResult<P, M>;
};

/** `ready`: the page listens; pushes sent before are kept for it. */
export type FromPage = { type: 'ready' } | { type: 'call'; id: number; method: string; params: unknown };

/** Whether a message from a webview is one that the host answers. What a call's parameters are is the page's word. */
export function isFromPage(message: unknown): message is FromPage {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, method } = message as Record<string, unknown>;
  return type === 'ready' || (type === 'call' && Number.isSafeInteger(id) && typeof method === 'string');
}

export type ToPage<P extends PageName> =
  | { type: 'push'; message: Push<P> }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'failure'; id: number; failure: Failure };
