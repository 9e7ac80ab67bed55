/** The texts of pages in the editor's language: `t('{0} of {1}', a, b)`, looked up in the same bundle as the host's. */
import { config, t } from '@vscode/l10n';

// The host puts the bundle into the page itself: some texts are needed before any message could come. Tests have no page.
const contents = typeof document === 'undefined' ? undefined : document.body.dataset.l10n;
if (contents) config({ contents });

export { t };
