// Uploads with their progress, which fetch does not tell.
import { Problem } from './problem.ts';
import { token } from './token.ts';

/**
 * @param onProgress what share of the file has been sent, 0 to 1
 * @returns what the server answered
 */
export function upload<T>(
  file: File,
  { onProgress, signal }: { readonly onProgress: (share: number) => void; readonly signal?: AbortSignal },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('authorization', `Bearer ${token.peek()}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total > 0 ? loaded / total : 0);
    };
    const fail = (words: string): void => {
      reject(new Problem(request.status, words));
    };
    request.onload = () => {
      const { detail, title, ...answer } = parsed(request.responseText);
      if (request.status < 300) resolve(answer as T);
      else fail([detail, title].find((part) => typeof part === 'string') ?? `The server answered ${request.status}.`);
    };
    request.onerror = () => {
      fail(`${file.name} could not be sent: the studio's server closed the connection.`);
    };
    request.onabort = () => {
      reject(new DOMException('The upload was cancelled.', 'AbortError'));
    };
    signal?.addEventListener('abort', () => {
      request.abort();
    });
    request.send(file);
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
