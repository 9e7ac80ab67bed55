import type { RunListing } from '../../core/training/runListing.ts';

/** What a run is called: as its user says, else by its folder. */
export const runTitle = ({ name, notes }: Pick<RunListing, 'name' | 'notes'>): string =>
  notes?.title ?? shortName(name);

/** Names that training gives end in the time of their beginning (UTC): here in local time, and short. Others are as they are. */
export function shortName(name: string, now = new Date()): string {
  const found = /^(.+)-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})(-\d+)?$/.exec(name);
  if (!found) return name;
  const [, base, day, hour, minute, second, again = ''] = found;
  const began = new Date(`${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(began.getTime())) return name;
  const time = began.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const isToday = began.toDateString() === now.toDateString();
  const date = isToday ? '' : `${began.toLocaleDateString([], { day: 'numeric', month: 'short' })} `;
  return `${base} ${date}${time}${again}`;
}
