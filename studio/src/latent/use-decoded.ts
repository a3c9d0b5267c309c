import { useEffect, useRef, useState } from 'preact/hooks';
import { Latest } from '../model/client.ts';
import type { HeldModel } from '../model/use-model.ts';
import type { DecodeRequest, Decoded, Row } from '../model/messages.ts';
import type { ExampleLook } from './codes.ts';
import { decodedLooks } from './example-view.tsx';

export interface DecodedState {
  readonly looks: readonly ExampleLook[];
  readonly problem: unknown;
}

/** E[x|z] of codes, decoded in the page; of many that come one after the other, the last one surely. */
export function useDecoded(
  { client, model }: HeldModel,
  z: Float32Array | undefined,
  given: Row | undefined,
): DecodedState {
  const [state, setState] = useState<DecodedState>({ looks: [], problem: undefined });
  const latest = useRef<Latest<DecodeRequest, Decoded> | undefined>(undefined);
  useEffect(() => {
    let isWanted = true;
    latest.current = client && new Latest((request: DecodeRequest) => client.decode(request), {
      take: (decoded) => { if (isWanted) setState({ looks: decodedLooks(decoded), problem: undefined }); },
      fail: (problem) => { if (isWanted) setState({ looks: [], problem }); },
    }); // prettier-ignore
    return () => {
      isWanted = false;
    };
  }, [client]);
  useEffect(() => {
    if (model && z && z.length > 0) latest.current?.ask({ z, given });
  }, [model, z, JSON.stringify(given)]);
  return state;
}
