/** Characters that no name of a file may hold on some system, and those that would lead out of the folder of the runs. */
const forbidden = /[<>:"/\\|?*\p{Cc}]/gu;
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Whether a run folder can be called that on every system: one plain name, no path. */
export const isRunName = (name: string): boolean => name !== '' && name.length <= 200 && runNameLike(name) === name;

/** The nearest name that can be one; `run` where nothing is left of it. */
export function runNameLike(name: string): string {
  const plain = name
    .replace(forbidden, '-')
    .slice(0, 200)
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return plain === '' ? 'run' : plain.replace(reserved, 'run-$&');
}
