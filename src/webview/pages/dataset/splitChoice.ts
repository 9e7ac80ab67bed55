import { dropdown } from '../../ui/index.ts';
import type { Context } from './context.ts';
import { partName } from './overviewRows.ts';
import { t } from '../../l10n.ts';

/** Chooses a split where there are several. */
export function splitChoice(context: Context): HTMLElement | undefined {
  const { splits } = context.snapshot;
  if (splits.length < 2) return undefined;
  return dropdown({
    label: t('Split'),
    options: splits.map(({ split }) => ({ value: split, label: partName(split) })),
    value: context.split,
    onChange: (split) => context.chooseSplit(split),
  });
}
