import { integer, object, oneOf, optional, part, restored, string, union } from '../../core/base/schema.ts';
import { splitNames } from '../../core/base/splits.ts';
import type { PredictionsPanelState } from '../../webview/protocol.ts';

const line = integer();
const number = optional(integer());
const file = { file: string(), part: optional(oneOf(['train', 'test'])) };
const schema = object(part, {
  folder: optional(string()),
  target: optional(
    union([
      object(part, { kind: oneOf(['split']), split: oneOf(splitNames), line: optional(line), number }),
      object(part, { kind: oneOf(['file']), ...file, line: optional(line), number }),
      object(part, { kind: oneOf(['record']), ...file, line, number }),
      object(part, { kind: oneOf(['text']), text: string() }),
    ]),
  ),
});

/** The state of a panel that was kept, or undefined where it is none of ours. */
export function panelState(kept: unknown): PredictionsPanelState | undefined {
  const { folder, target } = restored(schema, kept);
  return folder !== undefined && target ? { folder, target } : undefined;
}
