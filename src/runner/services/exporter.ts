import { exportModel } from '../../core/export/exportModel.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { ExportFormat, ExportResult } from '../../core/export/exportModel.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

export interface ExporterService {
  /** Writes a run's model into `exports/<format>` in its folder. Events report bytes. */
  export: Call<{ run: string; format: ExportFormat }, ExportResult, Progress>;
}

export const exporter: Handlers<ExporterService> = {
  export: ({ run, format }, { signal, emit }) => exportModel(run, { format, signal, onProgress: emit }),
};
