import type { SourceRecord } from '../contract/records.ts';
import { keyText, type RecordKey, type Sourced } from '../model/views.ts';
import { recordsByKeys, type RecordTable } from '../store/read/records.ts';
import { toSourced, type ViewContext } from './context.ts';

export const readByKeys =
  <Record extends SourceRecord>(context: ViewContext, table: RecordTable) =>
  async (keys: readonly RecordKey[]): Promise<ReadonlyMap<string, Sourced<Record>>> =>
    new Map((await recordsByKeys(context.at, table, keys)).map((row) => [keyText(row), toSourced<Record>(context, row)]));
