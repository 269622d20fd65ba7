// An independent BACnet device: a temperature and a setpoint with a priority array.
'use strict';
const Bacnet = require('node-bacnet');
const E = Bacnet.enum;
const INSTANCE = 77001;
const server = new Bacnet({port: Number(process.argv[2]), interface: '127.0.0.1'});
const slots = Array(16).fill(null);
slots[15] = 20.0;
const REAL = 4, ENUMERATED = 9, BITSTRING = 8, OBJECT = 12, UNSIGNED = 2, NOTHING = 0;
const FLAGS = [{type: BITSTRING, value: {value: [0], bitsUsed: 4}}];
const inForce = () => slots.find((one) => one !== null);

function property(object, id) {
  const of = `${object.type},${object.instance}`;
  if (object.type === 8) {
    if (id === 75) return [{type: OBJECT, value: {type: 8, instance: INSTANCE}}];
    if (id === 62) return [{type: UNSIGNED, value: 1476}];
    if (id === 107) return [{type: ENUMERATED, value: 3}];
    return null;
  }
  if (of !== '0,1' && of !== '2,1') return null;
  if (id === 85) return [{type: REAL, value: of === '0,1' ? 21.5 : inForce()}];
  if (id === 111) return FLAGS;
  if (id === 103) return [{type: ENUMERATED, value: 0}];
  if (id === 117) return [{type: ENUMERATED, value: 62}];
  if (id === 87 && of === '2,1') {
    return slots.map((one) => (one === null ? {type: NOTHING, value: null} : {type: REAL, value: one}));
  }
  return null;
}
const refuse = (message, what) => server.errorResponse(
  message.header.sender, message.service, message.invokeId, E.ErrorClass.PROPERTY, what);

server.on('whoIs', (message) => {
  const {lowLimit, highLimit} = message.payload;
  if (lowLimit !== undefined && (INSTANCE < lowLimit || INSTANCE > highLimit)) return;
  server.iAmResponse(message.header.sender, INSTANCE, E.Segmentation.NO_SEGMENTATION, 999);
});
server.on('readProperty', (message) => {
  const {objectId, property: wanted} = message.payload;
  const found = property(objectId, wanted.id);
  if (!found) return refuse(message, E.ErrorCode.UNKNOWN_PROPERTY);
  const object = objectId.type === 8 ? {type: 8, instance: INSTANCE} : objectId;
  server.readPropertyResponse(message.header.sender, message.invokeId, object, wanted, found);
});
server.on('readPropertyMultiple', (message) => {
  const answer = message.payload.properties.map(({objectId, properties}) => ({
    objectId,
    values: properties.map((wanted) => ({
      property: wanted,
      value: property(objectId, wanted.id) || [{value: {
        type: 'BacnetError',
        errorClass: E.ErrorClass.PROPERTY,
        errorCode: E.ErrorCode.UNKNOWN_PROPERTY,
      }}],
    })),
  }));
  server.readPropertyMultipleResponse(message.header.sender, message.invokeId, answer);
});
server.on('writeProperty', (message) => {
  const {objectId, value} = message.payload;
  if (objectId.type !== 2) return refuse(message, E.ErrorCode.WRITE_ACCESS_DENIED);
  const written = value.value[0];
  slots[(value.priority || 16) - 1] = written.type === NOTHING ? null : written.value;
  server.simpleAckResponse(message.header.sender, message.service, message.invokeId);
});
server.on('listening', () => process.stdout.write('{"ready": true}\n'));
require('readline').createInterface({input: process.stdin}).on('line', (line) => {
  const {slot, value} = JSON.parse(line);
  if (slot) slots[slot - 1] = value;
  process.stdout.write(JSON.stringify({slots}) + '\n');
}).on('close', () => process.exit(0));
