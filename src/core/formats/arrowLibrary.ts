/** `apache-arrow`, whose metadata is read within its bounds: past its end it would read zeros, 2^31 times where a length is damaged. */
import { ByteBuffer } from 'flatbuffers';

const { readInt32, readUint16 } = ByteBuffer.prototype;
const within = (buffer: ByteBuffer, end: number): void => {
  if (!(end <= buffer.capacity())) throw new Error('its metadata leads out of itself');
};
ByteBuffer.prototype.readInt32 = function (offset) {
  within(this, offset + 4);
  return readInt32.call(this, offset);
};
ByteBuffer.prototype.readUint16 = function (offset) {
  within(this, offset + 2);
  return readUint16.call(this, offset);
};

export { RecordBatchReader } from 'apache-arrow';
