import type { Failure } from '../protocol.ts';
import { t } from '../l10n.ts';

/** What the host answered a call with, or a fault of the page. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Error && 'failure' in error) return error.failure as Failure;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, remedy: t('This is a fault of XML-CNN itself: please report it.') };
}
