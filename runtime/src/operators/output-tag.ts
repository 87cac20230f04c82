/** Names a side output. Tags with equal ids are equal. */
export class OutputTag<T> {
  readonly id: string;
  declare readonly valueType?: T;

  constructor(id: string) {
    this.id = id;
  }
}
