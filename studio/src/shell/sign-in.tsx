import { useState } from 'preact/hooks';
import { isRefused, setToken, token } from '../api/token.ts';

/** For who came without the link that the server printed. */
export function SignIn({ onToken }: { readonly onToken: () => void }) {
  const [typed, setTyped] = useState('');
  return (
    <main id="main" class="sign-in">
      <p class="empty-mark" aria-hidden="true">Σ<sup>½</sup></p>
      <h1>rootsigma studio</h1>
      <p>
        Open the link that <code>rootsigma studio</code> printed in its terminal, or paste its token here. Nobody else on this
        machine can read your runs without it.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          isRefused.value = false;
          // A whole link may be pasted too.
          setToken(/token=([^&\s]+)/.exec(typed)?.[1] ?? typed.trim());
          onToken();
        }}
      >
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="off" required value={typed}
          aria-invalid={isRefused.value && token.value !== ''} aria-describedby="token-said"
          onInput={(event) => { setTyped(event.currentTarget.value); }} />
        <button type="submit" class="primary">Open the studio</button>
        <p id="token-said" class="field-error" role="status">
          {isRefused.value && token.value !== '' ? 'This is not the token of this server: each start makes a new one.' : ''}
        </p>
      </form>
    </main>
  ); // prettier-ignore
}
