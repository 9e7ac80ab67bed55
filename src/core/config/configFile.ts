import { presetNames, presets } from './presets.ts';
import { runConfigSchema } from './runConfig.ts';
import { object, optional, string } from '../base/schema.ts';

/** What a `*.xmlcnn.json` file may hold: the sections of a run config, and what it builds on. */
export const configFileSchema = object(
  {
    description: 'A run of XML-CNN: JSON with comments and trailing commas. Every key but dataset.train has a default.',
    source: 'this project',
  },
  {
    $schema: optional(
      string({ description: 'Address of the JSON Schema, for other editors. Not read.', source: 'JSON Schema' }),
    ),
    extends: optional(
      string(
        {
          description: `What this config builds on: a preset (${presetNames.join(', ')}), or another config file, relative to this one. Keys given here win; null undoes an optional one. Without it the defaults hold.`,
          source: presets.libmultilabel.source,
        },
        { minLength: 1, suggestions: presetNames },
      ),
    ),
    ...runConfigSchema.properties,
  },
);
