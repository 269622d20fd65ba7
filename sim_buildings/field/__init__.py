"""The simulated building as real devices on the network: BACnet controllers, a Modbus gateway."""
