import { gzipSync } from 'node:zlib';

export interface Member {
  name: string;
  content?: string | Buffer;
  /** A symbolic link to this. */
  link?: string;
}

/** A gzipped ustar archive of these members, whatever their names. */
export function archiveOf(members: Member[]): Buffer {
  const blocks = members.flatMap(({ name, content = '', link }) => {
    const data = Buffer.from(content);
    const header = Buffer.alloc(512);
    const put = (text: string, at: number): void => void header.write(text, at);
    put(name, 0);
    put('0000755\0', 100);
    put(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    put(link === undefined ? '0' : '2', 156);
    put(link ?? '', 157);
    put('ustar\x0000', 257);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
