import { exportModel } from '../../core/export/exportModel.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { ExportFormat, ExportResult } from '../../core/export/exportModel.ts';
import { type BulkResult, exportPredictions } from '../../core/predict/predictDataset.ts';
import { loadPredictor } from '../../core/predict/predictor.ts';
import type { SetTarget } from '../../core/predict/runDocuments.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

export interface PredictionsToExport {
  run: string;
  target: SetTarget;
  /** CSV or JSON lines by its ending. */
  output: string;
  /** All labels that the run predicts, as was tuned on validation, else above 0.5; the likeliest otherwise. */
  isAbove: boolean;
  explain: boolean;
  threads?: number;
}

export interface ExporterService {
  /** Writes a run's model into `exports/<format>` in its folder. Events report bytes. */
  export: Call<{ run: string; format: ExportFormat }, ExportResult, Progress>;
  /** Events report bytes that were read, and documents; the phases are `reading` and `predicting`. */
  predictions: Call<PredictionsToExport, Omit<BulkResult, 'findings'>, Progress>;
}

/** Labels of a document at most. */
const likeliest = 5;
const mostAbove = 1000;

export const exporter: Handlers<ExporterService> = {
  export: ({ run, format }, { signal, emit }) => exportModel(run, { format, signal, onProgress: emit }),
  async predictions({ run, target, output, isAbove, explain, threads }, { signal, emit }) {
    const predictor = await loadPredictor(run, { threads, isBulk: !explain });
    try {
      const { kind, threshold } = predictor.decision;
      const chosen = isAbove ? { top: mostAbove, threshold: kind === 'one' ? threshold : kind } : { top: likeliest };
      const work = { ...chosen, explain, signal, onProgress: emit };
      const { documents, without, added, separator, skipped } = await exportPredictions(
        predictor,
        target,
        output,
        work,
      );
      return { documents, without, added, separator, skipped };
    } finally {
      await predictor.dispose();
    }
  },
};
