import { describe, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { testStore } from '../../testing/index.ts';
import { MemoryStore, PickedStore, readAll } from './index.ts';

describe('MemoryStore', () => {
  testStore(() => new MemoryStore());
});

describe('PickedStore', () => {
  const file = (path: string): File => {
    const made = new File([path], path.split('/').at(-1) ?? '');
    Object.defineProperty(made, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
    return made;
  };

  test('has the files of a folder without its name', async () => {
    const store = new PickedStore([file('run/config.json'), file('run/model/encoder.onnx'), file('run/a')]);
    expect(await store.list()).toEqual(['a', 'config.json', 'model/']);
    expect([...(await readAll(store)).keys()]).toEqual(['a', 'config.json', 'model/encoder.onnx']);
    expect(new TextDecoder().decode(await store.read('model/encoder.onnx'))).toBe('run/model/encoder.onnx');
    expect(await store.read('run/config.json')).toBeUndefined();
  });

  test('has files picked one by one, and refuses to write', async () => {
    const store = new PickedStore([file('config.json'), file('model.safetensors')]);
    expect(await store.list()).toEqual(['config.json', 'model.safetensors']);
    for (const call of [
      () => store.replace('a'),
      () => store.append('a'),
      () => store.remove('a'),
      () => store.lock(),
    ]) {
      await expect(call()).rejects.toThrow(DataError);
    }
  });
});
