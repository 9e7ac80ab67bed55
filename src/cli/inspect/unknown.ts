import { nearest } from '../../core/config/spelling.ts';
import { UserError } from '../../core/base/errors.ts';

const SUGGESTED = 3;

/** Nothing is called `wanted`: an error that names what comes nearest. */
export function unknown(kind: 'label' | 'document', wanted: string, names: Iterable<string>, file: string): UserError {
  const all = [...new Set(names)];
  const lower = wanted.toLowerCase();
  // names much longer or shorter are no misspellings; comparing them all would take long
  const alike = all.filter((name) => Math.abs(name.length - wanted.length) <= Math.max(2, wanted.length / 3));
  const near = nearest(wanted, alike);
  const containing = lower ? all.filter((name) => name !== near && name.toLowerCase().includes(lower)) : [];
  const suggested = [...(near === undefined ? [] : [near]), ...containing].slice(0, SUGGESTED);
  const remedy = suggested.length
    ? `Did you mean ${suggested.map((name) => `"${name}"`).join(', ')}?`
    : `Choose one that the dataset has${all.length ? `, such as "${all[0]}"` : ''}.`;
  return new UserError(`unknown-${kind}`, `There is no ${kind} "${wanted}"`, remedy, { file });
}
