// An independent BACnet client: one JSON command a line in, one JSON answer a line out.
'use strict';
const Bacnet = require('node-bacnet');
const client = new Bacnet({port: Number(process.argv[2]), interface: '127.0.0.1', apduTimeout: 15000});
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\n');
const values = (list) => list.map((one) => (one.type === 0 ? null : one.value));
const done = (err, answer) => say(err ? {error: err.message} : answer);

const commands = {
  whoIs({at}) {
    client.once('iAm', (message) => say({instance: message.payload.deviceId}));
    client.whoIs({address: at});
  },
  read({at, object, property}) {
    client.readProperty(at, object, property, (err, got) => done(err, got && {values: values(got.values)}));
  },
  readMultiple({at, objects, properties}) {
    const wanted = objects.map((objectId) => ({objectId, properties: properties.map((id) => ({id}))}));
    client.readPropertyMultiple(at, wanted, (err, got) => done(err, got && {
      objects: got.values.map((one) => one.values.map((property) => values(property.value))),
    }));
  },
  write({at, object, property, tag, value, priority}) {
    const options = priority ? {priority} : {};
    client.writeProperty(at, object, property, [{type: tag, value}], options, (err) => done(err, {}));
  },
  subscribe({at, object, lifetime}) {
    client.once('covNotifyUnconfirmed', (message) => say({told: message.payload.values.length}));
    client.subscribeCov(at, object, 7, false, false, lifetime, {}, (err) => err && done(err));
  },
  disableCommunication({at}) {
    client.deviceCommunicationControl(at, 0, 1, {}, (err) => done(err, {}));
  },
  restart({at}) {
    client.reinitializeDevice(at, 0, {}, (err) => done(err, {}));
  },
  readFile({at}) {
    client.readFile(at, {type: 10, instance: 1}, 0, 10, {}, (err) => done(err, {}));
  },
  writeFile({at}) {
    client.writeFile(at, {type: 10, instance: 1}, 0, [[1, 2, 3]], {}, (err) => done(err, {}));
  },
};

client.on('listening', () => say({ready: true}));
client.on('error', (err) => say({error: String(err)}));
require('readline').createInterface({input: process.stdin}).on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.command](command);
}).on('close', () => process.exit(0));
