"""What the SDK can ask for and what becomes of it: every resource option, and every field of a registration.

The tests compare both tables with the installed SDK, so that nobody overlooks an option or a field that a new SDK
brings. ``python -m simulator.engine.support`` prints the tables of ``docs/engine.md``.
"""

from __future__ import annotations

from simulator.engine import refusals
from simulator.engine.refusals import REFUSALS, Refusal

OPTIONS: dict[str, str | Refusal] = {
    "parent": "inherits protect, retainOnDelete, deletedWith and providers; a rename of it renames its children",
    "depends_on": "ordered before; a component stands for all its children",
    "protect": "refuses deletion and replacement",
    "provider": "the provider resource; replaced when the new one cannot manage what the old one made",
    "providers": "for the children of a component, by package",
    "delete_before_replace": "overrides the provider; dependents that would be replaced are deleted first",
    "ignore_changes": "property paths with `*`; an element that only one side has is told and not ignored",
    "replace_on_changes": "property paths with `*`",
    "version": "a default provider of its own",
    "aliases": "URN, name, type, parent, project, stack; those of parents are inherited",
    "additional_secret_outputs": "marked secret before they reach program or state",
    "id": "reads a resource that is managed elsewhere",
    "import_": "takes over what exists; then updates it to what the program says",
    "custom_timeouts": "handed to the provider, in seconds; a fault with more latency runs into it",
    "transformations": "applied by the SDK itself",
    "transforms": "called back, from the resource outwards, then those of the stack",
    "hooks": "before and after create, update and delete; error hooks with retries",
    "urn": "reads the state of a resource of this run",
    "replacement_trigger": "replaces when the value changes",
    "plugin_download_url": "part of the name of a default provider; nothing is downloaded",
    "retain_on_delete": "leaves the resource in the cloud",
    "deleted_with": "spares the deletion; replaced along",
    "replace_with": "replaced along",
    "hide_diffs": "kept in the state; shown differences hide the values",
    "env_var_mappings": refusals.ENV_VAR_MAPPING,
    "state_migrations": refusals.STATE_MIGRATION,
}
"""The parameters of ``pulumi.ResourceOptions``."""

FIELDS: dict[str, str | Refusal] = {
    **dict.fromkeys(
        (
            *("type", "name", "parent", "custom", "object", "protect", "dependencies", "provider"),
            *("propertyDependencies", "deleteBeforeReplace", "deleteBeforeReplaceDefined", "version"),
            *("ignoreChanges", "additionalSecretOutputs", "aliasURNs", "aliases", "importId", "customTimeouts"),
            *("providers", "replaceOnChanges", "pluginDownloadURL", "retainOnDelete", "deletedWith", "replace_with"),
            *("replacement_trigger", "transforms", "hooks", "hideDiffs"),
        ),
        "done",
    ),
    **dict.fromkeys(
        (
            *("acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting", "aliasSpecs"),
            "accepts_byte_string",
        ),
        "says what the SDK understands; this engine takes it for granted and sends no byte strings",
    ),
    **dict.fromkeys(
        ("sourcePosition", "stackTrace", "parentStackTraceHandle"),
        "not recorded: it would put paths of this machine into the state",
    ),
    "remote": refusals.REMOTE_COMPONENT,
    "packageRef": refusals.PARAMETERISED_PACKAGE,
    "envVarMappings": refusals.ENV_VAR_MAPPING,
    "pluginChecksums": refusals.PLUGIN_CHECKSUM,
    "snippetId": refusals.SNIPPET,
    "state_migrations": refusals.STATE_MIGRATION,
}
"""The fields of ``RegisterResourceRequest`` (``proto/pulumi/resource.proto``)."""


def tables() -> str:
    """Both tables of the documentation, in Markdown."""
    lines = ["| resource option | what becomes of it |", "|---|---|"]
    for name, outcome in OPTIONS.items():
        text = f"**refused**: {outcome.why}" if isinstance(outcome, Refusal) else outcome
        lines.append(f"| `{name}` | {text} |")
    lines += ["", "| refused | why | instead |", "|---|---|---|"]
    lines += [f"| {item.feature} | {item.why} | {item.remedy} |" for item in REFUSALS]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(tables(), end="")
