import type { LabelCondition } from '../core/explore/documentFilter.ts';
import type { LabelState } from '../core/predict/scored.ts';
import { t } from './l10n.ts';

/** How a label counts beside the others that are asked for: with it, with one of those so marked, or without it. */
export type LabelRole = LabelState['role'] & keyof LabelCondition;
export const labelRoles = ['all', 'any', 'none'] as const satisfies readonly LabelRole[];

export const roleChoices: { value: LabelRole; label: string }[] = [
  { value: 'all', label: t('and') },
  { value: 'any', label: t('or') },
  { value: 'none', label: t('not') },
];

/** "or" is between two: where no other label has it, one beside it that is asked for gets it, too. */
export function withRole<L extends { role: LabelRole }>(labels: readonly L[], at: number, role: LabelRole): L[] {
  const changed = labels.map((label, i) => (i === at ? { ...label, role } : label));
  if (role !== 'any' || labels.some((label, i) => i !== at && label.role === 'any')) return changed;
  const beside = [at - 1, at + 1].find((i) => changed[i]?.role === 'all');
  return changed.map((label, i) => (i === beside ? { ...label, role } : label));
}
