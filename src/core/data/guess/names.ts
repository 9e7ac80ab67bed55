/** What the name of a field says of it: a hint, never a proof. */

export interface NameHint {
  id: boolean;
  /** 2 for a whole name (`text`), 1 where a word of it says so (`comment_text`). */
  text: number;
  title: boolean;
  /** One of several bodies of a record: `header`, `recitals`, `main_body`. */
  section: boolean;
  label: number;
  /** Something else, even where it looks like labels or flags: an annotator, a prediction, a split, a count. */
  other: number;
}

const idNames = words(
  `id _id uid guid uuid docid celex_id celexid key index idx unnamed:_0 pmid doi asin isbn tweetid rowid doc_id document_id text_id item_id
   article_id paper_id post_id comment_id record_id sample_id example_id tweet_id review_id story_id abstract_id passage_id sentence_id
   question_id`,
);
const textNames = words(
  `text texts content contents body abstract abstracts document documents doc sentence sentences comment comments description
   descriptions desc review reviews question questions summary summaries overview overviews plot plots synopsis synopses
   message messages tweet tweets post posts article articles passage passages paragraph paragraphs narrative utterance
   utterances transcript transcription excerpt snippet story note notes complaint query prompt response answer
   lyrics statement report input main_body recitals attachments header findings fulltext remark remarks
   beschreibung inhalt nachricht kommentar zusammenfassung bemerkung texte résumé contenu commentaire avis texto resumen descripción
   contenido comentario reseña descrição resumo conteúdo comentário testo descrizione recensione contenuto tekst treść opis
   текст описание сообщение отзыв содержание аннотация 正文 内容 內容 文本 摘要 评论 評論 內文 描述 本文 テキスト 文章 レビュー 내용 본문 텍스트 문장 리뷰`,
);
const sectionNames = words(
  'header recitals main_body mainbody attachments body articles findings impression background conclusion',
);
const titleNames = words(
  'title titles headline headlines heading subject_line name caption titel überschrift titre título titulo titolo tytuł заголовок название 标题 標題 題名 タイトル 제목',
);
const labelNames = words(
  `label labels tag tags category categories topic topics class classes concept concepts subject subjects genre genres term
   terms code codes target targets target_ind keyword keywords descriptor descriptors emotion emotions intent intents
   sentiment theme themes mesh annotation annotations choice choices accept cats sector sectors department product
   issue aspect aspects hashtags hashtag type types area areas field fields skill skills diagnosis diagnoses eurovoc
   subject_uris descriptors_uris kind kinds kategorie kategorien schlagwort schlagwörter schlagworte thema themen etikett klasse klassen
   catégorie catégories étiquette étiquettes sujet sujets thème thèmes rubrique etiqueta etiquetas categoría categorías tema temas género
   géneros rótulo rótulos categoria categorias assunto assuntos etichetta etichette categorie argomento argomenti kategoria temat tematy
   etykieta etykiety категория категории тема темы метка метки тег теги рубрика рубрики класс жанр жанры 标签 標籤 类别 類別 分类 分類 主题
   ラベル カテゴリ カテゴリー タグ 라벨 레이블 분류 카테고리 태그 주제`,
);
const otherNames = words(
  `annotator annotators annotation_id annotator_id rater rater_id worker worker_id author authors user user_id username subreddit
   link_id parent_id split fold source url link href date time datetime created created_at created_utc updated updated_at
   timestamp year month day lang language languages country score scores confidence probability prob predicted prediction predictions pred
   preds count counts num n length len rating ratings stars votes price lead_time status version file filename path gold
   is_gold answer_id options spans tokens meta metadata image agreement example_very_unclear unclear deleted verified
   retweet retweets favorites likes`,
);
const otherPrefix =
  /^(?:is|has|was|pred|prediction|predicted|num|n|count|flag|score|prob|logit|annotator|rater|gold)[ _-]/;
const otherSuffix =
  /[ _-](?:id|ids|no|nr|pred|prediction|predicted|score|count|confidence|prob|probability|date|time|at|url|flag|unclear|utc|length|annotator)$/;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

/** Lower case, camel case and spaces as underscores. */
export function normalName(name: string): string {
  return name
    .trim()
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** The last part of a dotted path that says more than "value". */
function tellingPart(path: string): string {
  const parts = path.split('.');
  const generic = /^(?:values?|name|names|uri|id|choices|text|result|items?|\d+)$/i;
  while (parts.length > 1 && generic.test(parts[parts.length - 1]) && namesLabels(parts[parts.length - 2])) parts.pop();
  return parts[parts.length - 1];
}

const namesLabels = (part: string): boolean => labelNames.has(normalName(part));

/** Of a dotted path the whole says what it is, else its last part does. */
export function hintOf(name: string | number): NameHint {
  const none: NameHint = { id: false, text: 0, title: false, section: false, label: 0, other: 0 };
  if (typeof name === 'number') return none;
  const whole = withoutNumber(normalName(tellingPart(name)));
  const parts = whole.split('_').filter(Boolean);
  const last = parts.at(-1) ?? '';
  const level = (set: ReadonlySet<string>): number => (set.has(whole) ? 2 : set.has(last) ? 1 : 0);
  const id = idNames.has(whole) || /(?:^|_)(?:id|uid|uuid|guid)$/.test(whole);
  const other = idNames.has(whole)
    ? 0
    : otherNames.has(whole)
      ? 2
      : otherPrefix.test(whole) || otherSuffix.test(whole)
        ? 1
        : 0;
  const label =
    level(labelNames) ||
    (parts.some((part) => /^(?:labels?|tags?|categor(?:y|ies)|genres?|topics?)$/.test(part)) ? 1 : 0);
  const text = level(textNames);
  const isOther = other === 2 || (other === 1 && label < 2 && !(label > 0 && whole.startsWith('gold_')));
  return {
    id: idNames.has(whole) || (id && !label),
    text: isOther || label === 2 ? 0 : text,
    title: !isOther && (titleNames.has(whole) || titleNames.has(last)),
    section: sectionNames.has(whole),
    label: isOther || text === 2 ? 0 : label,
    other: isOther ? Math.max(1, other) : 0,
  };
}

/** `label_2` is called as `label` is. */
export const withoutNumber = (name: string): string => name.replace(/(?<=[^\d_])_?\d+$/, '');

export const isPlural = (name: string | number): boolean => typeof name === 'number' || /s$/i.test(name.trim());

/** Whether any of the lists knows the name: such a row is a header. */
export function isKnownName(name: string): boolean {
  const { id, text, title, label, other } = hintOf(name);
  return name.trim() !== '' && (id || text === 2 || title || label === 2 || other === 2);
}
