/** The texts in a source file, in order. Throws where one is no literal. */
export function textsOf(source: string, name: string): string[];
/** l10n/bundle.l10n.json as it ought to be. */
export function bundleText(): string;
