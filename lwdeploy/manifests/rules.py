"""Every rule of this package, explained: what `lwdeploy explain` shows for LW001 to LW039."""

from __future__ import annotations

from dataclasses import dataclass

from lwdeploy.core.diagnostics import Severity

__all__ = ["RULES", "ExplainedRule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRule:
    """A rule that is checked while files are read or compared: as `core.kind.Rule`, without its check."""

    id: str
    title: str
    explain: str
    severity: Severity = Severity.ERROR


def _rule(number: int, title: str, *sentences: str) -> ExplainedRule:
    return ExplainedRule(id=f"LW{number:03}", title=title, explain=" ".join(sentences))


RULES: tuple[ExplainedRule, ...] = (
    _rule(
        1,
        "A path leads to nothing",
        "A file, folder or pattern on the command line does not exist or matches nothing.",
        "Paths are relative to the project's root; a pattern takes files that end in .yaml or .yml.",
        "Correct the path, or write `-` for standard input.",
    ),
    _rule(
        2,
        "A file cannot be read",
        "The file or folder exists, but it is not a regular file, or its permissions forbid reading it.",
        "Correct the permissions, or name other files; the output of a program goes to `-f -`.",
    ),
    _rule(
        3,
        "No manifests",
        "Nothing of what was read is a manifest of lwdeploy.",
        "YAML documents of other tools are skipped; a manifest begins with `apiVersion: lwdeploy/v1`.",
        "An empty set is refused, because applying it with pruning would delete every bot.",
    ),
    _rule(
        4,
        "A limit of the reader",
        "Files have at most 1 MiB and 1000 documents, values are nested at most 50 deep, and one run reads "
        "at most 5000 files.",
        "The limits keep a damaged or hostile file from stopping a pipeline; 300 bots stay far below them.",
        "Divide the file, or keep what is no manifest in another folder.",
    ),
    _rule(
        5,
        "Not UTF-8",
        "Manifests are UTF-8, with or without a byte order mark.",
        "The first byte that belongs to no character is named by its number in the file.",
        "Save the file as UTF-8 in the editor.",
    ),
    _rule(
        6,
        "A control character",
        "Control characters cannot be seen, and YAML readers treat them differently.",
        "They often come from copying out of a terminal or from a damaged file.",
        "Take the character out; no field of a bot needs one.",
    ),
    _rule(
        7,
        "Not YAML",
        "The text breaks the rules of YAML at this place or shortly before.",
        "Mostly it is the indentation, a missing quote or bracket, or a text with a colon that needs quotes.",
        "The documents after it are checked all the same.",
    ),
    _rule(
        8,
        "A key stands twice",
        "Most YAML readers silently take the last of two equal keys, so that the first has no effect.",
        "Keep the one that is meant.",
    ),
    _rule(
        9,
        "A word that YAML readers read differently",
        "Without quotes, `no`, `012`, `12:30`, `1_000`, dates and the like are text to one reader and a "
        "switch, a number or a date to another.",
        "Only `true`, `false`, `null`, plain whole numbers and plain decimal fractions are taken without quotes.",
        "Put a text in quotes; write a number or a switch in its plain form.",
    ),
    _rule(
        10,
        "An alias that cannot be followed",
        "The alias has no anchor before it, contains itself, or stands for more values than a manifest "
        "can reasonably have.",
        "Write the value out, or put what is shared into a document of its own and point to it with `ref`.",
    ),
    _rule(
        11,
        "A merge key",
        "Merge keys (`<<`) are no part of YAML 1.2, and not every reader knows them.",
        "Put what is shared into a PersonInCharge, BotPolicy, Callback, PersistentMenu or RichMenu document and "
        "point to it with `ref`, or use kustomize.",
    ),
    _rule(
        12,
        "A tag",
        "Tags (`!name`, `!!str`) make the meaning of a value depend on the program that reads it.",
        "Leave the tag out; a value that is to be text stands in quotes.",
    ),
    _rule(
        13,
        "A key that is not text",
        "Every key of a manifest is a name.",
        "A number, a switch such as `on`, a list or nothing at all cannot be one; in quotes it is text.",
    ),
    _rule(
        14,
        "Not a manifest",
        "A manifest is a mapping with `apiVersion`, `kind`, `metadata` and `spec`.",
        "Several manifests in one file are separated by lines `---`, not written as a list.",
    ),
    _rule(
        15,
        "The version of the format",
        "The document looks like one of lwdeploy, but its `apiVersion` is missing or not `lwdeploy/v1`.",
        "It is not skipped like documents of other tools, because a spelling mistake would then take a bot "
        "out of the project.",
        "Write `apiVersion: lwdeploy/v1`.",
    ),
    _rule(
        16,
        "An unknown kind",
        "The kinds are Bot, BotPolicy, Callback, PersistentMenu, PersonInCharge, Project, Removed, RichMenu and "
        "Tenant.",
        "`lwdeploy schema KIND` shows the fields of each.",
    ),
    _rule(
        17,
        "Not in this version yet",
        "The format knows this field, but this version of lwdeploy would do nothing with it.",
        "It is refused, so that nobody relies on something that does not happen.",
        "Leave it out until a version has it.",
    ),
    _rule(
        18,
        "A field is missing",
        "The field has no default, and without it the document has no meaning.",
        "Add it; `lwdeploy schema KIND` shows an example.",
    ),
    _rule(
        19,
        "An unknown field",
        "The field does not exist at this place, so it would have no effect.",
        "Often it is a spelling mistake, the API's word for something that has another name here, or a word "
        "of another platform.",
        "The finding names the right word where there is one.",
    ),
    _rule(
        20,
        "The wrong type",
        "The value is a text where a number is needed, a list where a mapping is needed, or the like.",
        "An empty value counts as null: leave the line out if the field is not to be managed.",
    ),
    _rule(
        21,
        "A value that is not possible",
        "The value has the right type, but it is too long, too many, out of range, repeated or not one of "
        "those that are known.",
        "The finding says what is possible.",
    ),
    _rule(
        22,
        "The form of a key",
        "`metadata.name` is part of addresses such as `bot/helpdesk`, of file names and of command lines.",
        "It has 1 to 63 lower-case letters, digits, `-` and `.`, and begins and ends with a letter or digit.",
        "Users never see it: their name for the bot is `spec.botName`.",
    ),
    _rule(
        23,
        "The same key twice",
        "Two documents of one kind have the same `metadata.name`, so that it is not clear which is meant.",
        "Give one of them another name; files that were copied often keep the old one.",
    ),
    _rule(
        24,
        "A reference to nothing",
        "`ref` names a document that does not exist among the files that were read.",
        "Correct the name, write the document, or add its file to the command line.",
    ),
    _rule(
        25,
        "A field beside a reference",
        "What `ref` points to is taken whole; fields beside it would be ignored or would hide its values.",
        "Change the document that it points to, or write all fields here and no `ref`.",
    ),
    _rule(
        26,
        "A reference in a chain or a circle",
        "Only a Bot refers to other documents; what it refers to holds its values itself.",
        "So nobody has to follow a chain to see what a bot will be, and no chain can become a circle.",
    ),
    _rule(
        27,
        "A credential in a manifest",
        "Manifests are read by many and kept for ever; a credential never stands in one.",
        "Write where it is found: {env: NAME}, {file: PATH} or {exec: [COMMAND, ARGUMENT]}.",
        "Replace a credential that has been in a repository: it is known.",
    ),
    _rule(
        28,
        "More than one Project",
        "The id of the Project is in the mark under which bots are created, so there is exactly one.",
        "Keep the one that `lwdeploy init` wrote.",
    ),
    _rule(
        29,
        "More than one default tenant",
        'The annotation `lwdeploy/default: "true"` chooses the tenant when none is named, so one has it.',
        "Take it off the others, and name those with `--tenant`.",
    ),
    _rule(
        30,
        "The same bot twice",
        "Two Bot documents bind the same `botId`; each run would change the bot from one to the other.",
        "Keep the id in one of them.",
    ),
    _rule(
        31,
        "A rename that is not one",
        "`spec.renamedFrom` names a key that still has a document, a Bot or a Removed one, or that another Bot "
        "takes over as well.",
        "Only one document can continue a bot, and a bot that continues is not to go: take away the other one, or "
        "the field.",
    ),
    _rule(
        32,
        "A bot that is declared and removed",
        "A Bot and a Removed document have the same key: one says what the bot is, the other that it has to go.",
        "Take one of them away; a new bot in the place of a removed one gets a key of its own.",
    ),
)
"""In the order of their ids."""
