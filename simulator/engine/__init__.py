"""The embedded deployment engine: previews, updates, refreshes and destroys stacks without the Pulumi CLI.

It serves the resource monitor to an unchanged Pulumi Python program and keeps a state file that the CLI can import.

===================  ===============================================================================================
``deployment``       the front: :class:`~simulator.engine.deployment.Deployment` and its ``Result``
``program``          the program: a function of this process, or a project directory (``exec``, ``server``)
``monitor``          what the SDK talks to (``requests``, ``transforms``, ``hooks``, ``callbacks``, ``settle``)
``run``              one run: requests in, events out (``refresh`` for the run without a program)
``plan``             which steps a registration needs (``goal``, ``aliases``, ``difference``, ``order``, ``planned``)
``targets``          what an operation may touch (``untargeted`` for what it leaves out)
``steps``            carries steps out (``backends``, ``registry``)
``state``            the file on disk (``ledger`` while a run changes it, ``resource``, ``secrets``)
``values``           wire values (``paths``, ``assets``, ``urn``)
``policy``           what rules see and answer (``packs`` and ``pack_config`` for foreign policy packs)
``refusals``         what is refused, why, and what to do instead (``support`` for what the SDK can ask for)
``events``           what a run tells the one who watches it
===================  ===============================================================================================

Nothing is imported here, so that the program's own process does not pay for the engine.

Deliberately not done: what ``refusals`` lists, each refused by name where a program or a state asks for it; update
plans; locks that other machines see (the lock is one of this machine).
"""
