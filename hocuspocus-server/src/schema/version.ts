/** The version of what documents can hold: it grows with every new node, mark or attribute. A client with a smaller one may read and
 *  not write, since an editor deletes what it does not know. */
export const SCHEMA_VERSION = 3
