import { sinkOptionInvalid, sourceOptionInvalid } from '../connector-errors.ts';
import { credentialsInUrl } from './net-errors.ts';
import { reveal, type Credential } from './secret.ts';

/** Header fields of a request; values that must not be written down come from functions: `secret('TOKEN')`. */
export type HeaderCredentials = Readonly<Record<string, Credential>>;

/** What a connector connects to, so that no credential gets anywhere but into the request. */
export class Endpoint {
  /** The address without what may hold a credential, for errors. */
  readonly shown: string;
  readonly #url: Credential;
  readonly #headers: HeaderCredentials;

  /**
   * @param what `'webSocketSource'`
   * @param url an address, or what gives it when the connection is made: one with a token in it
   * @throws {TidemarkError} `source-option-invalid` or `sink-option-invalid`, `credentials-in-url`
   */
  constructor(what: string, url: Credential, protocols: readonly string[], headers: HeaderCredentials = {}) {
    this.#url = url;
    this.#headers = headers;
    if (typeof url === 'function') {
      this.shown = 'the address that its function gives';
      return;
    }
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !protocols.includes(parsed.protocol)) {
      const invalid = what.endsWith('Sink') ? sinkOptionInvalid : sourceOptionInvalid;
      throw invalid(
        what,
        'url',
        parsed === undefined ? url : this.#safe(parsed),
        `begins with ${protocols.join('// or ')}//`,
      );
    }
    if (parsed.password !== '') throw credentialsInUrl(what, this.#safe(parsed));
    this.shown = this.#safe(parsed);
  }

  /** What tells it from others, as plain data. */
  get parameters(): { readonly url: string; readonly headers: readonly string[] } {
    const url = typeof this.#url === 'string' ? this.#url : 'from a function';
    return { url, headers: Object.keys(this.#headers) };
  }

  /** Functions of the user that it calls. */
  get functions(): readonly unknown[] {
    return [this.#url, ...Object.values(this.#headers)].filter((part) => typeof part === 'function');
  }

  async reveal(): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#headers)) headers[name] = await reveal(value);
    return { url: await reveal(this.#url), headers };
  }

  #safe({ protocol, host, pathname }: URL): string {
    return `${protocol}//${host}${pathname}`;
  }
}
