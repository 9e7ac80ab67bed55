import type { DatasetSnapshot } from '../../../core/explore/inspected.ts';
import { banner } from '../../ui/index.ts';
import { count } from './numbers.ts';
import { partName } from './overviewRows.ts';
import { amount } from '../../amounts.ts';
import { fileName } from '../../fileName.ts';
import { t } from '../../l10n.ts';

/** What is to be known about the content below: that it is stale, partial, or not all that the files hold. */
export function banners(
  { splits, notes }: DatasetSnapshot,
  staleFile: string | undefined,
  reload: () => void,
  readAsLatin1: () => void,
): HTMLElement[] {
  const shown: HTMLElement[] = [];
  if (staleFile !== undefined)
    shown.push(
      banner('stale', t('{0} has changed since it was read.', fileName(staleFile)), {
        label: t('Reload'),
        run: reload,
      }),
    );
  const documents = splits.reduce((sum, { statistics }) => sum + statistics.documents, 0);
  if (documents > 0 && splits.some(({ state }) => state === 'cancelled'))
    shown.push(
      banner('partial', t('Reading was stopped after {0}; all below is of these alone.', amount.documents(documents)), {
        label: t('Read Again'),
        run: reload,
      }),
    );
  for (const { split, state, failure } of splits)
    if (state === 'failed' && failure && documents > 0)
      shown.push(banner('warning', `${partName(split)}: ${failure.message}. ${failure.remedy}`));
  const undecodable = splits.reduce((sum, { findings }) => sum + (findings.undecodable ?? 0), 0);
  if (undecodable > 0)
    shown.push(
      banner(
        'warning',
        t(
          '{0} are not valid UTF-8 and were left out. If the file is Latin-1, set "encoding": "latin1".',
          amount.lines(undecodable),
        ),
        { label: t('Read as Latin-1'), run: readAsLatin1 },
      ),
    );
  const skipped = splits.reduce((sum, split) => sum + split.skipped, 0) - undecodable;
  if (skipped > 0)
    shown.push(banner('warning', t('{0} records could not be read and were left out: see Findings.', count(skipped))));
  if (splits[0].bagOfWords)
    shown.push(banner('info', t('A bag of words: there is no word order, so XML-CNN cannot be trained on this set.')));
  for (const note of notes) shown.push(banner('info', t('The label names were not used: {0}', note)));
  return shown;
}
