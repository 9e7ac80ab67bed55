/**
 * What the extension host and a runner process say to each other. A runner is a forked process that offers one service;
 * every call may tell events before it settles, and may be cancelled. Messages go over IPC (structured clone, so typed
 * arrays and undefined survive); stdout and stderr are for logs alone.
 */
import type { DatasetFacts } from '../core/config/createConfig.ts';
import type { RunConfig } from '../core/config/runConfig.ts';
import type { Metrics } from '../core/base/metrics.ts';
import type { Split } from '../core/base/splits.ts';
import type { DatasetFile, SourceOptions } from '../core/data/document.ts';
import type { SplitOrAll } from '../core/base/splits.ts';
import type {
  DatasetSnapshot,
  DocumentPage,
  DocumentQuery,
  DocumentText,
  FindingPage,
  FindingQuery,
  LabelQuery,
  LabelRow,
  Page,
  RecordText,
} from '../core/explore/inspectionApi.ts';
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
  ClusterTarget,
  ClusterWord,
  DrawnMap,
  ExportKind,
  MapOf,
} from '../core/explore/clusters/clusterApi.ts';
import type { RecordTarget } from '../core/explore/recordText.ts';
import type { ExportFormat, ExportResult } from '../core/export/exportModel.ts';
import type { Progress } from '../core/base/progress.ts';
import type { Highlight } from '../core/predict/highlights.ts';
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
import type { PredictedLabel } from '../core/predict/predictor.ts';
import type { NativeEngine } from '../core/engine/engines/folders.ts';
import type { EngineStatus } from '../core/engine/engines/status.ts';
import type { RunEvent } from '../core/base/events.ts';
import type { RunResult } from '../core/training/runSummary.ts';

/** A method of a service: what it is given, what it returns, what it tells on the way. */
export interface Call<Params, Result, Event = never> {
  params: Params;
  result: Result;
  event: Event;
}

/** The services there are, each in `services/<name>.ts`. */
export interface Services {
  clusters: ClustersService;
  dataset: DatasetService;
  engines: EnginesService;
  exporter: ExporterService;
  predictions: PredictionsService;
  predictor: PredictorService;
  survey: SurveyService;
  training: TrainingService;
}

export type ServiceName = keyof Services;
export type MethodOf<S extends ServiceName> = keyof Services[S] & string;
type CallOf<S extends ServiceName, M extends MethodOf<S>> =
  Services[S][M] extends Call<infer P, infer R, infer E> ? { params: P; result: R; event: E } : never;
export type ParamsOf<S extends ServiceName, M extends MethodOf<S>> = CallOf<S, M>['params'];
export type ResultOf<S extends ServiceName, M extends MethodOf<S>> = CallOf<S, M>['result'];
export type EventOf<S extends ServiceName, M extends MethodOf<S>> = CallOf<S, M>['event'];

/** What a method's implementation is handed beside its parameters. */
export interface CallContext<Event> {
  /** Aborted where the caller cancels, or the parent process is gone: throw `Cancelled`, or end with what there is. */
  signal: AbortSignal;
  emit: (event: Event) => void;
}

export type Handlers<S extends ServiceName> = {
  [M in MethodOf<S>]: (params: ParamsOf<S, M>, context: CallContext<EventOf<S, M>>) => Promise<ResultOf<S, M>>;
};

// ── training ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface EvaluatedSplit {
  folder: string;
  /** The split, or the name of the evaluated file. */
  split: string;
  documents: number;
  metrics: Metrics;
}

export interface TrainingService {
  train: Call<{ configFile: string; resume?: string; overrides: string[] }, RunResult, RunEvent>;
  /** Measures a run's best weights on a split of its dataset, or on a file; the figures in full go into the run folder. */
  evaluate: Call<{ folder: string; split?: Split; data?: DatasetFile }, EvaluatedSplit, RunEvent>;
}

// ── survey ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SurveyService {
  /** Reads a dataset's training file for a new config. Paths of the result are absolute; that of the dataset must be. */
  survey: Call<DatasetFile & { options: SourceOptions }, DatasetFacts, Progress>;
}

// ── exporter ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ExporterService {
  /** Writes a run's model into `exports/<format>` in its folder. Events tell bytes. */
  export: Call<{ run: string; format: ExportFormat }, ExportResult, Progress>;
}

// ── dataset ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Inspects one dataset per process; pages may be asked for while it is still being read. */
export interface DatasetService {
  /** Reads the dataset; the result is the last snapshot, also where the call was cancelled. */
  open: Call<DatasetFile & { options: SourceOptions }, DatasetSnapshot, DatasetSnapshot>;
  labels: Call<LabelQuery, Page<LabelRow>>;
  documents: Call<DocumentQuery, DocumentPage>;
  document: Call<{ split: SplitOrAll; document: number; offset: number }, DocumentText>;
  findings: Call<FindingQuery, FindingPage>;
  /** Reads the words of a split; a cancelled reading is a result, with the words of the documents until then. */
  readWords: Call<{ split: SplitOrAll }, WordsOverview, Progress>;
  labelWords: Call<{ split: SplitOrAll; label: string; measure: WordMeasure }, LabelWords>;
  documentWords: Call<{ split: SplitOrAll; document: number }, DocumentWords>;
  /** How often the `most` most frequent labels occur together. */
  headCooccurrence: Call<{ split: SplitOrAll; most: number }, HeadCooccurrence>;
  neighbours: Call<NeighbourQuery, Page<NeighbourRow>>;
  /** Checks the documents of all splits; cancelled, it tells of those until then. */
  readQuality: Call<void, QualityOverview, Progress>;
  quality: Call<QualityQuery, Page<QualityRow>>;
  /** Holds a split against another set; cancelled, it tells of the documents until then. */
  compare: Call<{ split: SplitOrAll; other: OtherSet }, ComparisonOverview, Progress>;
  compared: Call<ComparedQuery, Page<ComparedLabel>>;
  duplicates: Call<{ offset: number; limit: number }, Page<DuplicateRow>>;
  nearest: Call<{ document: number }, NearestDocument>;
  /** One record of any dataset; needs no `open`. */
  record: Call<RecordTarget, RecordText>;
}

// ── clusters ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Clusters the labels of one dataset file per process. */
export interface ClustersService {
  /**
   * Without `settings` an outcome that is kept beside the dataset counts, whatever it was made with; with `anew` none does. Without `keep` nothing is written beside it.
   * Cancelled while it clusters, the numbers of clusters tried until then are the result.
   */
  open: Call<
    { target: ClusterTarget; settings?: ClusterSettings; anew?: boolean; keep?: boolean },
    ClustersOverview,
    Progress<ClusterPhase>
  >;
  clusters: Call<{ k: number }, ChosenClusters>;
  /** By cluster number. */
  words: Call<{ k: number }, ClusterWord[][], Progress<ClusterPhase>>;
  map: Call<{ k: number; of: MapOf }, DrawnMap, Progress<ClusterPhase>>;
  labels: Call<ClusteredLabelQuery, ClusteredLabelPage>;
  export: Call<{ k: number; kind: ExportKind; file: string }, void>;
  /** Writes the documents with a label of the cluster, with those labels alone; how many they are. */
  writeSubset: Call<{ k: number; cluster: number; file: string }, number>;
}

// ── predictions ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The predictions of one run for one set of documents or one text; opening again replaces it. */
export interface PredictionsService {
  /** With `evaluate` the scores are computed even where they are stored. Events tell of reading and evaluating. */
  open: Call<{ folder: string; target: JudgedTarget; evaluate?: boolean; threads?: number }, Judged, RunEvent>;
  documents: Call<JudgedQuery, Page<JudgedRow>>;
  document: Call<{ document: number }, JudgedDocument>;
  /** Undefined for a label that the model has no output for. */
  evidence: Call<{ document: number; label: number }, LabelEvidence | undefined>;
  labels: Call<JudgedLabelQuery, Page<JudgedLabelRow>>;
}

// ── predictor ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A run's best weights. */
export interface ModelFile {
  folder: string;
  /** Tells one state of the file from another: where it differs, the weights are read again. */
  stamp: string;
}

export interface ModelInfo {
  /** Files and fields that the model was trained with. */
  dataset: RunConfig['dataset'];
  /** Labels of a greater probability are predicted: tuned on validation, else 0.5. */
  threshold: number;
}

export interface EvidencedLabel extends PredictedLabel {
  /** The n-grams that spoke for it most, without overlaps, the strongest first, with what they added to the logit. */
  ngrams: { text: string; contribution: number }[];
  /** Offsets point into the text. */
  highlights: Highlight[];
}

export interface ExplainedText {
  /** Probability descending. */
  labels: EvidencedLabel[];
  /** True labels that the model has no output for. */
  unknown: { name: string; display?: string }[];
  words: number;
  unknownWords: number;
  truncated: boolean;
}

/** Holds one model; calls are answered one after another, and those cancelled before their turn are not begun. */
export interface PredictorService {
  open: Call<ModelFile, ModelInfo>;
  /** `truth`: names of the text's own labels, which are given whatever their probability. */
  explain: Call<{ model: ModelFile; text: string; top: number; truth: readonly string[] }, ExplainedText>;
}

// ── engines ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Loads native code and downloads it, far from the extension host. */
export interface EnginesService {
  /** Tries every engine; events tell of each as it is done. */
  statuses: Call<Record<string, never>, EngineStatus[], EngineStatus>;
  /** Downloads an engine's binaries; returns its folder. */
  install: Call<{ engine: NativeEngine; sha256: string[]; proxy?: string; strictSsl: boolean }, string, Progress>;
}

// ── on the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type ToRunner = { type: 'call'; id: number; method: string; params: unknown } | { type: 'cancel'; id: number };

export type FromRunner =
  | { type: 'event'; id: number; event: unknown }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError };

export type WireError =
  | {
      kind: 'user';
      code: string;
      message: string;
      remedy: string;
      place: { file?: string; line?: number; column?: number; byte?: number };
    }
  | { kind: 'cancelled' }
  | { kind: 'fault'; message: string; stack?: string };

/** Whether a message over IPC is one that a runner answers. What a call's parameters are is the caller's word. */
export function isToRunner(message: unknown): message is ToRunner {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, method } = message as Record<string, unknown>;
  return Number.isSafeInteger(id) && (type === 'cancel' || (type === 'call' && typeof method === 'string'));
}
