/** A noun synset of WordNet as far as the demo needs it. */
export interface Synset {
  /** Its byte offset in `data.noun`, eight digits: WordNet's own identifier within a version. */
  offset: string;
  /** Its words, the most usual first, with spaces. */
  words: string[];
  /** Definition and examples. */
  gloss: string;
  /** Offsets of its hypernyms (`@`) and instance hypernyms (`@i`). */
  hypernyms: string[];
}

interface NounFile {
  /** The licence text at the head of the file. */
  licence: string;
  synsets: Synset[];
}

/** Reads the text of WordNet's `data.noun` (format: wndb(5WN)). */
export function parseNouns(text: string): NounFile {
  const licence: string[] = [];
  const synsets: Synset[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) licence.push(line.replace(/^ *\d+ ?/, '').trimEnd());
    else if (line.trim()) synsets.push(parseSynset(line));
  }
  return { licence: `${licence.join('\n').trim()}\n`, synsets };
}

/** `offset file type words(hex) word id … pointers(dec) symbol offset pos source/target … | gloss` */
function parseSynset(line: string): Synset {
  const bar = line.indexOf(' | ');
  const fields = line.slice(0, bar).split(' ');
  const wordCount = parseInt(fields[3], 16);
  const pointersAt = 4 + 2 * wordCount;
  const pointerCount = parseInt(fields[pointersAt], 10);
  const words = Array.from({ length: wordCount }, (_, i) => fields[4 + 2 * i].replaceAll('_', ' '));
  const hypernyms = Array.from({ length: pointerCount }, (_, i) =>
    fields.slice(pointersAt + 1 + 4 * i, pointersAt + 3 + 4 * i),
  )
    .filter(([symbol]) => symbol === '@' || symbol === '@i')
    .map(([, offset]) => offset);
  return {
    offset: fields[0],
    words,
    gloss: line
      .slice(bar + 3)
      .trim()
      .replace(/\s+/g, ' '),
    hypernyms,
  };
}

/** All synsets above each synset, by transitive closure. */
export function ancestors(synsets: readonly Synset[]): Map<string, Set<string>> {
  const byOffset = new Map(synsets.map((s) => [s.offset, s]));
  const above = new Map<string, Set<string>>();
  const climb = (offset: string): Set<string> => {
    const known = above.get(offset);
    if (known) return known;
    const all = new Set<string>();
    above.set(offset, all);
    for (const parent of byOffset.get(offset)?.hypernyms ?? []) {
      all.add(parent);
      for (const a of climb(parent)) all.add(a);
    }
    return all;
  };
  for (const { offset } of synsets) climb(offset);
  return above;
}
