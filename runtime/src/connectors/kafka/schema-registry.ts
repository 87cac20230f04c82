import { reasonOf } from '../net/net-errors.ts';
import { schemaRegistryAway, schemaRegistryFailed } from './kafka-errors.ts';

/** Where schemas are kept. */
export interface SchemaRegistryOptions {
  /** Its address: `http://localhost:8081`. */
  readonly url: string;
  /** Who asks, if it wants to know; no part of a fingerprint or an error. */
  readonly auth?: () => { readonly username: string; readonly password: string };
}

const SHOWN_CHARACTERS = 300;
const NOT_FOUND = 404;
const TOO_MANY = 429;
const SERVER_ERROR = 500;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** The few requests of Confluent's registry that reading and writing need. */
export class SchemaRegistry {
  readonly #options: SchemaRegistryOptions;

  constructor(options: SchemaRegistryOptions) {
    this.#options = options;
  }

  /** The text of a schema; `undefined` if the registry has none of this id. */
  async schema(id: number): Promise<string | undefined> {
    const answer = await this.#request('GET', `schemas/ids/${id}`, { absent: true });
    return (answer as { schema: string } | undefined)?.schema;
  }

  async latest(subject: string): Promise<{ id: number; schema: string }> {
    const path = `subjects/${encodeURIComponent(subject)}/versions/latest`;
    return (await this.#request('GET', path)) as { id: number; schema: string };
  }

  /** The id of a schema, which it gets now if it has none. */
  async register(subject: string, schema: string): Promise<number> {
    const path = `subjects/${encodeURIComponent(subject)}/versions`;
    const { id } = (await this.#request('POST', path, { body: { schema } })) as { id: number };
    return id;
  }

  /** @param absent that there is no such thing is an answer, `undefined` */
  async #request(
    method: string,
    path: string,
    { body, absent = false }: { readonly body?: unknown; readonly absent?: boolean } = {},
  ): Promise<unknown> {
    const { url, auth } = this.#options;
    const headers: Record<string, string> = { accept: CONTENT_TYPE };
    if (body !== undefined) headers['content-type'] = CONTENT_TYPE;
    const hidden: string[] = [];
    if (auth !== undefined) {
      const { username, password } = auth();
      const both = Buffer.from(`${username}:${password}`).toString('base64');
      headers['authorization'] = `Basic ${both}`;
      hidden.push(both, password);
    }
    let response: Response;
    try {
      const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      response = await fetch(`${url.replace(/\/$/, '')}/${path}`, request);
    } catch (error) {
      throw schemaRegistryAway(url, path, reasonOf(error));
    }
    if (absent && response.status === NOT_FOUND) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) {
      // Some servers repeat what they were asked with.
      const said = hidden.reduce((text, secret) => text.replaceAll(secret, '…'), await response.text());
      const reason = `${response.status} ${said.slice(0, SHOWN_CHARACTERS)}`;
      const passes = response.status >= SERVER_ERROR || response.status === TOO_MANY;
      throw passes ? schemaRegistryAway(url, path, reason) : schemaRegistryFailed(url, path, reason);
    }
    return response.json();
  }
}
