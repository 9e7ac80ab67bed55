import type { Node } from 'jsonc-parser';
import type { ConfigText } from './configText.ts';
import type { Edit } from './diagnostics.ts';

/**
 * The edit that gives a key (`extends`, `model.filters`) a value, whether the text has the key, its section or neither;
 * undefined where the text is no object. `nodes` holds the text's values by dotted key.
 */
export function setKey(
  source: ConfigText,
  nodes: ReadonlyMap<string, Node>,
  key: string,
  value: unknown,
): Edit | undefined {
  const stated = nodes.get(key);
  if (stated) return source.replace(stated, value);
  if (source.root?.type !== 'object') return undefined;
  const [section, name] = key.split('.');
  if (name === undefined) return source.insert(source.root, key, value);
  const object = nodes.get(section);
  if (!object) return source.insert(source.root, section, { [name]: value });
  return object.type === 'object' ? source.insert(object, name, value) : undefined;
}
