// An independent Modbus TCP device. Holding registers 0 to 199 and coils 0 to 63 can be written;
// input registers show the holding ones, discrete inputs the coils.
'use strict';
const readline = require('readline');
const ModbusRTU = require('modbus-serial');
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\n');
const holding = new Uint16Array(200);
const coils = new Array(64).fill(false);
const within = (values, at) => {
  if (at >= values.length) throw {modbusErrorCode: 2, msg: 'nothing there'};
  return values[at];
};

const server = new ModbusRTU.ServerTCP({
  getInputRegister: (at) => within(holding, at),
  getHoldingRegister: (at) => within(holding, at),
  getDiscreteInput: (at) => within(coils, at),
  getCoil: (at) => within(coils, at),
  setRegister: (at, value) => { within(holding, at); holding[at] = value; },
  setCoil: (at, value) => { within(coils, at); coils[at] = value; },
}, {host: '127.0.0.1', port: Number(process.argv[2]), unitID: 1});
server.on('initialized', () => say({ready: true}));
server.on('socketError', () => {});

readline.createInterface({input: process.stdin})
  .on('line', (line) => {
    const {register, words} = JSON.parse(line);
    if (words) holding.set(words, register);
    say({words: Array.from(holding.slice(register, register + 4))});
  })
  .on('close', () => process.exit(0));
