import { splitNames } from '../../core/base/splits.ts';
import type { JudgedTarget } from '../../core/predict/judged.ts';
import type { PredictionsPanelState } from '../../webview/protocol.ts';

/** The state of a panel that was kept, or undefined where it is none of ours. */
export function panelState(kept: unknown): PredictionsPanelState | undefined {
  const { folder, target } = fieldsOf(kept);
  const checked = targetOf(fieldsOf(target));
  return typeof folder === 'string' && checked ? { folder, target: checked } : undefined;
}

function targetOf({ kind, split, file, line, text }: Record<string, unknown>): JudgedTarget | undefined {
  const at = typeof line === 'number' ? line : undefined;
  const known = splitNames.find((name) => name === split);
  if (kind === 'split' && known) return { kind, split: known, line: at };
  if (kind === 'text' && typeof text === 'string') return { kind, text };
  if (typeof file !== 'string') return undefined;
  if (kind === 'file') return { kind, file, line: at };
  return kind === 'record' && at !== undefined ? { kind, file, line: at } : undefined;
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
