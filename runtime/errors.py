"""The two ways in which a step ends without success."""


class InputError(Exception):
    """Something given is wrong: a flag, a file, a column. Exit code 2; the message says what to do."""


class Refused(Exception):
    """A step did its work and its answer is no: the data, the model or the release is not good enough. Exit code 1."""
