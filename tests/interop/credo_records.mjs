// Storage for credo: records in memory, as copies, so that only what credo saves is kept.
import { RecordDuplicateError, RecordNotFoundError } from '@credo-ts/core';

/** Whether tags answer credo's query language: equal values, all elements of an array, $and, $or, $not. */
function answers(tags, query) {
  return Object.entries(query).every(([name, wanted]) => {
    if (name === '$and') return wanted.every((part) => answers(tags, part));
    if (name === '$or') return wanted.some((part) => answers(tags, part));
    if (name === '$not') return !answers(tags, wanted);
    if (Array.isArray(wanted)) return wanted.every((element) => tags[name]?.includes(element));
    return wanted === undefined || tags[name] === wanted;
  });
}

/** credo's StorageService as far as a holder who never throws a card away needs it. */
export class MemoryRecords {
  supportsCursorPagination = false;
  #records = new Map();

  async save(_context, record) {
    if (this.#records.has(keyOf(record))) {
      throw new RecordDuplicateError('saved before', { recordType: record.type });
    }
    this.#records.set(keyOf(record), record.clone());
  }

  async update(_context, record) {
    this.#find(record, record.id);
    this.#records.set(keyOf(record), record.clone());
  }

  async getById(_context, { type }, id) {
    return this.#find({ type }, id).clone();
  }

  async getAll(context, recordClass) {
    return this.findByQuery(context, recordClass, {});
  }

  async findByQuery(_context, { type }, query) {
    const ofType = [...this.#records.values()].filter((record) => record.type === type);
    return ofType.filter((record) => answers(record.getTags(), query)).map((record) => record.clone());
  }

  #find({ type }, id) {
    const record = this.#records.get(keyOf({ type, id }));
    if (record === undefined) throw new RecordNotFoundError('not found', { recordType: type });
    return record;
  }
}

const keyOf = ({ type, id }) => `${type} ${id}`;
