"""What is particular to each simulated cloud: names, ids, references and the words it refuses in."""
