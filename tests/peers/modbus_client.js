// An independent Modbus client: one JSON command a line in, one JSON answer a line out.
'use strict';
const readline = require('readline');
const ModbusRTU = require('modbus-serial');
const client = new ModbusRTU();
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\n');

const commands = {
  input: ({register, count}) => client.readInputRegisters(register, count),
  holding: ({register, count}) => client.readHoldingRegisters(register, count),
  coils: ({register, count}) => client.readCoils(register, count),
  write: ({register, words}) => client.writeRegisters(register, words),
  writeOne: ({register, word}) => client.writeRegister(register, word),
  writeCoil: ({register, on}) => client.writeCoil(register, on),
};

client.connectTCP('127.0.0.1', {port: Number(process.argv[2])}).then(() => {
  client.setID(1);
  client.setTimeout(15000);
  say({ready: true});
  readline.createInterface({input: process.stdin})
    .on('line', (line) => {
      const command = JSON.parse(line);
      commands[command.do](command)
        .then((answer) => say({data: answer.data || null}))
        .catch((error) => say({code: error.modbusCode || 0, error: error.message}));
    })
    .on('close', () => process.exit(0));
});
