import { describe, expect, it } from 'vitest';
import { historyCsv, historySince, parseHistory } from '../../../src/core/training/runHistory.ts';

const step = { type: 'step', phase: 'training', epoch: 1, step: 4, loss: 0.5, learningRate: 0.001 };
const epoch = {
  ...{ type: 'epoch', phase: 'training', epoch: 1, trainLoss: 0.6, documentsPerSecond: 9, isBest: true },
  validation: { 'P@1': 0.25 },
};
const lines = (...records: object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('history', () => {
  it('tells points of the curve from epochs', () => {
    const { points, epochs } = parseHistory(lines(step, epoch), 'metrics.jsonl');
    expect(points).toEqual([step]);
    expect(epochs).toEqual([epoch]);
  });

  it('passes over a last line that is still being written', () => {
    expect(parseHistory(`${lines(step)}{"type":"ep`, 'metrics.jsonl').points).toHaveLength(1);
  });

  it('says which line is damaged', () => {
    expect(() => parseHistory(`${lines(step)}{"type"\n${lines(epoch)}`, 'metrics.jsonl')).toThrowError(
      expect.objectContaining({ code: 'damaged-run', place: { file: 'metrics.jsonl', line: 2 } }),
    );
    expect(() => parseHistory('3\n', 'metrics.jsonl')).toThrowError(expect.objectContaining({ code: 'damaged-run' }));
  });

  it('tells what is new since its end was seen, and all where it went on from before that', () => {
    const [first, second] = [epoch, { ...epoch, epoch: 2, trainLoss: 0.5 }];
    const end = { epochs: 1, points: 1, lastEpoch: first, lastPoint: step };
    const history = parseHistory(lines(step, first, { ...step, step: 8 }, second), 'metrics.jsonl');
    expect(historySince(history, end as never)).toEqual({
      ...{ epochs: [second], points: [{ ...step, step: 8 }], isRest: true },
    });
    expect(historySince(history, { epochs: 0, points: 0 })).toEqual({ ...history, isRest: true });
    const redone = parseHistory(lines(step, { ...first, trainLoss: 0.4 }), 'metrics.jsonl');
    expect(historySince(redone, end as never)).toEqual({ ...redone, isRest: false });
    expect(historySince(redone, { ...end, epochs: 3 } as never)).toEqual({ ...redone, isRest: false });
  });

  it('becomes a CSV with a row for each point and epoch', () => {
    const history = parseHistory(lines(step, epoch), 'metrics.jsonl');
    expect(historyCsv([{ name: 'a "run", mine', history }])).toBe(
      [
        'run,phase,kind,epoch,step,loss,learningRate,best,P@1',
        '"a ""run"", mine",training,step,1,4,0.5,0.001,,',
        '"a ""run"", mine",training,epoch,1,4,0.6,,true,0.25',
        '',
      ].join('\r\n'),
    );
  });
});
