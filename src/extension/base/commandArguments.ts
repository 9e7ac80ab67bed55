/** A row of one of our trees, as commands see it. */
export interface TreeElement {
  /** The file or folder that its commands are about: a row below a run stands for the run. */
  readonly path?: string;
  /** A run that has no folder yet is known by its job. */
  readonly job?: { readonly id: string };
}

/** A place in a document of the editor, from which its record, paragraph or selection is found again. */
export interface TextPlace {
  uri: string;
  line: number;
  character: number;
  /** The label whose evidence a hover's link marks. */
  label?: number;
}

export interface CommandArguments<Options = unknown> {
  /** The file or folder that was named, or was under the mouse. */
  readonly path?: string;
  /** All that were named or selected; the one above among them. */
  readonly paths: readonly string[];
  readonly jobId?: string;
  readonly place?: TextPlace;
  /** What our own callers hand over beside a path. */
  readonly options: Partial<Options>;
}

/**
 * Reads what a command was called with, whoever called it:
 *
 *   palette, keyboard, link without arguments   nothing
 *   Explorer                                    the URI under the mouse, the URIs of the selection
 *   context menu of an editor                   the document's URI
 *   title of an editor                          the document's URI, `{ groupId }`; of a page none that means anything
 *   row of a tree                               the element under the mouse, the selected elements where there are several
 *   title of a tree                             the element that has the focus, the selected elements
 *   code lenses, panels, notices                a URI, a path or paths, and options
 *   hovers                                      a place
 */
export function readArguments<Options = unknown>([first, second]: readonly unknown[]): CommandArguments<Options> {
  const named = pathsOf(first);
  const selected = Array.isArray(second) ? second.flatMap(pathsOf) : [];
  const paths = [...new Set(selected.length > 0 ? selected : named)];
  const job = isObject(first) && isObject(first.job) ? first.job : undefined;
  return {
    path: named[0],
    paths,
    jobId: typeof job?.id === 'string' ? job.id : undefined,
    place: isPlace(first) ? first : undefined,
    options: isObject(second) && !Array.isArray(second) ? (second as Partial<Options>) : {},
  };
}

/** Of a URI, of a path or several, of a row. */
function pathsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.filter((path) => typeof path === 'string');
  if (!isObject(value)) return [];
  if (value.scheme === 'webview-panel') return []; // the title of a page hands over what names its tab
  if (typeof value.fsPath === 'string') return [value.fsPath];
  return typeof value.path === 'string' ? [value.path] : [];
}

const isPlace = (value: unknown): value is TextPlace =>
  isObject(value) &&
  typeof value.uri === 'string' &&
  typeof value.line === 'number' &&
  typeof value.character === 'number';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
