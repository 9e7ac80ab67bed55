import { holdsPath } from '../base/schema.ts';
import { sections } from './runConfig.ts';
import type { RunConfig } from './runConfig.ts';

/** Every file and folder that a loaded config names. */
export function configPaths(config: RunConfig): string[] {
  return Object.entries(sections).flatMap(([name, { properties }]) =>
    Object.entries(properties).flatMap(([key, schema]) => {
      const value = (config[name as keyof RunConfig] as Record<string, unknown> | undefined)?.[key];
      return holdsPath(schema) && typeof value === 'string' ? [value] : [];
    }),
  );
}
