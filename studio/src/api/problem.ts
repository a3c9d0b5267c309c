/** What the server, or the way to it, said went wrong: RFC 9457's problem, in words for people. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** HTTP's status; 0 where no answer came. */
  readonly status: number;
  /** The part of the body that the problem is about, as a JSON pointer: `/options/latent`. */
  readonly pointer: string | undefined;

  constructor(status: number, message: string, pointer?: string) {
    super(message);
    this.status = status;
    this.pointer = pointer;
  }
}

/** The problem that an answer holds. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    const { title, detail, pointer, errors } = JSON.parse(text) as Record<string, unknown>;
    const [first] = Array.isArray(errors) ? (errors as { pointer?: unknown; detail?: unknown }[]) : [];
    const words = [detail, first?.detail, title].find(
      (part): part is string => typeof part === 'string' && part !== '',
    );
    const at = pointer ?? first?.pointer;
    return new Problem(response.status, words ?? fallback(response), typeof at === 'string' ? at : undefined);
  } catch {
    return new Problem(response.status, fallback(response));
  }
}

function fallback({ status, statusText }: Response): string {
  return `The studio's server answered ${status}${statusText === '' ? '' : ` (${statusText})`}.`;
}

/** Anything thrown, as a sentence. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
