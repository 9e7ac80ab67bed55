import type { Analysis } from '../../core/config/validate.ts';

/** The settings that stand in where a config says nothing. */
export interface JobSettings {
  /** 0: all cores. */
  threads: number;
  engine: string;
}

/** `--set` overrides for the keys that neither the config nor what it extends states. */
export function overridesOf({ origins }: Pick<Analysis, 'origins'>, { threads, engine }: JobSettings): string[] {
  const isOpen = (key: string): boolean => {
    const from = origins.get(key)?.from;
    return from === undefined || from === 'default';
  };
  return [
    ...(isOpen('engine.threads') ? [`engine.threads=${threads}`] : []),
    ...(isOpen('engine.name') ? [`engine.name=${engine}`] : []),
  ];
}
