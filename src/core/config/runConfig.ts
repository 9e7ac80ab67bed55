/**
 * Every key of a run config (`*.xmlcnn.json`), with meaning, default and source.
 *
 * Sources: "LibMultiLabel EUR-Lex settings" is the XML-CNN config of LibMultiLabel, on which the NAACL 2022 case study
 * (Chen et al.) rests; "paper" is Liu, Chang, Wu and Yang, SIGIR 2017; "original flag" is the command line of the original
 * PyTorch program (siddsax/XML-CNN).
 */
import { decisionKinds, mostTopK } from '../base/metrics.ts';
import { splitNames } from '../base/splits.ts';
import { datasetFormats } from '../data/document.ts';
import { cellStyles } from '../data/guess/cells.ts';
import { paddings, poolings } from '../model/network.ts';
import type { Infer, ObjectSchema } from '../base/schema.ts';
import {
  array,
  boolean,
  integer,
  nullable,
  number,
  object,
  oneOf,
  optional,
  part,
  path,
  string,
  union,
} from '../base/schema.ts';

/** What can be trained. */
export const modelTypes = ['xml-cnn', 'linear', 'blend'] as const;
export type ModelType = (typeof modelTypes)[number];

const libMultiLabel = 'LibMultiLabel EUR-Lex settings';

/** Languages with a stop-word list in `natural`. */
const stopWordLanguages = [
  'en',
  'es',
  'fa',
  'fr',
  'id',
  'it',
  'ja',
  'nl',
  'no',
  'pl',
  'pt',
  'ru',
  'sv',
  'uk',
  'zh',
] as const;

const fieldName = union([string(part, { minLength: 1 }), integer(part, { min: 0 })], part);

const dataset = object(
  { description: 'Where the documents are and how to read them.', source: 'this project' },
  {
    train: path({
      description: 'Training documents: a file (plain or .gz) or a folder. Must be given. Original flag `--ds`.',
      source: 'original flag --ds',
      flags: ['--ds'],
    }),
    validation: optional(
      path({
        description:
          'Validation documents, for early stopping and the best epoch. Without it, `validationFraction` of train is held out.',
        source: libMultiLabel,
      }),
    ),
    validationFraction: number(
      {
        description:
          'Share of the training documents, those of test apart, held out for validation where `validation` names no file; 0 holds out none.',
        default: 0.2,
        source: libMultiLabel,
      },
      { min: 0, below: 1 },
    ),
    testFraction: number(
      {
        description:
          'Share of the documents of `train` held out for test where `test` names no file; 0 holds out none. Drawn by `training.seed` before those of validation: never trained on, and not used to choose the epoch.',
        default: 0,
        source: 'this project',
      },
      { min: 0, below: 1 },
    ),
    splitSeed: optional(
      integer(
        {
          description: 'Seed that the held-out documents are drawn by; `training.seed` where absent.',
          source: 'this project',
        },
        { min: 0, max: 0xffffffff },
      ),
    ),
    split: oneOf(['random', 'stratified'], {
      description:
        'How the held-out documents are drawn: `random`, or `stratified` (iterative, so that each label keeps its share).',
      default: 'random',
      source: `${libMultiLabel}; stratified: Sechidis et al. 2011`,
    }),
    test: optional(
      path({
        description:
          'Test documents, touched once, after training. Without it, `testFraction` of train is held out. Original flag `--ds`.',
        source: 'original flag --ds',
        flags: ['--ds'],
      }),
    ),
    format: optional(
      oneOf(datasetFormats, {
        description: 'Format of the files. Found from their content where absent.',
        source: 'this project',
      }),
    ),
    idField: optional(
      union([string(part, { minLength: 1 }), integer(part, { min: 0 })], {
        description: "Field of the document's id (JSONL, CSV, TSV): a name, or a column number counted from 0.",
        source: 'this project',
      }),
    ),
    textField: optional(
      union([string(part, { minLength: 1 }), integer(part, { min: 0 }), array(fieldName, part)], {
        description: 'Field of the text, or several that are joined with a newline, such as ["title", "text"].',
        source: 'this project',
      }),
    ),
    labelField: optional(
      union([string(part, { minLength: 1 }), integer(part, { min: 0 })], {
        description: 'Field of the labels (JSONL, CSV, TSV): a name, or a column number counted from 0.',
        source: 'this project',
      }),
    ),
    labelColumns: optional(
      array(fieldName, {
        description:
          'Columns that each stand for one label with 0 or 1 in them (one-hot CSV, TSV), or with a share, which counts from 0.5 on.',
        source: 'this project',
      }),
    ),
    labelSeparator: optional(
      string(
        {
          description:
            'What separates labels that are given as one string; `none` where the whole string is one label. Found from the content where absent.',
          source: 'this project',
        },
        { minLength: 1 },
      ),
    ),
    labelStyle: optional(
      oneOf(cellStyles, {
        description:
          "How a string holds labels: `whole` (it is one), `separated`, `list` (a list written as text, such as \"['a', 'b']\"), `vector` (0 and 1 by label number), `brackets` (`<a><b>`). Found from the content where absent.",
        source: 'this project',
      }),
    ),
    wholeLabels: optional(
      array(string(part, { minLength: 1 }), {
        description: 'Labels that hold the separator themselves, such as "Health, safety".',
        source: 'this project',
      }),
    ),
    missing: optional(
      array(string(part, { minLength: 1 }), {
        description:
          'Words that stand for "no label", whatever their case; ["none"] where every word is a label. Where absent: nan, none, null, NA, n/a, #N/A, NaT, - unless more than half of the documents carry one.',
        source: 'this project; pandas.read_csv',
      }),
    ),
    wholeNumbers: optional(
      boolean({
        description: 'Count `1.0` as the label `1`. Where absent, only where both forms occur.',
        source: 'this project',
      }),
    ),
    labelPrefix: optional(
      string(
        {
          description: 'What labels of fastText lines begin with; `__label__` where absent and not found.',
          source: 'fastText -label',
        },
        { minLength: 1 },
      ),
    ),
    delimiter: optional(
      string(
        {
          description: 'What parts the fields of a table: `,`, `;`, `|`, `\\t`. Found from the content where absent.',
          source: 'this project',
        },
        { minLength: 1 },
      ),
    ),
    header: optional(
      boolean({
        description:
          'Whether the first line of a CSV or TSV file names the columns. Found from the content where absent.',
        source: 'this project',
      }),
    ),
    quoting: optional(
      boolean({
        description:
          'Whether double quotes enclose fields of a TSV (RFC 4180). Where absent, only where the rows come out even no other way.',
        source: 'this project',
      }),
    ),
    encoding: optional(
      string({
        description:
          'Character encoding of the files: `utf-8`, `windows-1252`, `gb18030`, `shift_jis`, `utf-16le`, … (WHATWG Encoding). Found from the bytes where absent.',
        source: 'this project',
      }),
    ),
    onError: oneOf(['stop', 'skip'], {
      description:
        'What to do with a torn or malformed record: stop with its file and line, or skip, count and show it.',
      default: 'stop',
      source: 'this project',
    }),
    corrections: union([boolean(part), path(part, { mustExist: false })], {
      description:
        'Whether the corrections that are kept beside a file of the dataset (`FILE.corrections.jsonl`) are applied as it is read; or the file that holds them.',
      default: true,
      source: 'this project',
    }),
    labelNames: optional(
      path({
        description: 'File that gives names to label ids: `id<TAB>name`, `id,name`, or one name a line.',
        source: 'this project',
      }),
    ),
    labelsFile: optional(
      path({
        description:
          'Companion of the training file that holds its labels (raw Extreme Classification pairs, folders) or the label XML of ARFF. Found by name where absent.',
        source: 'Extreme Classification Repository; Mulan',
      }),
    ),
  },
);

const text = object(
  {
    description: 'From text to words, and from words to a vocabulary (counted on train only).',
    source: 'this project',
  },
  {
    tokenizer: oneOf(['unicode', 'libmultilabel', 'kim', 'character', 'segmenter'], {
      description:
        "What a word is: `unicode` (letters, marks and digits of any script), `libmultilabel` (`\\w+`), `kim` (the original program's clean_str); for scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) `segmenter` (words as the platform's dictionaries cut them; the rest as `unicode`) or `character` (each letter of such a script alone).",
      default: 'unicode',
      source: 'this project; kim: Kim 2014, used by the original program',
    }),
    segmenterVersion: optional(
      string({
        description:
          'Which dictionaries cut the words of `segmenter`. A run records it, and says so where it is used with others; not for writing yourself.',
        source: 'this project',
      }),
    ),
    lowercase: boolean({ description: 'Lower-case all words.', default: true, source: libMultiLabel }),
    keepNumbers: boolean({
      description: 'Keep words that consist of digits only.',
      default: false,
      source: libMultiLabel,
    }),
    stopWords: nullable(
      string(
        {
          description: 'Leave out the stop words of this language (ISO 639-1 code such as "en"); null keeps them.',
          source: `${libMultiLabel} (the original program imports a stop-word list and never uses it)`,
        },
        { values: stopWordLanguages },
      ),
    ),
    stem: oneOf(['none', 'porter'], {
      description: 'Reduce English words to their stems (Porter 1980).',
      default: 'none',
      source: libMultiLabel,
    }),
    maxLength: integer(
      {
        description:
          'Words that a network reads of a document; the rest is cut. A linear model, alone or in a blend, reads it whole. Original flag `--sequence_length`.',
        default: 500,
        source: `${libMultiLabel}; paper; original flag --sequence_length`,
        flags: ['--sequence_length'],
      },
      { min: 1, max: 1_000_000 },
    ),
    vocabularySize: nullable(
      integer(
        {
          description:
            'Most frequent words kept (in a blend, for the network alone); the others count as unknown. null keeps all. Original flag `--vocab_size`.',
          source: `${libMultiLabel}; original flag --vocab_size`,
          flags: ['--vocab_size'],
        },
        { min: 1, max: 10_000_000 },
      ),
    ),
    minCount: integer(
      {
        description: 'Occurrences in train that a word needs to be in the vocabulary.',
        default: 1,
        source: libMultiLabel,
      },
      { min: 1 },
    ),
    ngrams: integer(
      {
        description:
          'Words of the longest feature of a linear model: 1 for words alone, 2 for words and neighbouring pairs. Networks have `model.filterSizes` for this.',
        default: 2,
        source: 'measured on EURLEX57K and three other sets',
      },
      { min: 1, max: 5 },
    ),
  },
);

const embedding = object(
  { description: 'Word vectors.', source: 'this project' },
  {
    dim: integer(
      {
        description: 'Length of a word vector, D. Original flags `--embedding_dim` and `--num_features`.',
        default: 300,
        source: `${libMultiLabel}; paper; original flag --embedding_dim`,
        flags: ['--embedding_dim', '--num_features'],
      },
      { min: 1, max: 4096 },
    ),
    file: optional(
      path({
        description:
          'Pretrained vectors: text (GloVe, fastText .vec) or word2vec binary (GoogleNews), plain, .gz or in a .zip; recognised by content. Without it all vectors start random. Original flags `--model_variation` (random or pretrained), `--pretrain_type` and `--model_type` (which vectors).',
        source: 'original flags --model_variation, --pretrain_type, --model_type',
        flags: ['--model_variation', '--pretrain_type', '--model_type'],
      }),
    ),
    word2vec: boolean({
      description:
        'Start from vectors that word2vec trains on the training documents first, by the settings in `word2vec`; kept in the cache. Not together with `file`.',
      default: false,
      source: 'original program: utils/w2v.py',
    }),
    entry: optional(
      string(
        {
          description:
            'Which file of a .zip holds the vectors, where several do; where absent, the one whose vectors have `dim` numbers.',
          source: 'this project; glove.6B.zip holds four',
        },
        { minLength: 1 },
      ),
    ),
    lowercaseFallback: boolean({
      description: 'A word that the file lacks takes the vector of its lower-case form, where there is one.',
      default: false,
      source: 'torchtext (lower_case_backup)',
    }),
    missing: oneOf(['uniform', 'mean'], {
      description:
        'Where words without a pretrained vector start: `uniform` in [-0.25, 0.25), by `training.seed`, or at the `mean` of the vectors found.',
      default: 'uniform',
      source: 'Kim 2014; original program: utils/w2v.py',
    }),
    train: boolean({
      description: 'Train the word vectors along with the network; false keeps them as they start.',
      default: true,
      source: libMultiLabel,
    }),
  },
);

const word2vec = object(
  {
    description:
      "Word vectors trained on the training documents, for `embedding.word2vec` and `xmlcnn word2vec`. The defaults are gensim's, with the window of the original program.",
    source: 'original program: utils/w2v.py; Mikolov et al. 2013',
  },
  {
    algorithm: oneOf(['cbow', 'skip-gram'], {
      description:
        '`cbow` foretells a word from the mean of those around it, `skip-gram` from each of them, which takes several times as long.',
      default: 'cbow',
      source: 'gensim (sg=0); original program: utils/w2v.py',
    }),
    window: integer(
      {
        description: 'Words to each side that a word sees at most; each time, the reach is drawn from 1 to this.',
        default: 10,
        source: 'original program: utils/w2v.py',
      },
      { min: 1, max: 100 },
    ),
    sample: number(
      {
        description: 'Share of all words above which occurrences of a word are left out at random; 0 leaves none out.',
        default: 1e-3,
        source: 'gensim; original program: utils/w2v.py',
      },
      { min: 0, max: 1 },
    ),
    minCount: integer(
      {
        description: 'Occurrences in train that a word needs to get a vector. `text.minCount` comes first.',
        default: 1,
        source: 'original program: utils/w2v.py',
      },
      { min: 1 },
    ),
    negative: integer(
      { description: 'Words drawn against each word of the text.', default: 5, source: 'gensim' },
      { min: 1, max: 64 },
    ),
    negativeExponent: number(
      {
        description: 'These words are drawn in proportion to their counts to this power.',
        default: 0.75,
        source: 'gensim; Mikolov et al. 2013',
      },
      { min: -2, max: 2 },
    ),
    epochs: integer(
      { description: 'Passes over the documents.', default: 5, source: 'gensim' },
      { min: 1, max: 10_000 },
    ),
    learningRate: number(
      {
        description: 'Step size at the beginning; it falls in a line to `finalLearningRate`.',
        default: 0.025,
        source: 'gensim',
      },
      { above: 0, max: 1 },
    ),
    finalLearningRate: number(
      { description: 'Step size at the end.', default: 1e-4, source: 'gensim' },
      { min: 0, max: 1 },
    ),
    normalise: boolean({
      description: 'Scale the vectors to length 1 before the network gets them.',
      default: true,
      source: 'original program: utils/w2v.py (init_sims)',
    }),
  },
);

const model = object(
  { description: 'The kind of model, and the network.', source: 'paper; NAACL 2022 case study' },
  {
    type: oneOf(modelTypes, {
      description:
        'What is trained: the network (`xml-cnn`), or a support vector machine for each label over TF-IDF of words and word pairs (`linear`, by the settings in `linear`), which takes seconds to minutes and is the stronger one on many sets; or both, scored with the weighted mean of their probabilities that is best on validation (`blend`).',
      default: 'xml-cnn',
      source: 'this project; LIBLINEAR',
    }),
    filterSizes: array(integer(part, { min: 1, max: 64 }), {
      description: 'Words that a filter spans, one entry per kind of filter. Original flag `--filter_sizes`.',
      default: [2, 4, 8],
      source: `${libMultiLabel}; paper; original flag --filter_sizes`,
      flags: ['--filter_sizes'],
    }),
    filters: integer(
      {
        description: 'Filters per size, F. Original flag `--num_filters`.',
        default: 256,
        source: `${libMultiLabel}; original flag --num_filters`,
        flags: ['--num_filters'],
      },
      { min: 1, max: 65_536 },
    ),
    pooling: oneOf(poolings, {
      description:
        "How the outputs of a filter over the document are summed up: `dynamic-max` (maximum of each of `pools` chunks), `dynamic-average` (their mean), `seed` (the original program's wiring, for reproducing old runs only). Original flag `--pooling_type`.",
      default: 'dynamic-max',
      source: 'paper section 3; case study Eq. (6); original flag --pooling_type',
      flags: ['--pooling_type'],
    }),
    pools: integer(
      {
        description:
          'Chunks per filter, p; 1 is max-over-time. `seed` pooling ignores it. Original flag `--pooling_units`.',
        default: 2,
        source: `${libMultiLabel}; paper section 3; original flag --pooling_units`,
        flags: ['--pooling_units'],
      },
      { min: 1, max: 65_536 },
    ),
    hidden: integer(
      {
        description: 'Units of the hidden (bottleneck) layer, H; 0 leaves it out. Original flag `--hidden_dims`.',
        default: 512,
        source: `${libMultiLabel}; paper section 3; original flag --hidden_dims`,
        flags: ['--hidden_dims'],
      },
      { min: 0, max: 1_048_576 },
    ),
    embeddingDropout: number(
      {
        description:
          'Probability that an element of a word vector is dropped in training. Original flags `--dropouts` (1 means .25) and `--drop_prob`.',
        default: 0.2,
        source: `${libMultiLabel}; original flags --dropouts, --drop_prob`,
        flags: ['--dropouts', '--drop_prob'],
      },
      { min: 0, below: 1 },
    ),
    hiddenDropout: number(
      {
        description:
          'Probability that a hidden unit (a pooled unit where there is no hidden layer) is dropped in training. Original flags `--dropouts` (1 means .5) and `--drop_prob`.',
        default: 0.2,
        source: `${libMultiLabel}; original flags --dropouts, --drop_prob`,
        flags: ['--dropouts', '--drop_prob'],
      },
      { min: 0, below: 1 },
    ),
    initializer: oneOf(['torch', 'xavier-uniform', 'kaiming-uniform'], {
      description:
        'How weights start: uniform within ±√(6/fan in) (`kaiming-uniform`), ±√(6/(fan in + fan out)) (`xavier-uniform`), or ±1/√(fan in) (`torch`, the default of its layers). Biases start within ±1/√(fan in). With pretrained vectors `libmultilabel` and `paper` take `torch`.',
      default: 'kaiming-uniform',
      source: 'He et al. 2015',
    }),
    padding: oneOf(paddings, {
      description:
        'PAD words behind each document: as few as the largest filter needs (`fit`), or one fewer than it has words (`overhang`), so that each word begins a window of every size, as it does where documents are padded to the longest of a batch. Matters for texts of a few words.',
      default: 'overhang',
      source: libMultiLabel,
    }),
    outputBias: oneOf(['default', 'log-odds'], {
      description: "How the output biases start: as the initializer says, or at each label's log-odds in train.",
      default: 'default',
      source: libMultiLabel,
    }),
  },
);

const linear = object(
  {
    description:
      'Linear models (`model.type` "linear", and the linear part of "blend"): their features, and how large weights may grow.',
    source: 'LIBLINEAR; scikit-learn (TfidfVectorizer)',
  },
  {
    c: number(
      {
        description:
          'How much a document on the wrong side of a label counts against small weights, C: the objective is 1/2 |w|² + C times the sum of squared hinge losses.',
        default: 1,
        source: 'LIBLINEAR; measured on EURLEX57K',
      },
      { above: 0, max: 10_000 },
    ),
    minWordLength: integer(
      {
        description:
          'Characters that a word needs to be a feature, or a part of one. 2 is better by a tenth of a point where texts are long, 1 by more where they are short.',
        default: 1,
        source: 'measured on GoEmotions, cooking and Reuters',
      },
      { min: 1, max: 100 },
    ),
    minDocuments: integer(
      { description: 'Training documents that a feature needs.', default: 2, source: 'measured on four sets' },
      { min: 1 },
    ),
    maxFeatures: integer(
      {
        description: 'Features kept at most: those of most training documents.',
        default: 300_000,
        source: 'measured on EURLEX57K',
      },
      { min: 1, max: 100_000_000 },
    ),
    features: oneOf(['auto', 'tfidf', 'as-given', 'unit-length'], {
      description:
        'What the values in a bag of words are: `tfidf` (counts, which TF-IDF weighs as it does the words of a text), `as-given`, or `unit-length` (as given, each document scaled to length 1). `auto` is `tfidf` where all values of train are whole numbers above 0, else `as-given`. Texts are always TF-IDF.',
      default: 'auto',
      source: 'this project; Extreme Classification Repository, Mulan, LibSVM',
    }),
    sublinear: boolean({
      description: 'Count a word that occurs n times in a document 1 + ln n times.',
      default: true,
      source: 'measured on EURLEX57K',
    }),
    prune: number(
      {
        description:
          'Weights of at most this size are left out of the model: most are near 0, and make files many times larger. In a label tree, whose nodes see few documents, those of at most three times this size. 0 keeps all.',
        default: 0.01,
        source: 'DiSMEC (Babbar and Schölkopf 2017); measured on EURLEX57K',
      },
      { min: 0, max: 1 },
    ),
    tree: oneOf(['auto', 'never', 'always'], {
      description:
        'Whether labels are put into a tree, whose nodes are decided on from the root down: much quicker to train where there are very many labels, and a little worse. `auto` does so beyond 30,000 labels.',
      default: 'auto',
      source: 'LibMultiLabel (tree-based linear models); Parabel (Prabhu et al. 2018)',
    }),
    branching: integer(
      { description: 'Children of a node of the label tree, at most.', default: 100, source: 'LibMultiLabel' },
      { min: 2, max: 10_000 },
    ),
    leafSize: integer(
      {
        description: 'A node of the label tree of no more labels than this is not divided further.',
        default: 100,
        source: 'LibMultiLabel',
      },
      { min: 2, max: 10_000 },
    ),
    beam: integer(
      {
        description:
          'Nodes of a depth of the label tree that are looked into for a document: those that are likeliest.',
        default: 10,
        source: 'LibMultiLabel',
      },
      { min: 1, max: 10_000 },
    ),
  },
);

const training = object(
  { description: 'How the network learns.', source: 'this project' },
  {
    epochs: integer(
      {
        description: 'Passes over the training documents, at most. Original flag `--e`.',
        default: 50,
        source: `${libMultiLabel}; original flag --e`,
        flags: ['--e'],
      },
      { min: 1, max: 100_000 },
    ),
    batchSize: integer(
      {
        description: 'Documents per training step. Original flag `--mb`.',
        default: 64,
        source: `${libMultiLabel}; original flag --mb`,
        flags: ['--mb'],
      },
      { min: 1, max: 65_536 },
    ),
    learningRate: number(
      {
        description: 'Step size of Adam. Original flag `--lr`.',
        default: 5e-4,
        source: `${libMultiLabel}; original flag --lr`,
        flags: ['--lr'],
      },
      { above: 0, max: 10 },
    ),
    warmupSteps: integer(
      {
        description: 'Steps over which the learning rate rises linearly from 0.',
        default: 0,
        source: libMultiLabel,
      },
      { min: 0 },
    ),
    schedule: oneOf(['constant', 'cosine'], {
      description: 'Learning rate after the warm-up: constant, or falling along a cosine over all `epochs`.',
      default: 'constant',
      source: libMultiLabel,
    }),
    finalLearningRate: number(
      {
        description: 'Where the cosine ends, as a fraction of `learningRate`.',
        default: 0.05,
        source: 'best recipe measured on EURLEX57K (preset wide)',
      },
      { min: 0, max: 1 },
    ),
    weightDecay: number(
      {
        description: 'Decoupled weight decay (AdamW), on neither biases nor word vectors.',
        default: 0,
        source: libMultiLabel,
      },
      { min: 0, max: 1 },
    ),
    beta1: number(
      { description: "Adam's decay of the mean gradient.", default: 0.9, source: 'Kingma & Ba 2015' },
      { min: 0, below: 1 },
    ),
    beta2: number(
      { description: "Adam's decay of the mean squared gradient.", default: 0.999, source: 'Kingma & Ba 2015' },
      { min: 0, below: 1 },
    ),
    epsilon: number(
      { description: "Adam's guard against division by zero.", default: 1e-8, source: 'Kingma & Ba 2015' },
      { above: 0, max: 1 },
    ),
    embeddingUpdates: oneOf(['lazy', 'dense'], {
      description:
        "Which word vectors Adam moves at a step: those of the batch's words (`lazy`), or all, as PyTorch does (`dense`), so that momentum moves a rare word on after its batch.",
      default: 'lazy',
      source: 'this project',
    }),
    clip: number(
      {
        description:
          'Largest norm of all gradients together; longer ones are scaled down. 0 does not clip. Original flag `--clip`.',
        default: 0,
        source: `${libMultiLabel}; original flag --clip`,
        flags: ['--clip'],
      },
      { min: 0 },
    ),
    ema: number(
      {
        description:
          'Score with an exponential moving average of the weights, decay min(ema, (1 + t) / (10 + t)) at step t; 0 does without.',
        default: 0,
        source: libMultiLabel,
      },
      { min: 0, below: 1 },
    ),
    loss: oneOf(['bce-mean', 'bce-sum'], {
      description:
        'Binary cross-entropy over documents and labels, averaged or (as in the original program, whatever its `--loss` said) summed. Original flag `--loss`.',
      default: 'bce-mean',
      source: `${libMultiLabel}; original flag --loss`,
      flags: ['--loss'],
    }),
    labelWeights: oneOf(['none', 'inverse-frequency', 'propensity'], {
      description:
        "How much the documents that have a label count for it (in a linear model, what their C is multiplied by): as much as the others (`none`), by 1 / the label's training documents (`inverse-frequency`), or by its inverse propensity (`propensity`, with `evaluation.propensityA` and `B`). Scaled to a mean of 1 over all pairs of a document and a label of it, then cut to 0.1 to 10. Rare labels are predicted more often, at the expense of frequent ones.",
      default: 'none',
      source: 'scikit-learn ("balanced"), LIBLINEAR (-wi); Jain et al. 2016',
    }),
    monitor: string(
      {
        description:
          'Validation figure that decides the best epoch: a metric such as P@1, nDCG@5 or microF1, a sum such as P@1+P@5, or `loss` (log loss, the smaller the better).',
        default: 'P@1',
        source: libMultiLabel,
      },
      { minLength: 1 },
    ),
    patience: integer(
      {
        description: 'Epochs without a better `monitor` after which training stops early; 0 never does.',
        default: 5,
        source: libMultiLabel,
      },
      { min: 0 },
    ),
    seed: integer(
      {
        description: 'Seed of all random numbers: the same seed gives the same weights.',
        default: 1,
        source: 'this project',
      },
      { min: 0, max: 0xffffffff },
    ),
    seeds: integer(
      {
        description:
          'Runs that are trained, with `seed`, `seed` + 1 and so on, on the same documents; scores are the mean of their probabilities. The run folder holds them as `members/seed-1` and so on.',
        default: 1,
        source: 'this project',
      },
      { min: 1, max: 20 },
    ),
    retrainOnAll: boolean({
      description:
        'After early stopping, train once more on train and validation together for the best number of epochs.',
      default: false,
      source: 'NAACL 2022 case study',
    }),
    save: boolean({
      description: 'Write checkpoints. Original flag `--sve`.',
      default: true,
      source: 'original flag --sve',
      flags: ['--sve'],
    }),
    checkpointEvery: integer(
      {
        description: 'Epochs between numbered checkpoints; 0 writes none. Original flag `--ss`.',
        default: 0,
        source: 'original flag --ss',
        flags: ['--ss'],
      },
      { min: 0 },
    ),
    keep: integer(
      {
        description: 'Numbered checkpoints that are kept; older ones are deleted.',
        default: 3,
        source: 'this project',
      },
      { min: 1 },
    ),
    saveBestEpochLoss: boolean({
      description: 'Keep a checkpoint of the epoch with the smallest training loss.',
      default: false,
      source: 'original program (checkpoint policy)',
    }),
    saveBestBatchLoss: boolean({
      description: 'Keep a checkpoint of the batch with the smallest training loss, looked at twelve times an epoch.',
      default: false,
      source: 'original program (checkpoint policy)',
    }),
    resumeFrom: optional(
      path({
        description:
          'Checkpoint file, or run folder, whose last checkpoint a new run begins with; the old run stays as it is. Original flag `--lm`; with `--tr=0` (evaluate only) it is `xmlcnn evaluate RUN`.',
        source: 'original flags --lm, --tr',
        flags: ['--lm', '--tr'],
      }),
    ),
  },
);

const evaluation = object(
  { description: 'What is measured.', source: 'this project' },
  {
    k: array(integer(part, { min: 1, max: 1000 }), {
      description: 'Cut-offs of the ranking metrics (P@k, nDCG@k, PSP@k, PSnDCG@k, R@k, RP@k).',
      default: [1, 3, 5],
      source: 'paper; Extreme Classification Repository',
    }),
    propensityA: number(
      {
        description:
          'A of the label propensities: 0.5 for Wikipedia-500K, 0.6 for Amazon-670K and Amazon-3M, 0.55 for all others.',
        default: 0.55,
        source: 'Jain et al. 2016; Extreme Classification Repository',
      },
      { above: 0, max: 10 },
    ),
    propensityB: number(
      {
        description:
          'B of the label propensities: 0.4 for Wikipedia-500K, 2.6 for Amazon-670K and Amazon-3M, 1.5 for all others.',
        default: 1.5,
        source: 'Jain et al. 2016; Extreme Classification Repository',
      },
      { above: 0, max: 100 },
    ),
    thresholds: oneOf(decisionKinds, {
      description:
        'Which labels of a document are predicted: those above one threshold (`one`, tuned for micro-F1), those above a threshold of their own (`per-label`, tuned for the F1 of the label; SCutFBR: a label whose best F1 is below 0.1, that has fewer than two validation documents in a half, or whose threshold does not hold from one half of validation to the other keeps the common one), or the k best (`top-k`). All three are tuned on validation and measured side by side.',
      default: 'one',
      source: 'Fan & Lin 2007, "A study on threshold selection for multi-label classification"',
    }),
    topK: optional(
      integer(
        {
          description: 'Labels predicted of each document with thresholds `top-k`; tuned on validation where absent.',
          source: 'this project',
        },
        { min: 1, max: mostTopK },
      ),
    ),
    baselines: boolean({
      description:
        'Also measure baselines on the same split: label frequency, TF-IDF cosine 20-NN and, where that takes less than a minute, a linear model.',
      default: true,
      source: 'this project',
    }),
    split: optional(
      oneOf(['test', 'validation'], {
        description: 'Split that is evaluated after training; test where there is one, else validation, where absent.',
        source: 'this project',
      }),
    ),
  },
);

const engine = object(
  { description: 'What computes.', source: 'this project' },
  {
    name: oneOf(['auto', 'wasm', 'tensorflow', 'webgpu', 'reference'], {
      description:
        'Engine: `wasm` (WebAssembly kernels, works everywhere), `tensorflow` (native TensorFlow through tfjs-node), `webgpu` (graphics card), `reference` (plain TypeScript, slow, for checking), or `auto`, the fastest that works here. Original flag `--dataset_gpu` (which had no effect).',
      default: 'auto',
      source: 'this project',
      flags: ['--dataset_gpu'],
    }),
    threads: integer(
      {
        description:
          'Threads; 0 uses all cores. The result does not depend on it. Original flags `--mg` and `--dp` (several devices).',
        default: 0,
        source: 'original flags --mg, --dp',
        flags: ['--mg', '--dp'],
      },
      { min: 0, max: 256 },
    ),
  },
);

const output = object(
  { description: 'What is written, and where.', source: 'this project' },
  {
    folder: path(
      {
        description:
          'Folder of the runs. Each run gets a folder in it, whose `metrics.jsonl` feeds the live plots (original flags `--p`, `--d`).',
        default: 'runs',
        source: 'this project',
        flags: ['--p', '--d'],
      },
      { mustExist: false },
    ),
    name: optional(
      string(
        {
          description:
            "Name of the run. The config file's name and the time where absent. Original flag `--mn`; in the original's own default name, `--zd` and `--pp` had their only effect.",
          source: 'original flag --mn',
          flags: ['--mn', '--zd', '--pp'],
        },
        { minLength: 1 },
      ),
    ),
    cache: boolean({
      description: 'Keep prepared data for the next run. Original flag `--load_data`.',
      default: true,
      source: 'original flag --load_data',
      flags: ['--load_data'],
    }),
    cacheFolder: optional(
      path(
        { description: 'Folder of prepared data. `.xmlcnn` beside the config where absent.', source: 'this project' },
        { mustExist: false },
      ),
    ),
    cacheLimit: integer(
      {
        description: 'Size limit of the prepared-data cache in megabytes; the entries used longest ago go first.',
        default: 4096,
        source: 'this project',
      },
      { min: 1 },
    ),
  },
);

const all = { dataset, text, embedding, model, linear, training, evaluation, engine, output, word2vec };

/** The sections of a resolved config. */
export const runConfigSchema = object(
  {
    description: 'A run of XML-CNN or of a linear model: data, model, training and evaluation.',
    source: 'this project',
  },
  all,
);

/** The same, for walking through. */
export const sections: Readonly<Record<string, ObjectSchema>> = all;

/** A config with its `extends` followed, defaults filled and paths made absolute. */
export type RunConfig = Infer<typeof runConfigSchema>;

/** Whether a key names documents: a file, a folder of texts, or a part of a file. */
export const namesDataset = (key: string): boolean => splitNames.some((split) => key === `dataset.${split}`);
