/** Numbers between 0 and 1 where others write yes and no: the share of the annotators who chose a label, or its probability. */

/** From here on a share counts as yes, as the makers of such sets do (Civil Comments). */
const half = 0.5;

const shareText = /^[+]?0?[.,]\d*[1-9]\d*$|^[+]?[1-9](?:[.,]\d+)?[eE]-\d{1,3}$/;

/** A number between 0 and 1, neither of them; undefined for all else. */
export function shareOf(value: unknown): number | undefined {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && shareText.test(value.trim())
        ? Number(value.trim().replace(',', '.'))
        : NaN;
  return number > 0 && number < 1 ? number : undefined;
}

/** What becomes of a share: whether it counts as yes. */
export type OnShare = (share: number) => boolean;
export const fromHalf: OnShare = (share) => share >= half;

/** Whether the share counts as yes; said once for each record, among its doubts. */
export function countsAsYes(share: number, doubts: { code: string; message: string }[]): boolean {
  if (!doubts.some(({ code }) => code === 'share'))
    doubts.push({ code: 'share', message: `${share} and the like count as yes from ${half} on` });
  return fromHalf(share);
}
