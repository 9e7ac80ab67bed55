import { UserError } from '../base/errors.ts';

type StopWordFile = { default: { words: string[] } };

/** One import per language, so that a bundler sees them all and a run loads the one it asks for. */
const lists: Record<string, () => Promise<StopWordFile>> = {
  en: () => import('natural/lib/natural/util/stopwords.js'),
  es: () => import('natural/lib/natural/util/stopwords_es.js'),
  fa: () => import('natural/lib/natural/util/stopwords_fa.js'),
  fr: () => import('natural/lib/natural/util/stopwords_fr.js'),
  id: () => import('natural/lib/natural/util/stopwords_id.js'),
  it: () => import('natural/lib/natural/util/stopwords_it.js'),
  ja: () => import('natural/lib/natural/util/stopwords_ja.js'),
  nl: () => import('natural/lib/natural/util/stopwords_nl.js'),
  no: () => import('natural/lib/natural/util/stopwords_no.js'),
  pl: () => import('natural/lib/natural/util/stopwords_pl.js'),
  pt: () => import('natural/lib/natural/util/stopwords_pt.js'),
  ru: () => import('natural/lib/natural/util/stopwords_ru.js'),
  sv: () => import('natural/lib/natural/util/stopwords_sv.js'),
  uk: () => import('natural/lib/natural/util/stopwords_uk.js'),
  zh: () => import('natural/lib/natural/util/stopwords_zh.js'),
};

/** ISO 639-1 codes of the languages that have a list. */
export const stopWordLanguages: readonly string[] = Object.keys(lists);

/** The stop words of a language, lower-cased. Throws `UserError` `unknown-language`. */
export async function loadStopWords(language: string): Promise<ReadonlySet<string>> {
  const load = Object.hasOwn(lists, language) ? lists[language] : undefined;
  if (!load)
    throw new UserError(
      'unknown-language',
      `There are no stop words for the language "${language}"`,
      `Set "text.stopWords" to one of ${stopWordLanguages.join(', ')}, or to null.`,
    );
  return new Set((await load()).default.words.map((word) => word.toLowerCase()));
}
