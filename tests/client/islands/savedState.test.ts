import { expect, test } from 'vitest'
import {
  type Connection,
  type ConnectionEvent,
  losesChanges,
  reduce,
  savedState,
  unconnected,
} from '../../../client/src/islands/editor/savedState.ts'

const connected: ConnectionEvent = { type: 'socket', status: 'connected' }
const cut: ConnectionEvent = { type: 'socket', status: 'disconnected' }
const noNetwork: ConnectionEvent = { type: 'network', online: false }
const writer: ConnectionEvent = { type: 'authenticated', scope: 'read-write' }
const reader: ConnectionEvent = { type: 'authenticated', scope: 'readonly' }
const refused: ConnectionEvent = { type: 'refused' }
const synced: ConnectionEvent = { type: 'synced' }
const edited: ConnectionEvent = { type: 'edited' }
const kept: ConnectionEvent = { type: 'kept', unsent: true, writable: true }
const left = (count: number): ConnectionEvent => ({ type: 'unacknowledged', count })

const after = (...events: ConnectionEvent[]): Connection => events.reduce(reduce, unconnected)
const opened = [connected, writer, synced, left(0)]

// biome-ignore format: the table is the specification
test.for([
  // what happened                                          what the page says
  ['nothing yet',             [],                           'connecting'],
  ['opened',                  opened,                       'saved'],
  ['typed',                   [...opened, edited, left(1)], 'saving'],
  ['acknowledged',            [...opened, edited, left(1), left(0)], 'saved'],
  ['one of two acknowledged', [...opened, edited, left(2), left(1)], 'saving'],
  ['no network, all saved',   [...opened, noNetwork],       'saved'],
  ['typed without network',   [...opened, noNetwork, edited, left(1)], 'offline'],
  ['the network is there',    [...opened, noNetwork, edited, left(1), left(0)], 'saved'],
  ['cut off',                 [...opened, cut],             'offline'],
  ['never reached',           [cut],                        'offline'],
  ['typed while cut off',     [...opened, cut, edited, left(1), connected], 'saving'],
  ['back, not yet in step',   [...opened, cut, edited, connected, writer, left(0)], 'saving'],
  ['back and in step',        [...opened, cut, edited, connected, writer, synced, left(0)], 'saved'],
  ['read from this device',   [noNetwork, kept, { type: 'recalled' }], 'offline'],
  ['what waited is in step',  [kept, connected, writer, synced, left(1)], 'saving'],
  ['what waited is sent',     [kept, connected, writer, synced, left(1), left(0)], 'saved'],
  ['may only read',           [connected, reader, synced, left(0)], 'read_only'],
  ['demoted',                 [...opened, reader],          'read_only'],
  ['removed',                 [...opened, refused],         'denied'],
  ['removed, then cut off',   [...opened, refused, cut],    'denied'],
  ['made editor again',       [...opened, reader, writer],  'saved'],
] as const)('[CDOC1] %s', ([, events, expected]) => {
  expect(savedState(after(...events))).toBe(expected)
})

// biome-ignore format: the table is the specification
test.for([
  ['demoted with a change on its way',  [...opened, edited, left(1)], reader,  true],
  ['removed with a change on its way',  [...opened, edited, left(1)], refused, true],
  ['demoted with everything saved',     opened,                       reader,  false],
  ['told twice',                        [...opened, edited, reader],  refused, false],
  ['typed offline, comes back a reader',[...opened, cut, edited, connected], reader, true],
] as const)('[CDOC2] %s: changes are lost: %#', ([, events, event, expected]) => {
  const before = after(...events)
  expect(losesChanges(before, reduce(before, event))).toBe(expected)
})

test('[CDOC1] who may only read writes no more when the connection is gone, or the page comes from this device', () => {
  expect(after(connected, reader, synced, cut).writable).toBe(false)
  expect(after(noNetwork, { type: 'kept', unsent: false, writable: false }, { type: 'recalled' }).writable).toBe(false)
  expect(after(noNetwork, kept, { type: 'recalled' }).writable).toBe(true)
})

test('[CDOC1] an acknowledgement that a reader hears does not make his change saved', () => {
  const demoted = after(...opened, edited, reader, left(0), writer)
  expect(savedState(demoted)).toBe('saving')
})
