"""The embedded deployment engine: previews, updates, refreshes and destroys stacks without the Pulumi CLI.

It serves the resource monitor to an unchanged Pulumi Python program and keeps a state file that the CLI can import.

===================  ===============================================================================================
``deployment``       the front: :class:`~simulator.engine.deployment.Deployment` and its ``Result``
``program``          the program: a function of this process, or a project directory (``exec``, ``server``)
``monitor``          what the SDK talks to (``requests``, ``transforms``, ``settle``)
``run``              one run: requests in, events out (``refresh`` for the run without a program)
``plan``             which steps a registration needs (``goal``, ``aliases``, ``difference``, ``order``, ``planned``)
``steps``            carries steps out (``backends``, ``registry``)
``state``            the file on disk (``ledger`` while a run changes it, ``resource``, ``secrets``)
``values``           wire values (``paths``, ``assets``, ``urn``)
``policy``           what rules see and answer
``events``           what a run tells the one who watches it
===================  ===============================================================================================

Nothing is imported here, so that the program's own process does not pay for the engine.

Deliberately not done: component packages (remote components), parameterised packages, resource and error hooks, state
migrations, update plans, targets, and policy remediation. Each is refused by name where a program asks for it.
"""
