// The single files of `natural` that are used; its root is never imported (it reads .env files and prints).

declare module 'natural/lib/natural/stemmers/porter_stemmer.js' {
  const stemmer: { stem(word: string): string };
  export default stemmer;
}

declare module 'natural/lib/natural/util/stopwords*.js' {
  const list: { words: string[] };
  export default list;
}
