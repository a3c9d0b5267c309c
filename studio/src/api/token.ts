// The token that the server printed: from the link's #token=…, kept for this tab alone, and taken out of the address.
import { signal } from '@preact/signals';

const place = 'rootsigma-studio-token';

export const token = signal(takeToken());

function takeToken(): string {
  const linked = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
  if (linked !== undefined) {
    const rest = location.hash.replace(/[#&]token=[^&]+/, '').replace(/^&/, '#');
    history.replaceState(null, '', `${location.pathname}${location.search}${rest}`);
    keepToken(decodeURIComponent(linked));
  }
  return sessionStorage.getItem(place) ?? '';
}

function keepToken(value: string): void {
  sessionStorage.setItem(place, value);
}

export function setToken(value: string): void {
  keepToken(value);
  token.value = value;
}

/** Whether the server refused the token, so that it is to be asked for. */
export const isRefused = signal(false);
