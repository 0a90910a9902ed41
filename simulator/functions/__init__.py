"""The functions (invokes) of the three providers that the simulator answers; any other is refused by name."""
